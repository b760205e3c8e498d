"""The questions that an app's findings raise for its vendor, as a letter that is ready to send."""

from __future__ import annotations

from typing import BinaryIO

from analyzer.reporting.asking import questions
from analyzer.reporting.look import Look
from analyzer.reporting.markdown import write_markdown
from analyzer.result import Result


def present(result: Result, out: BinaryIO, look: Look) -> None:
    """Write the letter in Markdown, which reads well as plain text too."""
    write_markdown(out, look, "markdown/questions.md", result=result, questions=questions(result))
