"""Stylesheets as they are sent."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings as project

from common.static import inlined

SHEETS = Path(project.BASE_DIR, "static/css")


def test_the_stylesheet_of_the_pages_holds_every_other() -> None:
    sent = inlined("css/app.css", (SHEETS / "app.css").read_text())
    assert "@import" not in sent
    missing = [
        sheet.name for sheet in SHEETS.glob("*.css") if sheet.name != "app.css" and sheet.read_text() not in sent
    ]
    assert missing == []


def test_an_import_into_a_layer_is_written_into_it_and_others_as_they_are() -> None:
    assert inlined("css/x.css", '@import url("tokens.css") layer(tokens);').startswith("@layer tokens {\n")
    assert inlined("css/x.css", '@import url("guide.css");') == (SHEETS / "guide.css").read_text()
