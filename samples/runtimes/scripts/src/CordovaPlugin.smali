# A stand-in for the base of Cordova's plug-ins.
.class public abstract Lorg/apache/cordova/CordovaPlugin;
.super Ljava/lang/Object;
.field public static plugin:Lorg/apache/cordova/CordovaPlugin;
.field public context:Landroid/content/Context;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method

.method public execute(Ljava/lang/String;)Z
    .registers 3
    const/4 v0, 0x0
    return v0
.end method
