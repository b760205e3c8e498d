# Every payload, branches over them, both kinds of const-string, a long run of code.
.class public Lorg/apkvet/dex/Payloads;
.super Ljava/lang/Object;

.method public static switches(I)I
    .registers 3
    packed-switch p0, :packed
    sparse-switch p0, :sparse
    fill-array-data v0, :bytes
    const/4 v1, 0x0
    return v1
    :one
    const-string v0, "one"
    invoke-virtual {v0}, Ljava/lang/String;->length()I
    move-result v1
    return v1
    :two
    const-string/jumbo v0, "two \u00e9 \ud83d\ude00"
    invoke-virtual {v0}, Ljava/lang/String;->length()I
    move-result v1
    return v1
    :packed
    .packed-switch 0x1
        :one
        :two
    .end packed-switch
    :sparse
    .sparse-switch
        0xa -> :one
        0x64 -> :two
    .end sparse-switch
    :bytes
    .array-data 1
        0x1t
        0x2t
        0x3t
    .end array-data
.end method

.method public static array()[I
    .registers 2
    const/4 v0, 0x3
    new-array v0, v0, [I
    fill-array-data v0, :ints
    return-object v0
    nop
    :ints
    .array-data 4
        0x1
        0x2
        0x3
    .end array-data
.end method

.method public static ranges(JLjava/lang/String;D)V
    .registers 20
    invoke-static/range {p0 .. p4}, Lorg/apkvet/dex/Payloads;->ranges(JLjava/lang/String;D)V
    const-wide v0, 0x123456789abcdefL
    const-wide/high16 v2, 0x7ff0000000000000L
    const-class v4, [[Ljava/lang/String;
    sget-object v5, Ljava/lang/System;->out:Ljava/io/PrintStream;
    invoke-virtual {v5, v4}, Ljava/io/PrintStream;->println(Ljava/lang/Object;)V
    new-instance v6, Ljava/lang/Object;
    invoke-direct {v6}, Ljava/lang/Object;-><init>()V
    invoke-interface {v4}, Ljava/lang/Runnable;->run()V
    return-void
.end method

.method public static guarded()V
    .registers 2
    :start
    const-string v0, "tried"
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    :end
    .catch Ljava/lang/ClassNotFoundException; {:start .. :end} :handler
    .catchall {:start .. :end} :all
    return-void
    :handler
    move-exception v0
    const-string v0, "caught"
    return-void
    :all
    move-exception v0
    throw v0
.end method

.method public native none()V
.end method
