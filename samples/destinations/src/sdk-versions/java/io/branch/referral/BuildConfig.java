package io.branch.referral;

public final class BuildConfig {
    public static final String VERSION_NAME = "5.2.7";
}
