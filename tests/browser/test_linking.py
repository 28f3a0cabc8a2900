"""A version is linked from the page of the run that made it: with scripts, without, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import LANDING, WIDE
from tests.browser.test_aliases import WAYS, Press, by_key
from tests.browser.test_keyboard import go_to

pytestmark = pytest.mark.slow
VERSION = "/vision/leak-detector/artifacts/model/leak-detector/v2/"


def type_into(page: Page, field: Locator, text: str, press: Press) -> None:
    """`text` in a field, by typing where the keyboard is all there is."""
    if press is by_key:
        go_to(page, field)
        page.keyboard.type(text)
    else:
        field.fill(text)


@WAYS
def test_a_version_is_linked_from_its_run(
    open_page: Callable[..., Page], session: Any, script: bool, press: Press, request: pytest.FixtureRequest
) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    collection = f"leaks-{request.node.callspec.id.replace(' ', '-')}"  # of its own, so that no other test sees it
    page.goto(VERSION)
    press(page, page.get_by_role("main").locator("a[href*='/runs/']").first)
    page.wait_for_url("**/runs/*/")
    press(page, page.get_by_role("link", name="Link leak-detector to a registry"))
    page.wait_for_url("**/v2/link/")
    registry = page.get_by_label("Registry")
    if press is by_key:
        go_to(page, registry)
        page.keyboard.type("Model")
    else:
        registry.select_option("model")
    if not script:
        page.get_by_role("button", name="Next").click()
    page.wait_for_url("**registry=model")
    type_into(page, page.get_by_role("combobox", name="Collection"), collection, press)
    press(page, page.get_by_role("button", name="Link to registry"))
    expect(page.get_by_role("status")).to_contain_text(f"It is {collection}:v0 in Model now.")
    page.goto(f"{LANDING}model/collections/{collection}/")
    version = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="v0", exact=True))
    expect(version).to_contain_text("latest")
    press(page, version.get_by_role("link", name="v0", exact=True))
    page.wait_for_url(f"**/{collection}/versions/v0/")
    expect(page.get_by_role("main").get_by_role("link", name="vision/leak-detector/leak-detector")).to_be_visible()
