"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])


def report_options(command: F) -> F:
    """``-o``, ``--lang`` and ``--templates``: which reports are written, where, and how they look."""
    output = click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help="text, html, json, markdown, sarif, csv, xlsx, junit, cyclonedx or questions (a letter to the vendor), to a file or "
        "standard output; may be repeated. Default: text.",
    )
    language = click.option("--lang", "language", default="en", metavar="LANG", help="Language of fixed texts: en, de.")
    templates = click.option(
        "--templates",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Own templates and texts; each may replace single blocks.",
    )
    return output(language(templates(command)))


def sandbox_option(command: F) -> F:
    """``--sandbox``: whether each package is looked at in a sandbox of its own."""
    return click.option(
        "--sandbox",
        is_flag=True,
        help="Look at each package in a bubblewrap sandbox of its own: no network, no files but the package's, nothing to write.",
    )(command)


def trust_option(command: F) -> F:
    """``--trust``: whose seal own rules, policies and waivers must carry."""
    return click.option(
        "--trust",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A public key: own rules, and the folders of an own policy and of waivers, must carry its seal (see rules seal).",
    )(command)


def flow_options(command: F) -> F:
    """``--flow`` and ``--implicit``: how far data is followed from where it is read."""
    flow = click.option(
        "--flow",
        type=click.Choice(("off", "fast", "full")),
        default="fast",
        show_default=True,
        help="How far data is followed from where it is read: not at all, within a small budget, or within a large one.",
    )
    implicit = click.option(
        "--implicit", is_flag=True, help="Also follow what branches on the data decide. Finds more, and more that is nothing."
    )
    return flow(implicit(command))
