# A stand-in for the annotation of methods that pages call.
.class public interface abstract annotation Lcom/getcapacitor/PluginMethod;
.super Ljava/lang/Object;
.implements Ljava/lang/annotation/Annotation;
