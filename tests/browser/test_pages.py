"""The demo in Chromium: every kind of page, wide and narrow, light and dark, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from operations.demo import story
from operations.demo.credentials import keep
from tests.servers import Server, Template, manage

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
HOUSE = "/orgs/Meridian%20Labs/"
LANDING = f"{HOUSE}registry/"
READER = f"{LANDING}model/collections/meter-reader/"
BUILDS = f"{LANDING}Edge%20builds/"
ENGINE = f"{BUILDS}collections/meter-reader-int8/"
SOURCE = "/vision/meter-reader/artifacts/model/meter-reader/"
OPEN = ("/accounts/login/", "/accounts/password/reset/")
PAGES = [
    *OPEN,
    LANDING,
    f"{LANDING}?q=meter",
    f"{LANDING}activity/",
    f"{LANDING}model/activity/",
    f"{LANDING}model/?view=cards&sort=-linked",
    *(f"{LANDING}{page}" for page in ("new/", "model/", "model/settings/")),
    *(f"{BUILDS}settings/{page}" for page in ("", "visibility/", "types/", "aliases/", "members/", "delete/")),
    f"{BUILDS}settings/members/add/?q=e",
    f"{BUILDS}settings/access/?person=kenji",
    f"{BUILDS}new/",
    f"{BUILDS}link/?project=vision/meter-reader",
    READER,
    *(f"{READER}{page}" for page in ("card/", "lineage/", "history/", "edit/", "metrics/", "tags/", "delete/")),
    f"{READER}link/?project=vision/meter-reader",
    f"{READER}compare/",
    f"{READER}compare/?v=v3&v=v5&v=v7",
    *(f"{READER}compare/?v=v3&v=v7&section={section}" for section in ("metrics&chart=scatter", "histories", "inputs")),
    *(
        f"{READER}compare/?v=v3&v=v7&section=files&file={path}"
        for path in ("config.json", "evaluation/predictions.table.json", "evaluation/confusion_matrix.png")
    ),
    f"{SOURCE}compare/?v=v1&v=v2&chart=bar",
    *(
        f"{READER}versions/v7/{tab}"
        for tab in (
            "",
            "metrics/",
            "metadata/",
            "usage/",
            "lineage/",
            "files/evaluation/per_class.csv",
            "edit/",
            "labels/",
        )
    ),
    *(f"{READER}lineage/{query}" for query in ("?from=all&mode=complete", "?view=list", "?node=version-1")),
    f"{SOURCE}lineage/?clusters=open&depth=5",
    f"{ENGINE}versions/v2/unlink/",
    "/vision/",
    f"{HOUSE}projects/",
    *(f"/vision/meter-reader/{page}" for page in ("", "artifacts/", "settings/", "settings/delete/")),
    "/vision/meter-reader/settings/add/?q=e",
    "/vision/meter-reader/compare/",
    "/projects/new/?entity=vision",
    *(
        f"{SOURCE}{page}"
        for page in (
            "",
            "edit/",
            "metrics/",
            "delete/",
            "v6/",
            "v6/delete/",
            "v6/labels/",
            "v6/link/?registry=model",
            "v6/link/new/",
        )
    ),
    *(f"{HOUSE}{page}" for page in ("", "settings/", "members/", "members/kenji/remove/", "members/deactivated/")),
    *(
        f"{HOUSE}{page}"
        for page in ("new-account/", "invitations/", "service-accounts/", "teams/", "teams/vision/?q=s")
    ),
    *(f"{HOUSE}teams/vision/{page}" for page in ("settings/", "delete/", "members/priya/remove/")),
    *(f"/profile/{page}" for page in ("", "keys/", "password/", "security/")),
    "/accounts/password/again/",
    "/authorize",
    "/help/",
    "/help/members/",
    "/help/notebook/",
]
RULES = {"resultTypes": ["violations"], "preload": False}  # preloading would fetch style sheets anew, against the CSP


@pytest.fixture(scope="module")
def demo(server_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the seeded demo."""
    folder = tmp_path_factory.mktemp("browser") / "demo"
    server = Server(folder, server_template.copy(folder))
    try:
        done = manage(server.env, "demo", "--no-serve")
        assert done.returncode == 0, done.stderr
        yield server.start()
    finally:
        server.discard()


@pytest.fixture(scope="module")
def session(demo: Server, browser: Browser) -> Any:
    """The cookies of somebody who signed in."""
    with browser.new_context(base_url=demo.url) as context:
        page = context.new_page()
        sign_in(page, demo)
        return context.storage_state()


@pytest.fixture
def open_page(demo: Server, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(**options of the context)`: a tab; whatever it complains of fails the test, but `refusal`, a status."""
    complaints: list[str] = []
    contexts = []

    def opened(refusal: int = 0, **options: Any) -> Page:
        def note(text: str) -> None:
            if not (refusal and str(refusal) in text):
                complaints.append(text)

        context = browser.new_context(base_url=demo.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: note(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: note(str(error)))
        page.on("response", lambda got: note(f"{got.status} {got.url}") if got.status >= 400 else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, demo: Server, username: str = story.SIGN_IN) -> None:
    """From the front door to the landing page."""
    page.goto("/")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(keep(demo.data).password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(demo.url + LANDING)


def check_looks(page: Page) -> None:
    """The page fits its window, and axe has nothing against it: in both themes, and at both widths."""
    for theme, size in (("light", WIDE), ("dark", NARROW)):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size(size)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, (theme, size)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, (theme, size, found.generate_report())


QUICK = {"/accounts/login/", LANDING, READER, f"{READER}versions/v7/", f"{READER}link/?project=vision/meter-reader"}
QUICK.add(f"{READER}compare/?v=v3&v=v5&v=v7")


@pytest.mark.parametrize(
    "address", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in PAGES]
)
def test_a_page_fits_reads_well_and_complains_of_nothing(
    open_page: Callable[..., Page], session: Any, address: str
) -> None:
    page = open_page(viewport=WIDE, storage_state=None if address in OPEN else session)
    page.goto(address)
    assert page.url.endswith(address)
    check_looks(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
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
    page.get_by_role("link", name="evaluation/confusion_matrix.png").click()
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


def open_run(page: Page, tab: str) -> None:
    """A tab of the newest run of a project."""
    page.goto("/vision/leak-detector/")
    page.locator("main a[href*='/runs/']").first.click()
    page.get_by_role("main").get_by_role("link", name=tab).click()
    page.wait_for_url(f"**/{tab.lower()}/")


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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_console_opens_at_its_end(open_page: Callable[..., Page], session: Any, script: bool) -> None:
    page = open_page(viewport=WIDE, storage_state=session, java_script_enabled=script)
    open_run(page, "Console")
    lines = page.get_by_role("region", name="Console").locator("code")
    expect(lines.last).to_be_in_viewport()
    expect(lines.first).not_to_be_in_viewport()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
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
    page.get_by_role("button", name="Create collection").click()
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


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
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
