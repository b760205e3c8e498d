# invoke-custom and invoke-polymorphic, in both forms.
.class public Lorg/apkvet/dex/Dynamic;
.super Ljava/lang/Object;

.method public static bootstrap(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)Ljava/lang/invoke/CallSite;
    .registers 4
    const/4 v0, 0x0
    return-object v0
.end method

.method public static custom()V
    .registers 3
    const/4 v0, 0x1
    invoke-custom {v0}, site0("run", (I)V)@Lorg/apkvet/dex/Dynamic;->bootstrap(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)Ljava/lang/invoke/CallSite;
    invoke-custom/range {v0 .. v0}, site1("go", (I)V)@Lorg/apkvet/dex/Dynamic;->bootstrap(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)Ljava/lang/invoke/CallSite;
    invoke-static {}, Lorg/apkvet/dex/Dynamic;->custom()V
    return-void
.end method

.method public static polymorphic(Ljava/lang/invoke/MethodHandle;Ljava/lang/Object;)V
    .registers 5
    invoke-polymorphic {p0, p1}, Ljava/lang/invoke/MethodHandle;->invokeExact([Ljava/lang/Object;)Ljava/lang/Object;, (Ljava/lang/Object;)V
    invoke-polymorphic/range {p0 .. p1}, Ljava/lang/invoke/MethodHandle;->invoke([Ljava/lang/Object;)Ljava/lang/Object;, (Ljava/lang/Object;)V
    invoke-static {}, Lorg/apkvet/dex/Dynamic;->custom()V
    return-void
.end method
