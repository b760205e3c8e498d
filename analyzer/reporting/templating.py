"""Jinja2 environments for the templates in ``reports/``, and a user's own folder before them.

A template in the folder of ``--templates`` replaces the built-in one of the same name; one that begins with
``{% extends "apkvet/html/app.html" %}`` replaces single blocks of it. With such a folder, templates run in Jinja2's sandbox.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from analyzer import __version__
from analyzer.errors import UsageError
from analyzer.reporting.look import Look
from analyzer.reporting.naming import api_text, evidence_text, method_text, short_permission
from analyzer.reporting.sanitize import clean
from analyzer.resources import cache_dir, reports_dir


def environment(look: Look, *, escape_html: bool, finalize: Callable[[Any], Any] | None = None) -> Environment:
    """The environment: what it prints is escaped for HTML, or by *finalize* for another syntax."""
    words = look.words
    builtin = FileSystemLoader(reports_dir(), encoding="utf-8")
    loaders: list[BaseLoader] = [builtin, PrefixLoader({"apkvet": builtin})]
    if look.templates is not None:
        loaders.insert(0, FileSystemLoader(look.templates, encoding="utf-8"))
    kind = ImmutableSandboxedEnvironment if look.templates is not None else Environment
    found = kind(
        loader=ChoiceLoader(loaders),
        autoescape=escape_html,  # by itself Jinja2 goes by the template's suffix
        finalize=finalize,
        undefined=StrictUndefined,
        optimized=False,  # folding constants costs more than it saves in a template that is rendered once
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_compiled() if look.templates is None else None,
    )
    found.globals |= {"t": words.t, "words": words}
    found.filters |= {
        "clean": clean,
        "api": api_text,
        "method": method_text,
        "fact": evidence_text,
        "permission": short_permission,
        "owner": words.owner,
        "category": words.category,
        "place": words.place,
        "stage": words.stage,
        "trigger": words.trigger,
        "number": words.t.number,
        "percent": words.percent,
    }
    return found


def _compiled() -> BytecodeCache | None:
    """Where compiled templates are kept, as Python keeps its modules: compiling costs half of a page. None: nowhere."""
    folder = cache_dir(f"pages-{__version__}-jinja{jinja2.__version__}")
    return FileSystemBytecodeCache(str(folder)) if folder is not None else None


def render(found: Environment, name: str, /, **values: Any) -> str:
    """The text of one template. Raises ``UsageError`` that says where a template is wrong."""
    try:
        return found.get_template(name).render(**values)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"{getattr(error, 'filename', None) or name}{f':{line}' if line else ''}"
        raise UsageError(
            f"the template fails: {error.message}", where=where, mend="Compare it with the one in reports/."
        ) from None


def source(found: Environment, name: str) -> str:
    """The text of a file of the folders as it is."""
    assert found.loader is not None
    return found.loader.get_source(found, name)[0]
