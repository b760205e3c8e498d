"""Hermes bytecode, the form in which React Native ships scripts since 0.70 by default."""

from analyzer.formats.hermes.file import HermesFile, Instruction, is_hermes
from analyzer.formats.hermes.opcodes import versions

__all__ = ["HermesFile", "Instruction", "is_hermes", "versions"]
