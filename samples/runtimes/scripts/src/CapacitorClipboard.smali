# A plug-in of the shape of the clipboard plug-in's: own code, a stand-in.
.class public Lcom/capacitorjs/plugins/clipboard/ClipboardPlugin;
.super Lcom/getcapacitor/Plugin;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Lcom/getcapacitor/Plugin;-><init>()V
    return-void
.end method

.method public read()V
    .registers 3
    .annotation runtime Lcom/getcapacitor/PluginMethod;
    .end annotation
    iget-object v0, p0, Lcom/getcapacitor/Plugin;->context:Landroid/content/Context;
    const-string v1, "clipboard"
    invoke-virtual {v0, v1}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/content/ClipboardManager;
    invoke-virtual {v0}, Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;
    return-void
.end method
