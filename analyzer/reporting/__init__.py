"""Presenters: one module for each format, each given a finished result and a stream. Looks live in ``reports/``."""

from analyzer.reporting.formats import FORMATS, Format, present

__all__ = ["FORMATS", "Format", "present"]
