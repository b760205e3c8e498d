"""Bytes to structures, without Android meaning."""
