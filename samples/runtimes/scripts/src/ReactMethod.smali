# A stand-in for the annotation of methods that scripts call.
.class public interface abstract annotation Lcom/facebook/react/bridge/ReactMethod;
.super Ljava/lang/Object;
.implements Ljava/lang/annotation/Annotation;
