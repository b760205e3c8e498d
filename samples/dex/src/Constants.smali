# Constants that reach, or do not reach, the arguments of a call.
.class public La/B;
.super Ljava/lang/Object;

.field public static FIELD:Ljava/lang/String;

.method public static call(Ljava/lang/Object;I)V
    .registers 2
    return-void
.end method

.method public static callWide(JI)V
    .registers 3
    return-void
.end method

.method public static straight()V
    .registers 2
    const-string v0, "text"
    const/4 v1, 0x7
    invoke-static {v0, v1}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static moved()V
    .registers 5
    const-string v0, "text"
    const/16 v1, -0x1
    move-object v2, v0
    check-cast v2, Ljava/lang/String;
    move v3, v1
    invoke-static {v2, v3}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static overwritten(I)V
    .registers 3
    const-string v0, "first"
    const-string v0, "second"
    invoke-static {v0, p0}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static same_on_both_ways(I)V
    .registers 3
    const/4 v1, 0x1
    if-eqz p0, :else
    const-string v0, "both"
    goto :end
    :else
    const-string v0, "both"
    :end
    const/4 v1, 0x1
    invoke-static {v0, v1}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static other_on_one_way(I)V
    .registers 3
    const-string v0, "one"
    if-eqz p0, :end
    const-string v0, "other"
    :end
    const/4 v1, 0x1
    invoke-static {v0, v1}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static loop(I)V
    .registers 3
    const-string v0, "kept"
    :again
    add-int/lit8 p0, p0, 0x1
    if-lez p0, :again
    invoke-static {v0, p0}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static changed_in_loop(I)V
    .registers 3
    const-string v0, "first"
    :again
    add-int/lit8 p0, p0, 0x1
    invoke-static {v0, p0}, La/B;->call(Ljava/lang/Object;I)V
    const-string v0, "later"
    if-lez p0, :again
    return-void
.end method

.method public static parameter(Ljava/lang/String;)V
    .registers 3
    const/4 v0, 0x3
    invoke-static {p0, v0}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static handed_through(I)V
    .registers 3
    const-string v0, "content://sms"
    invoke-static {v0}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    invoke-static {v0, p0}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static field_and_class(I)V
    .registers 3
    sget-object v0, La/B;->FIELD:Ljava/lang/String;
    invoke-static/range {v0 .. v1}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static wide_before(J)V
    .registers 4
    const/4 v0, 0x5
    invoke-static {p0, p1, v0}, La/B;->callWide(JI)V
    return-void
.end method

.method public static half_of_a_pair_is_no_constant(Ljava/lang/String;)V
    .registers 4
    const/4 v1, 0x5
    const-wide/16 v0, 0x5
    invoke-static {p0, v1}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static after_handler(I)V
    .registers 3
    const-string v0, "before"
    :start
    invoke-static {}, La/B;->straight()V
    const-string v0, "after"
    :end
    .catchall {:start .. :end} :handler
    :handler
    invoke-static {v0, p0}, La/B;->call(Ljava/lang/Object;I)V
    return-void
.end method

.method public static switched(I)V
    .registers 3
    const-string v0, "case"
    packed-switch p0, :cases
    const/4 v1, 0x1
    goto :end
    :one
    const/4 v1, 0x1
    :end
    invoke-static {v0, v1}, La/B;->call(Ljava/lang/Object;I)V
    return-void
    :cases
    .packed-switch 0x1
        :one
    .end packed-switch
.end method
