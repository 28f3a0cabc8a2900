"""The demo as a browser meets it: addresses, windows, signing in, and what every page is held to."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from operations.demo import story
from operations.demo.credentials import keep
from tests.servers import Server

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
HOUSE = "/orgs/Meridian%20Labs/"
LANDING = f"{HOUSE}registry/"
READER = f"{LANDING}model/collections/meter-reader/"
BUILDS = f"{LANDING}Edge%20builds/"
ENGINE = f"{BUILDS}collections/meter-reader-int8/"
SOURCE = "/vision/meter-reader/artifacts/model/meter-reader/"
OPEN = (
    "/accounts/login/",
    "/accounts/inactive/",
    *(f"/accounts/password/reset/{page}" for page in ("", "done/", "complete/")),
)
RULES = {"resultTypes": ["violations"], "preload": False}  # preloading would fetch style sheets anew, against the CSP


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
