# A stand-in for the base of modules.
.class public abstract Lcom/facebook/react/bridge/ReactContextBaseJavaModule;
.super Ljava/lang/Object;
.field protected context:Landroid/content/Context;

.method public constructor <init>(Landroid/content/Context;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lcom/facebook/react/bridge/ReactContextBaseJavaModule;->context:Landroid/content/Context;
    return-void
.end method
