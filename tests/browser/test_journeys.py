"""What people do, from the first click to what they see at the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo import LANDING, NARROW, READER, WIDE, check_looks, sign_in
from tests.servers import Server

WITH_AND_WITHOUT = pytest.mark.parametrize(
    "script", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["script", "no script"]
)


@WITH_AND_WITHOUT
def test_a_reviewer_compares_three_versions(open_page: Callable[..., Page], session: Any, script: bool) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    page.goto(f"{READER}compare/")
    for label in ("v3", "v5", "v7"):
        page.get_by_role("checkbox", name=label, exact=True).check()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile("v=v7.*v=v5.*v=v3"))
    expect(page.get_by_role("img", name=re.compile("^Parallel coordinates.*v7, v5, v3$"))).to_be_visible()
    page.get_by_title("Hold the others against v5").click()
    expect(page.get_by_text("difference to v5")).to_be_visible()
    page.get_by_label("Only differences").check()
    if not script:
        page.locator(".tabs-end").get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("base=v5.*only=1"))
    page.get_by_role("link", name="Scatter").click()
    expect(page.get_by_role("img", name=re.compile("^Scatter: "))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Files")).click()
    page.wait_for_url(re.compile("section=files"))  # which moves the table of files that "All" shows as well
    page.get_by_role("link", name="evaluation/confusion_matrix.png").click()
    page.wait_for_url(re.compile("file=evaluation"))
    pictures = page.locator(".pair img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        expect(picture).to_have_js_property("complete", value=True)
    if script:
        page.get_by_label("Lay them over each other").check()
        page.get_by_label("How much of each is shown").fill("20")
        expect(pictures.nth(1)).to_have_css("clip-path", "inset(0px 0px 0px 20%)")
    page.get_by_role("link", name="Remove v7").click()
    expect(page.get_by_role("link", name="Remove v3")).to_be_visible()
    expect(page.get_by_role("link", name="Remove v7")).to_have_count(0)
    page.get_by_role("link", name="Histories").click()
    expect(page.locator(".chart svg").first).to_be_visible()
    if script:
        for chart in page.get_by_role("img", name=re.compile(": last .*, lowest .*, highest ")).all():
            one, other = (
                name.bounding_box() for name in chart.locator("svg text", has_text=re.compile("^v[35]$")).all()
            )
            assert one and other and abs(one["y"] - other["y"]) >= 12  # letters of 11 pixels


@pytest.mark.slow
def test_rows_are_selected_tagged_and_left_where_they_are_protected(
    open_page: Callable[..., Page], demo: Server
) -> None:
    page = open_page(viewport=WIDE)
    sign_in(page, demo, "priya")  # a member, who may not take the protected v6 away
    page.goto(READER)
    page.get_by_label("Select v7").click()
    page.get_by_label("Select v5").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(page.get_by_text("(protected: v6)")).to_be_visible()
    page.get_by_role("button", name="Unlink 2").click()
    expect(page.get_by_role("row", name=re.compile("^v6"))).to_contain_text("Stays.")
    page.go_back()
    page.get_by_role("button", name="Add tag").click()
    page.get_by_label(re.compile("^Add tags")).fill("reviewed")
    page.get_by_role("button", name="Set tags").click()
    page.wait_for_url(f"**{READER}")
    expect(page.get_by_role("table", name="Versions").get_by_text("reviewed")).to_have_count(3)
    page.get_by_role("button", name="Actions for v5").click()
    page.get_by_role("link", name="Aliases and tags").click()
    page.wait_for_url("**/versions/v5/labels/")


@pytest.mark.slow
def test_without_scripts_the_bar_under_the_table_is_a_form(open_page: Callable[..., Page], session: Any) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=False)
    page.goto(READER)
    for label in ("Select v7", "Select v3"):
        page.get_by_label(label).check()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare/?v=7&v=3")


def open_run(page: Page, tab: str) -> None:
    """A tab of the newest run of a project."""
    page.goto("/vision/leak-detector/")
    page.locator("main a[href*='/runs/']").first.click()
    page.get_by_role("main").get_by_role("link", name=tab).click()
    page.wait_for_url(f"**/{tab.lower()}/")


@pytest.mark.slow
def test_the_charts_of_a_run_fit_and_are_smoothed_as_the_slider_moves(
    open_page: Callable[..., Page], session: Any
) -> None:
    page = open_page(viewport=WIDE, storage_state=session)
    open_run(page, "Charts")
    curves = page.locator(".chart svg path[stroke-width='2']")
    expect(curves.first).to_be_visible()
    check_looks(page)
    before = curves.first.get_attribute("d")
    page.get_by_label("Smoothing").fill("0.9")
    expect(curves.first).not_to_have_attribute("d", before or "")
    page.wait_for_url(re.compile(r"smooth=0\.9"))
    page.get_by_label("Over").select_option("timestamp")
    page.wait_for_url(re.compile("axis=timestamp.*smooth=0.9|smooth=0.9.*axis=timestamp"))
    expect(page.locator(".chart svg text", has_text=re.compile(r"^\d\d:\d\d$")).first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Over")).to_have_value("step")
    page.go_back()
    expect(page.get_by_label("Smoothing")).to_have_value("0")
    expect(page.locator("output[for=smooth]")).to_have_text("0.00")
    expect(page.locator(".chart svg").first).to_be_visible()


@pytest.mark.slow
def test_the_charts_of_a_run_are_drawn_without_scripts(open_page: Callable[..., Page], session: Any) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=False)
    open_run(page, "Charts")
    curve = page.locator(".chart svg.plot path").first
    expect(curve).to_be_visible()
    before = curve.get_attribute("d")
    page.get_by_label("Log scale").check()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**log=1*")
    assert curve.get_attribute("d") != before


@pytest.mark.slow
@WITH_AND_WITHOUT
def test_the_console_opens_at_its_end(open_page: Callable[..., Page], session: Any, script: bool) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    open_run(page, "Console")
    lines = page.get_by_role("region", name="Console").locator("code")
    expect(lines.last).to_be_in_viewport()
    expect(lines.first).not_to_be_in_viewport()


@pytest.mark.parametrize("size", [WIDE, pytest.param(NARROW, marks=pytest.mark.slow)], ids=["wide", "narrow"])
@WITH_AND_WITHOUT
def test_one_walks_from_sign_in_to_the_text_of_a_file(
    open_page: Callable[..., Page], demo: Server, size: Any, script: bool
) -> None:
    page = open_page(viewport=size, java_script_enabled=script)
    sign_in(page, demo)
    steps = [("Model$", "model/"), ("meter-reader$", "meter-reader/"), ("v7$", "versions/v7/"), ("Files", "files/")]
    for name, address in [*steps, ("MODEL_CARD.md", "files/MODEL_CARD.md")]:
        page.get_by_role("main").get_by_role("link", name=re.compile(f"^{name}")).first.click()
        page.wait_for_url(f"**/{address}")
    expect(page.get_by_role("main").get_by_text("Measured on").first).to_be_visible()


@WITH_AND_WITHOUT
def test_a_new_member_links_a_version_and_an_admin_sets_its_protected_alias(
    open_page: Callable[..., Page], demo: Server, script: bool
) -> None:
    admin = open_page(viewport=WIDE, java_script_enabled=script)
    sign_in(admin, demo)
    shelf = set_up_registry(admin, f"Field {'scripts' if script else 'forms'}")
    add_member(admin, shelf)
    member = open_page(viewport=WIDE, java_script_enabled=script, refusal=403)
    sign_in(member, demo, "priya")
    member.goto(f"{shelf}collections/readers/link/")
    for field, option in (("Project", "vision/meter-reader"), ("Artifact", "meter-reader")):
        member.get_by_label(field).select_option(option)
        if script:
            member.wait_for_url(re.compile(f"{field.lower()}="))
            expect(member.locator(".htmx-settling")).to_have_count(0)  # htmx listens to the next field
        else:
            member.get_by_role("button", name="Next").click()
    member.get_by_label("Version").select_option("v6")
    member.get_by_role("button", name="Link version").click()
    expect(member.get_by_role("status")).to_contain_text("readers:v0 is linked.")
    version = f"{shelf}collections/readers/versions/v0/"
    for page, outcome in ((member, "one needs admin"), (admin, "production is set.")):
        page.goto(f"{version}labels/")
        page.get_by_role("textbox", name="Alias").fill("production")
        page.get_by_role("button", name="Add alias").click()
        expect(page.locator("body")).to_contain_text(outcome)
    member.goto(version)
    expect(member.get_by_role("main").locator(".chip-lock").first).to_contain_text("production")


def set_up_registry(page: Page, name: str) -> str:
    """A restricted registry with a collection `readers` and the protected alias `production`; its address."""
    page.get_by_role("link", name="Create registry").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Restricted:").check()
    page.get_by_role("button", name="Create registry").click()
    shelf = f"{LANDING}{name.replace(' ', '%20')}/"
    page.wait_for_url(f"**{shelf}")
    page.goto(f"{shelf}new/")
    page.get_by_role("textbox", name="Name").fill("readers")
    page.get_by_role("combobox", name="Type").fill("model")
    page.get_by_role("button", name="Create collection").click(delay=150)  # as long as a person presses
    page.wait_for_url("**/collections/readers/")
    page.goto(f"{shelf}settings/aliases/")
    page.get_by_label("Alias", exact=True).fill("production")
    page.get_by_role("button", name="Protect", exact=True).click()
    expect(page.get_by_role("rowheader", name="production")).to_be_visible()
    return shelf


def add_member(page: Page, shelf: str) -> None:
    """Add priya as a viewer, then make her a member."""
    page.goto(f"{shelf}settings/members/add/?q=priya")
    page.get_by_label("Role of Priya Raman").select_option("viewer")
    page.get_by_role("button", name="Add Priya Raman").click()
    page.goto(f"{shelf}settings/members/")
    row = page.get_by_role("row", name=re.compile("Priya Raman"))
    row.get_by_label("Role of").select_option("member")
    row.get_by_role("button", name="Set").click()
    expect(row.get_by_label("Role of")).to_have_value("member")


@WITH_AND_WITHOUT
def test_one_reads_a_lineage(open_page: Callable[..., Page], session: Any, script: bool) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    page.goto(f"{READER}versions/v7/lineage/")
    panel = page.get_by_role("complementary", name="Selected node")
    drawing = page.locator("svg.g")
    expect(panel.get_by_role("heading", name="meter-reader")).to_be_visible()
    expect(drawing.get_by_role("img", name="No access")).to_be_visible()
    drawing.get_by_role("link", name=re.compile("^run .*train")).click()
    expect(panel.get_by_role("link", name="Open run")).to_be_visible()
    drawing.get_by_role("link", name=re.compile("^7 versions")).click()
    panel.get_by_role("searchbox").fill("v3")
    panel.get_by_role("searchbox").press("Enter")
    expect(panel.get_by_role("link", name="Pull out")).to_have_count(1)
    panel.get_by_role("link", name="Pull out meter-digits-nights:v3").click()
    expect(drawing.get_by_role("link", name="meter-digits-nights v3, dataset")).to_be_visible()
    expect(drawing.get_by_role("link", name=re.compile("^6 versions"))).to_be_visible()
    page.wait_for_url("**out=version-*")
    panel.get_by_role("link", name="Hide").click()
    expect(drawing.get_by_role("link", name="meter-digits-nights v3, dataset")).to_have_count(0)
    page.get_by_role("link", name="Show again").click()
    expect(drawing.get_by_role("link", name="meter-digits-nights v3, dataset")).to_be_visible()
    page.get_by_role("link", name="List").click()
    head = page.get_by_role("rowheader", name=re.compile("^meter-digits-nights v3"))
    expect(page.get_by_role("row").filter(has=head)).to_contain_text("2 steps before")
    page.go_back()
    expect(drawing.get_by_role("link", name="meter-digits-nights v3, dataset")).to_be_visible()


@pytest.mark.slow
def test_a_lineage_is_panned_zoomed_dragged_and_saved(open_page: Callable[..., Page], session: Any) -> None:
    page = open_page(viewport=WIDE, storage_state=session)
    page.goto(f"{READER}versions/v7/lineage/")
    drawing = page.locator("svg.g")
    view = drawing.get_attribute("viewBox") or ""
    page.get_by_role("button", name="Zoom in").click()
    expect(drawing).not_to_have_attribute("viewBox", view)
    page.get_by_role("button", name="Fit").click()
    run = drawing.get_by_role("link", name=re.compile("^run .*train"))
    box = run.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    expect(drawing.get_by_role("link", name=re.compile("^run .*split"))).to_have_class(re.compile("dim"))
    edge = drawing.locator("path.e").last.get_attribute("d")
    place = run.get_attribute("transform") or ""
    page.mouse.down()
    page.mouse.move(x + 40, y + 60, steps=4)
    page.mouse.up()
    expect(run).not_to_have_attribute("transform", place)
    assert "run-" not in page.url  # dragging is not choosing
    assert edge
    for name, kind in (("Drawing (SVG)", "svg"), ("Picture (PNG)", "png")):
        page.get_by_text("Export").click()
        with page.expect_download() as download:
            page.get_by_text(name).click()
        assert download.value.suggested_filename.endswith(f".{kind}")
        start = download.value.path().read_bytes()[:16]
        assert start.startswith(b"<?xml" if kind == "svg" else b"\x89PNG")
        page.keyboard.press("Escape")
        page.get_by_text("Export").click()
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator(".lin:fullscreen")).to_be_visible()


@pytest.mark.slow
@WITH_AND_WITHOUT
def test_a_file_is_found_and_downloaded_and_the_version_says_by_whom(
    open_page: Callable[..., Page], session: Any, script: bool
) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    page.goto(f"{READER}versions/v6/")
    page.get_by_role("link", name=re.compile("^Files")).click()
    page.get_by_label("Find a file").fill("LABELS")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("navigation", name="Files", exact=True).get_by_role("link", name="labels.txt").click()
    page.wait_for_url("**/files/labels.txt*")
    files = page.get_by_role("main").locator("#tab")
    for link, name, beginning in (("Download", "labels.txt", b"0\n1\n"), ("All as zip", "meter-reader-v6.zip", b"PK")):
        with page.expect_download() as download:
            files.get_by_role("link", name=link, exact=True).click()
        assert download.value.suggested_filename == name
        assert Path(download.value.path()).read_bytes().startswith(beginning)
    page.get_by_role("link", name="Usage").click()
    for way in ("Address of a file", "Zip"):
        row = page.get_by_role("row", name=re.compile(f"^.*Nora Lindqvist {way}"))
        for _ in range(10):  # written every few seconds
            if row.count():
                break
            page.wait_for_timeout(1000)
            page.reload()
        expect(row.first).to_be_visible()


@pytest.mark.slow
@WITH_AND_WITHOUT
def test_a_version_is_found_by_its_metrics_and_held_against_another(
    open_page: Callable[..., Page], session: Any, script: bool
) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    page.goto(READER)
    page.get_by_label("Filter versions").fill("accuracy > 0.76 tag:augmented")
    page.get_by_role("button", name="Filter", exact=True).click()
    versions = page.get_by_role("table", name="Versions").get_by_role("row")
    expect(versions).to_have_count(4)
    page.get_by_role("columnheader").get_by_role("link", name="recall_worn", exact=True).click()
    expect(versions.nth(1).get_by_role("link", name="v6")).to_be_visible()
    versions.nth(1).get_by_role("link", name="v6").click()
    page.get_by_role("link", name="Metrics").click()
    page.wait_for_url("**/v6/metrics/")  # with its scripts, that listen to the choice
    page.get_by_label("Compare with").select_option("v4")
    if not script:
        page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/v6/metrics/?*against=v4*")
    expect(page.get_by_role("row", name=re.compile("^accuracy ↑ .* better"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^ece ↓ .* worse"))).to_be_visible()
    page.get_by_label("Filter metrics").fill("recall")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**q=recall*")
    metrics = page.get_by_role("table", name="Metrics at logging time")
    expect(metrics.get_by_role("row", name=re.compile("^recall_worn ↑ .* better"))).to_be_visible()
    expect(metrics.get_by_role("row")).to_have_count(2)
    expect(page.get_by_text("1 of 7 metrics")).to_be_visible()
