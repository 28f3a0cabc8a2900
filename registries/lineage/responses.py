"""A lineage as an answer: the page, the part that htmx asks for, its data, or the drawing as a file."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from common.htmx import fills, render_page
from registries.lineage.page import Lineage

PANEL = "lineage-panel"
TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
PAIR = re.compile(r"light-dark\(([^,()]+),([^,()]+)\)")
USE = re.compile(r"var\((--[\w-]+)\)")
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # a run may be called by anything
DRAWING = re.compile(r"@layer drawing \{(.*?)\n\}", re.DOTALL)


def respond(request: HttpRequest, template: str, context: dict[str, Any], lineage: Lineage) -> HttpResponse:
    """The page of `template`; htmx gets all below the head, or the panel alone when that is what it puts in."""
    context = context | {"lineage": lineage, "tab": "lineage"}
    if fills(request, PANEL):
        return render_page(request, "lineage/_panel.html", context)
    return render_page(request, template, context, partial="lineage", data=lineage.data)


def as_file(request: HttpRequest, lineage: Lineage, name: str) -> HttpResponse:
    """The drawing as an SVG to download, with its styles inside, in the colours of `?theme=`, light unless dark is asked for.

    It is never shown as a page of this server: names in it are other people's texts.
    """
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    context = {"lineage": lineage, "styles": styles(theme), "name": name}
    drawn = NO_XML.sub("\N{REPLACEMENT CHARACTER}", render_to_string("lineage/drawing.svg", context))
    response = HttpResponse(drawn, content_type="image/svg+xml")
    safe = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.") or "lineage"
    response["Content-Disposition"] = f'attachment; filename="{safe[:100]}-lineage.svg"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


@cache
def styles(theme: str) -> str:
    """The rules by which pages draw, with the values of a theme in the place of tokens: other programs know neither."""
    tokens = {
        name: PAIR.sub(lambda pair: pair[1 if theme == "light" else 2].strip(), value)
        for name, value in TOKEN.findall(_sheet("css/tokens.css"))
    }
    found = DRAWING.search(_sheet("css/lineage.css"))
    rules = found[1] if found else ""
    while USE.search(rules):
        rules = USE.sub(lambda use: tokens.get(use[1], "inherit"), rules)
    return rules


def _sheet(name: str) -> str:
    return Path(str(finders.find(name))).read_text(encoding="utf-8")
