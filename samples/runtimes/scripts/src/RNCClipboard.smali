# A module of the shape of the clipboard library's: own code, a stand-in.
.class public Lcom/reactnativecommunity/clipboard/ClipboardModule;
.super Lcom/facebook/react/bridge/ReactContextBaseJavaModule;

.method public constructor <init>(Landroid/content/Context;)V
    .registers 2
    invoke-direct {p0, p1}, Lcom/facebook/react/bridge/ReactContextBaseJavaModule;-><init>(Landroid/content/Context;)V
    return-void
.end method

.method private manager()Landroid/content/ClipboardManager;
    .registers 3
    iget-object v0, p0, Lcom/facebook/react/bridge/ReactContextBaseJavaModule;->context:Landroid/content/Context;
    const-string v1, "clipboard"
    invoke-virtual {v0, v1}, Landroid/content/Context;->getSystemService(Ljava/lang/String;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Landroid/content/ClipboardManager;
    return-object v0
.end method

.method public getString()Landroid/content/ClipData;
    .registers 2
    .annotation runtime Lcom/facebook/react/bridge/ReactMethod;
    .end annotation
    invoke-direct {p0}, Lcom/reactnativecommunity/clipboard/ClipboardModule;->manager()Landroid/content/ClipboardManager;
    move-result-object v0
    invoke-virtual {v0}, Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;
    move-result-object v0
    return-object v0
.end method
