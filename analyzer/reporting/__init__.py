"""Presenters: one module for each format, each given a finished document and a stream. Looks live in ``reports/``."""

from analyzer.reporting.formats import BINARY, FORMATS, SUFFIXES, Format, present
from analyzer.reporting.look import Look, load_look

__all__ = ["BINARY", "FORMATS", "SUFFIXES", "Format", "Look", "load_look", "present"]
