# A screen of a React Native app; the script is in assets/index.android.bundle.
.class public Lorg/apkvet/scripts/MainActivity;
.super Lcom/facebook/react/ReactActivity;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Lcom/facebook/react/ReactActivity;-><init>()V
    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .registers 3
    invoke-super {p0, p1}, Lcom/facebook/react/ReactActivity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Lcom/reactnativecommunity/clipboard/ClipboardModule;
    invoke-direct {v0, p0}, Lcom/reactnativecommunity/clipboard/ClipboardModule;-><init>(Landroid/content/Context;)V
    sput-object v0, Lcom/facebook/react/ReactActivity;->modules:Ljava/lang/Object;
    return-void
.end method
