# A plug-in of the shape of the clipboard plug-in's: own code, a stand-in.
.class public Lcom/verso/cordova/clipboard/Clipboard;
.super Lorg/apache/cordova/CordovaPlugin;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Lorg/apache/cordova/CordovaPlugin;-><init>()V
    return-void
.end method

.method public execute(Ljava/lang/String;)Z
    .registers 4
    iget-object v0, p0, Lorg/apache/cordova/CordovaPlugin;->context:Landroid/content/Context;
    const-string v1, "clipboard"
    invoke-virtual {v0, v1}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/content/ClipboardManager;
    invoke-virtual {v0}, Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;
    const/4 v0, 0x1
    return v0
.end method
