package org.apkvet.clip.dispatch;

import android.os.*;
import android.view.*;
import android.widget.*;

public class Main extends Base {
    private final Source onOpen = new Opened();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        show(onOpen);
        Button button = new Button(this);
        button.setOnClickListener(new Click(this));
        setContentView(button);
    }

    void show(Source source) {
        new TextView(this).setText(source.text(this));
    }

    @Override
    protected void onPause() {
        super.onPause();
    }

    static class Click implements View.OnClickListener {
        private final Main screen;

        Click(Main screen) {
            this.screen = screen;
        }

        @Override
        public void onClick(View view) {
            Source source = new Clicked();
            new TextView(screen).setText(source.text(screen));
        }
    }
}
