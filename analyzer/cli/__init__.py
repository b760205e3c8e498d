"""The command line. Nothing heavy is imported until a command needs it."""

from analyzer.cli.main import main, program

__all__ = ["main", "program"]
