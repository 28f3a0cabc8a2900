"""Pages by the keyboard alone, and as a screen reader reads them out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import LANDING, READER, RULES, WIDE

pytestmark = pytest.mark.slow

MOST_STOPS = 150
LEAKS = f"{LANDING}model/collections/leak-detector/"
# How the focused element differs from itself without focus; none of these means that nobody sees where they are.
MARKED = """() => {
  const now = document.activeElement;
  const styles = () => (({outline, boxShadow, borderColor, backgroundColor}) =>
    [outline, boxShadow, borderColor, backgroundColor].join())(getComputedStyle(now));
  const inside = now.getBoundingClientRect();
  if (!now.matches(':focus-visible')) return 'without :focus-visible';
  const focused = styles();
  now.blur();
  const blurred = styles();
  now.focus({focusVisible: true});
  return focused !== blurred && inside.width > 0 ? '' : now.outerHTML.slice(0, 200);
}"""


@pytest.fixture
def page(open_page: Callable[..., Page], session: Any) -> Page:
    return open_page(viewport=WIDE, storage_state=session, reduced_motion="reduce")


def go_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached in {MOST_STOPS} steps")


def test_a_star_keeps_the_focus(page: Page) -> None:
    page.goto(f"{LANDING}model/")
    star = page.get_by_role("button", name="Star leak-detector")
    go_to(page, star)
    for given in ("true", "false"):
        page.keyboard.press("Enter")
        expect(star).to_have_attribute("aria-pressed", given)
        expect(star).to_be_focused()
        expect(star).not_to_have_class(re.compile("htmx-added"))  # only then is it a button of htmx again


def test_three_versions_are_compared(page: Page) -> None:
    page.goto(f"{READER}compare/")
    for label in ("v7", "v5", "v3"):
        go_to(page, page.get_by_role("checkbox", name=label, exact=True))
        page.keyboard.press("Space")
    go_to(page, page.get_by_role("button", name="Compare"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("v=v7.*v=v5.*v=v3"))
    go_to(page, page.get_by_title("Hold the others against v5"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("base=v5"))
    go_to(page, page.get_by_label("Only differences"))
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("only=1"))


def test_a_lineage_is_walked(page: Page) -> None:
    page.goto(f"{READER}versions/v7/lineage/")
    drawing = page.locator("svg.g")
    panel = page.get_by_role("complementary", name="Selected node")
    go_to(page, drawing.get_by_role("link", name=re.compile("^run .*train")))
    page.keyboard.press("Enter")
    expect(panel.get_by_role("link", name="Open run")).to_be_visible()
    go_to(page, page.get_by_role("link", name="List"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name=re.compile("^meter-digits-train v1"))).to_be_visible()


def test_a_card_is_edited(page: Page) -> None:
    page.goto(LEAKS)
    go_to(page, page.get_by_role("main").get_by_role("link", name="Edit", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")
    go_to(page, page.locator("textarea").first)
    page.keyboard.press("Control+End")
    page.keyboard.type("\n\n**Asked for** by the network crew.")
    go_to(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/leak-detector/(card/)?$"))
    expect(page.locator(".prose strong", has_text="Asked for").first).to_be_visible()


def test_a_file_is_found_and_downloaded(page: Page) -> None:
    page.goto(f"{READER}versions/v7/files/")
    go_to(page, page.get_by_label("Find a file"))
    page.keyboard.type("labels")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=labels*")
    go_to(page, page.get_by_role("link", name="labels.txt"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/files/labels.txt*")
    go_to(page, page.locator("#tab").get_by_role("link", name="Download", exact=True))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "labels.txt"


def test_a_version_is_found_by_its_metrics_and_held_against_another(page: Page) -> None:
    page.goto(READER)
    go_to(page, page.get_by_label("Filter versions"))
    page.keyboard.type("accuracy > 0.8")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=accuracy*")
    go_to(page, page.get_by_role("columnheader").get_by_role("link", name="accuracy", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=*accuracy*")
    versions = page.get_by_role("table", name="Versions").get_by_role("row")
    go_to(page, versions.nth(1).get_by_role("link", name=re.compile(r"^v\d$")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/versions/v7/")
    go_to(page, page.get_by_role("link", name="Metrics", exact=True))
    page.keyboard.press("Enter")
    go_to(page, page.get_by_label("Compare with"))
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**against=v5*")
    expect(page.get_by_role("row", name=re.compile("^accuracy ↑ .* better"))).to_be_visible()


def test_the_palette_leads_anywhere(page: Page) -> None:
    page.goto(READER)
    page.goto(LEAKS)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Palette")
    field = palette.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(palette.get_by_role("group", name="Recent").get_by_role("option", name="meter-reader")).to_be_visible()
    assert Axe().run(page, options=RULES).violations_count == 0
    page.keyboard.type("meter-reader-int8")
    chosen = palette.get_by_role("option", selected=True)
    expect(chosen).to_have_text(re.compile(r"^\s*meter-reader-int8"))
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_text(re.compile(r"^\s*Search for"))
    page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/collections/meter-reader-int8/")
    page.keyboard.press("Control+k")
    page.keyboard.type("new proj")
    expect(chosen).to_have_text("New project")
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/new/")
    page.goto(f"{READER}versions/v7/")  # which has no search field
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()


def test_the_menu_of_new_things_is_opened_and_closed(page: Page) -> None:
    page.goto(LANDING)
    go_to(page, page.get_by_role("button", name="New", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="New registry")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="New registry")).to_be_hidden()


@pytest.mark.parametrize("address", [LANDING, READER, f"{READER}versions/v7/", "/vision/meter-reader/"])
def test_the_focus_starts_with_a_way_past_the_menu_and_is_seen_at_each_stop(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    seen: list[tuple[float, float]] = []
    for _ in range(25):
        assert page.evaluate(MARKED) == ""
        box = page.evaluate("(({x, y}) => [x, y + scrollY])(document.activeElement.getBoundingClientRect())")
        seen.append((box[0], box[1]))
        page.keyboard.press("Tab")
    assert len(set(seen)) > 20  # it goes on, and is not caught


def test_skipping_leads_to_the_content(page: Page) -> None:
    page.goto(READER)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_charts_and_graphs_are_read_out(page: Page) -> None:
    page.goto(READER)
    for drawn in ("accuracy, ece, recall_worn", "loss"):
        chart = page.get_by_role("img", name=f"Metrics over versions, from v0 to v7: {drawn}", exact=True)
        expect(chart).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^(Select v7 )?v7"))).to_contain_text("(best)")
    page.goto(f"{READER}compare/?v=v3&v=v7")
    for row in ("^accuracy ↑ .* better$", "^train.loss ↓ .* worse$"):
        expect(page.get_by_role("row", name=re.compile(row))).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("^Parallel coordinates, up is better: .*accuracy.* v3, v7$"))
    ).to_be_visible()
    page.goto(f"{READER}versions/v7/lineage/")
    expect(page.get_by_role("region", name="Lineage graph")).to_match_aria_snapshot("""
        - group /Lineage graph, \\d+ nodes/:
          - link "meter-digits-raw v1, dataset, latest"
          - link /run .*, split/
          - img "No access"
          - link /run .*, train/
          - link "meter-reader v7, model, staging, latest"
    """)
