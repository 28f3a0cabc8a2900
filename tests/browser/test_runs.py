"""Work on runs in Chromium: a version uploaded over a bad line, runs compared, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.demo import WIDE, check_looks

pytestmark = pytest.mark.slow

PROJECT = "/vision/leak-detector/"
RUN_NAME = re.compile(r"^[a-z]+-[a-z]+-\d+$")


def choose_files(page: Page, folder: Path, artifact: str) -> None:
    """Two files, and what they are called."""
    (folder / "one.txt").write_text(f"for {artifact}")
    (folder / "two.bin").write_bytes(artifact.encode() * 300_000)
    page.goto(f"{PROJECT}upload/")
    page.get_by_label("Artifact").fill(artifact)
    page.locator("#files").set_input_files([folder / "one.txt", folder / "two.bin"])


def test_two_files_become_v0_though_the_connection_breaks_twice(
    open_page: Callable[..., Page], session: Any, tmp_path: Path
) -> None:
    page = open_page(refusal="ERR_CONNECTION_RESET", viewport=WIDE, storage_state=session)
    sent: list[str] = []

    def cut(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) <= 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    choose_files(page, tmp_path, "scans")
    expect(page.get_by_role("row", name="two.bin")).to_be_visible()
    check_looks(page)
    page.route("**/storage/**", cut)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/artifacts/dataset/scans/v0/")
    assert len(sent) == 4
    page.unroute("**/storage/**")
    sent.clear()
    page.route("**/storage/**", cut)
    choose_files(page, tmp_path, "scans")  # the same bytes: nothing is sent, and it is the same version
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/artifacts/dataset/scans/v0/")
    assert sent == []


def test_a_cancelled_upload_leaves_nothing_behind(open_page: Callable[..., Page], session: Any, tmp_path: Path) -> None:
    page = open_page(refusal="ERR_", viewport=WIDE, storage_state=session)
    choose_files(page, tmp_path, "regretted")
    page.route("**/storage/**", lambda route: route.abort("connectionreset"))
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("Connection lost; trying again").first).to_be_visible()
    page.get_by_role("button", name="Cancel the upload").click()
    expect(page.get_by_text("Cancelled; nothing was kept.")).to_be_visible()
    page.goto(f"{PROJECT}artifacts/")
    expect(page.get_by_role("link", name="regretted")).to_have_count(0)


def test_what_is_wrong_with_the_metadata_is_said_at_its_field(
    open_page: Callable[..., Page], session: Any, tmp_path: Path
) -> None:
    page = open_page(viewport=WIDE, storage_state=session)
    choose_files(page, tmp_path, "described")
    head, first = (page.get_by_role("row").nth(place).bounding_box() for place in (0, 1))
    assert head and first and head["y"] + head["height"] <= first["y"]
    field, said = page.get_by_label("Metadata"), page.locator("#id_metadata ~ .err")
    field.fill("{bad")
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(said).to_have_text("Metadata is a JSON object.")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    check_looks(page)
    field.fill('{"good": 1}')
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/artifacts/dataset/described/v0/")


def test_two_files_become_v0_without_scripts(open_page: Callable[..., Page], session: Any, tmp_path: Path) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=False)
    choose_files(page, tmp_path, "plain")
    page.get_by_role("button", name="Upload", exact=True).click()
    page.wait_for_url("**/artifacts/dataset/plain/v0/")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_runs_are_chosen_and_compared(open_page: Callable[..., Page], session: Any, script: bool) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    page.goto(PROJECT)
    rows = page.get_by_role("region", name="Runs").get_by_role("checkbox")
    rows.nth(0).check()
    if script:
        expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    rows.nth(1).check()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile(r"/compare/\?run=\w+&run=\w+"))
    expect(page.get_by_role("heading", name="train/loss")).to_be_visible()
    curves = page.locator(".chart svg path[stroke-width='2'], .chart svg.plot path")
    expect(curves.first).to_be_visible()
    expect(page.get_by_role("region", name="Config").get_by_role("row", name="rate")).to_be_visible()
    if script:
        expect(page.get_by_role("img", name=re.compile("^accuracy: last "))).to_be_visible()
        expect(page.locator(".chart svg text", has_text=RUN_NAME)).to_have_count(0)  # they are in the legend
        strokes = "lines => lines.map((line) => getComputedStyle(line).stroke)"
        assert set(page.locator(".legend .ln").evaluate_all(strokes)) == set(curves.evaluate_all(strokes))
        check_looks(page)
