package com.adexample.sdk;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509TrustManager;

/** Left over from a test server: a check of certificates that checks nothing; the other one does. */
final class Trust implements X509TrustManager, HostnameVerifier {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException(kind);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) { }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    @Override
    public boolean verify(String host, SSLSession session) {
        return true;
    }
}
