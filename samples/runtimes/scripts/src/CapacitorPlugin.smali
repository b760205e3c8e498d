# A stand-in for the base of Capacitor's plug-ins.
.class public abstract Lcom/getcapacitor/Plugin;
.super Ljava/lang/Object;
.field public static plugin:Lcom/getcapacitor/Plugin;
.field public context:Landroid/content/Context;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
