"""``python -m analyzer.cli`` is ``apkvet``."""

from analyzer.cli.main import program

program()
