"""What is opened or printed stays within the window or the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import NARROW, READER

pytestmark = pytest.mark.slow

LOW = {"width": 1366, "height": 600}
SHEET = {"width": 1062, "height": 740}  # A4 across, within its margins


def overhang(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("viewport", [LOW, NARROW], ids=["low", "narrow"])
@pytest.mark.parametrize(("address", "opener"), [(READER, "Show metrics"), ("/vision/meter-reader/", "Columns")])
def test_a_choice_of_columns_opens_at_its_button_and_can_be_applied(
    open_page: Callable[..., Page], session: Any, viewport: Any, address: str, opener: str
) -> None:
    page = open_page(viewport=viewport, storage_state=session)
    page.goto(address)
    button = page.get_by_role("button", name=re.compile(f"^{opener}"))
    button.click()
    menu = page.locator(".pop-columns:popover-open")
    expect(menu.get_by_role("button", name="Show", exact=True)).to_be_in_viewport(ratio=1)
    at, of = menu.bounding_box(), button.bounding_box()
    assert at and of
    assert at["x"] < of["x"] + of["width"] and of["x"] < at["x"] + at["width"]
    assert min(abs(at["y"] - of["y"] - of["height"]), abs(at["y"] + at["height"] - of["y"])) < 12


@pytest.mark.parametrize("address", [f"{READER}lineage/", f"{READER}versions/v7/lineage/"])
def test_the_exports_of_a_lineage_are_within_a_phone(
    open_page: Callable[..., Page], session: Any, address: str
) -> None:
    page = open_page(viewport=NARROW, storage_state=session)
    page.goto(address)
    page.get_by_text("Export").click()
    expect(page.get_by_role("link", name="Nodes and edges (JSON)")).to_be_in_viewport(ratio=1)
    assert overhang(page) <= 0


def test_however_long_an_alias_is_the_names_of_a_version_stay_in_their_control(
    open_page: Callable[..., Page], session: Any
) -> None:
    page = open_page(viewport=NARROW, storage_state=session)
    page.goto(f"{READER}versions/v7/usage/")
    names = page.get_by_role("navigation", name="Named by").get_by_role("link")
    for name in names.all():
        name.evaluate("link => link.textContent = 'x'.repeat(128)")
    assert overhang(page) <= 0
    assert {name.evaluate("link => link.offsetHeight") for name in names.all()} == {24}


def test_eight_versions_are_printed_within_the_width_of_a_page(open_page: Callable[..., Page], session: Any) -> None:
    page = open_page(viewport=SHEET, storage_state=session)
    page.goto(f"{READER}compare/?{'&'.join(f'v={number}' for number in range(8))}")
    page.emulate_media(media="print")
    assert overhang(page) <= 0
