"""Rows of the versions table: which cells they have, and that names in them are only names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation

from artifacts.lifetimes import DAY, Lifetime
from artifacts.rows import Cell, Column, Row
from artifacts.selection import COLUMNS
from artifacts.templatetags.version_rows import version_rows

EVIL = "<b>\"'&"
SAFE = "&lt;b&gt;&quot;&#x27;&amp;"
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def row(**different: Any) -> Row:
    given: dict[str, Any] = {
        "index": 7, "label": "v7", "select_label": "Select v7", "menu_label": "Actions for v7", "url": "/v7/?a&b",
        "aliases": [], "tags": [], "cells": [], "username": "", "who": "", "moment": MOMENT, "run": "", "run_title": "",
        "run_url": "", "size": 1000, "file_count": 3, "digest": "0123456789abcdef", "lifetime": Lifetime(None, 0, MOMENT),
        "logged_at": MOMENT,
    }  # fmt: skip
    return Row(**given | different)


def written(*columns: str, may_guard: bool = True, tag_url: str = "?tag=", **different: Any) -> str:
    return version_rows([row(**different)], columns, tag_url, may_guard)


def test_a_row_has_the_cells_that_are_asked_for_in_the_order_of_their_heads() -> None:
    assert written().count("<td") == 2
    assert written(*COLUMNS).count("<td") == 2 + len(COLUMNS)
    html = written("logged", "files", "size", cells=[Cell(1.5, Column("acc", ".1f", None, None))])
    places = [html.index(text) for text in ("/v7/?a&amp;b", "1.5", "1000 B", ">3<", "2026-01-02", "Actions for v7")]
    assert places == sorted(places)


def test_whatever_people_named_is_only_a_name() -> None:
    named = {"aliases": [(EVIL, False)], "tags": [EVIL], "who": EVIL, "run_title": EVIL, "run_url": f"/{EVIL}"}
    html = written(*COLUMNS, **named, label="v7")
    assert "<b>" not in html
    assert html.count(SAFE) >= 7
    assert f'href="/{SAFE}"' in html


def test_tags_lead_to_the_table_by_them() -> None:
    html = written("tags", tag_url="?sort=x&tag=", tags=["a&b/'"])
    assert 'href="?sort=x&amp;tag=a%26b%2F%27" title="Only versions with this tag"><span>a&amp;b/&#x27;</span>' in html


def test_metrics_say_which_is_best_and_which_is_missing() -> None:
    loss = Column("loss", ",.2f", higher_is_better=False, best=0.1)
    assert (
        '<td class="num"><span class="best best-low">0.10<span class="sr"> (best)</span></span></td>'
        '<td class="num">0.25</td><td class="num"><span class="none">–</span></td>'
    ) in written(cells=[Cell(0.1, loss), Cell(0.25, loss), Cell(None, loss)])


@pytest.mark.parametrize(("is_protected", "may_guard"), [(True, False), (True, True), (False, False)])
def test_a_checkbox_tells_those_who_may_not_move_it_of_a_protected_alias(is_protected: bool, may_guard: bool) -> None:
    html = written("aliases", may_guard=may_guard, aliases=[("prod", is_protected)])
    assert ("data-protected" in html) == (is_protected and not may_guard)


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (0, "for good", "無期限"),
        (DAY, ">1 day<", "1 日"),
        (30 * DAY, ">30 days<", "30 日"),
        (DAY // 2, ">0.5 days<", "0.5 日"),
    ],
)
def test_how_long_it_is_kept_is_said_in_words(seconds: int, english: str, japanese: str) -> None:
    lifetime = Lifetime(seconds, 0, MOMENT)
    assert english in written("ttl", lifetime=lifetime)
    with translation.override("ja"):
        assert japanese in written("ttl", lifetime=lifetime)
