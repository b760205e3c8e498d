package okhttp3.internal.connection;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Request;
import okhttp3.Response;

/** Stand-in for the library, written for this sample. */
public final class RealCall implements Call {
    private final Request request;

    public RealCall(Request request) {
        this.request = request;
    }

    @Override
    public Response execute() throws IOException {
        Socket socket = new Socket(request.address.getHost(), 80);
        OutputStream out = socket.getOutputStream();
        out.write(("POST " + request.address.getPath() + " HTTP/1.1\r\nContent-Type: " + request.body.type + "\r\n\r\n").getBytes("UTF-8"));
        out.write(request.body.content.getBytes("UTF-8"));
        out.flush();
        return new Response(socket.getInputStream().read());
    }

    @Override
    public void enqueue(final Callback callback) {
        new Thread(new Runnable() {
            @Override
            public void run() {
                try {
                    callback.onResponse(RealCall.this, execute());
                } catch (IOException problem) {
                    callback.onFailure(RealCall.this, problem);
                }
            }
        }).start();
    }
}
