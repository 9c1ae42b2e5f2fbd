"""A whole page around its parts: no network, no script, no other file."""

from __future__ import annotations

import html

from pullback.page._style import STYLE


def document(title: str, header: str, main: str) -> str:
    """The HTML of a page; `header` and `main` are HTML, `title` is text."""
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escaped(title)}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>{escaped(title)}</h1>{header}</header><main>{main}</main></body></html>\n"
    )


def escaped(text: object) -> str:
    """Text as HTML, also within an attribute."""
    return html.escape(str(text), quote=True)
