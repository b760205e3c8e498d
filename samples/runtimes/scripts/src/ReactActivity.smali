# A stand-in for React Native's screen.
.class public Lcom/facebook/react/ReactActivity;
.super Landroid/app/Activity;
.field public static modules:Ljava/lang/Object;

.method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method
