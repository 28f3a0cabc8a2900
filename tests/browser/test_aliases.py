"""An alias is moved, the move undone, and the holder of last week restored: with scripts, without, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import READER, WIDE
from tests.browser.test_keyboard import go_to

pytestmark = pytest.mark.slow

HOLDER = {"now": "v6", "ten days ago": "v4"}  # of `production`, as the demo tells it
Press = Callable[[Page, Locator], None]


def by_click(_page: Page, target: Locator) -> None:
    target.click()


def by_key(page: Page, target: Locator) -> None:
    go_to(page, target)
    page.keyboard.press("Enter")


WAYS = pytest.mark.parametrize(
    ("script", "press"),
    [(True, by_click), (False, by_click), (True, by_key)],
    ids=["script", "no script", "keyboard"],
)


def row_of(page: Page, version: str) -> Locator:
    """The row of a version in a table."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=version, exact=True))


@WAYS
def test_a_move_is_undone(open_page: Callable[..., Page], session: Any, script: bool, press: Press) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    page.goto(f"{READER}versions/v5/labels/")
    field = page.get_by_role("textbox", name="Alias")
    if press is by_key:
        go_to(page, field)
        page.keyboard.type("rollback")
    else:
        field.fill("rollback")
    press(page, page.get_by_role("button", name="Add alias"))
    expect(page.get_by_role("status")).to_contain_text("rollback is set.")
    press(page, page.get_by_role("status").get_by_role("button", name="Undo"))
    expect(page.get_by_role("status")).to_contain_text("It is undone.")
    page.goto(READER)
    expect(row_of(page, "v4")).to_contain_text("rollback")
    expect(row_of(page, "v5")).not_to_contain_text("rollback")


def test_chips_change_in_place_and_their_pop_up_says_what_is_wrong(
    open_page: Callable[..., Page], session: Any
) -> None:
    page = open_page(refusal=422, viewport=WIDE, storage_state=session)
    for address, kind in ((f"{READER}versions/v5/metrics/?base=v3", "alias"), (f"{READER}card/", "tag")):
        page.goto(address)
        before = page.evaluate("(window.isLoadedOnce = true) && history.length")
        add, field = page.get_by_role("button", name=kind, exact=True), page.get_by_role("textbox", name=kind.title())
        add.click()
        field.fill("a:b/c")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(field).to_be_focused()
        assert page.evaluate("scrollY") == 0
        field.fill("second-best")
        field.press("Enter")
        expect(page.locator("#messages")).to_contain_text("second-best is set.")
        expect(page.locator("#switcher [aria-current], #tab dd").get_by_text("second-best")).to_be_visible()
        expect(page.locator(".chip-add").first).to_be_focused()
        page.get_by_role("button", name=f"Remove the {kind} second-best").click()
        expect(page.locator("#messages")).to_contain_text("second-best is taken away.")
        expect(page.get_by_role("main").get_by_text("second-best")).to_have_count(0)
        assert page.url.endswith(address)
        assert page.evaluate("window.isLoadedOnce && history.length") == before


def test_what_htmx_could_not_do_is_said(open_page: Callable[..., Page], session: Any) -> None:
    page = open_page(refusal=503, viewport=WIDE, storage_state=session)
    page.goto(READER)
    remove = page.get_by_role("button", name="Remove the tag field")
    answers = iter(("<main><p>Closed for the night.</p></main>", ""))
    page.route("**/tags/", lambda route: route.fulfill(status=503, body=next(answers)))
    for told in ("Closed for the night.", "The server did not do this."):
        remove.click()
        expect(page.locator("#messages")).to_contain_text(told)
    expect(remove).to_be_visible()


@WAYS
def test_the_holder_of_last_week_is_restored(
    open_page: Callable[..., Page], session: Any, script: bool, press: Press
) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    before, now = HOLDER["ten days ago"], HOLDER["now"]
    page.goto(f"{READER}?at=10d")
    expect(row_of(page, before)).to_contain_text("production")
    press(page, page.get_by_role("button", name=f"Restore production to {before}"))
    expect(page.get_by_role("heading", name=f"Move production to {before}?")).to_be_visible()
    expect(page.get_by_role("heading", name=f"Who relies on {now} here")).to_be_visible()
    press(page, page.get_by_role("button", name=f"Move production to {before}"))
    expect(page.get_by_role("status")).to_contain_text(f"production points at {before} now.")
    press(page, page.get_by_role("status").get_by_role("button", name="Undo"))
    expect(page.get_by_role("status")).to_contain_text("It is undone.")
    page.goto(f"{READER}aliases/production/")
    expect(page.get_by_text(f"{now} holds production")).to_be_visible()
