"""Every page of the demo as a picture: light and dark, wide, middle and narrow, English and Japanese, with contact sheets.

    python -m tests.screenshots [part of an address]

They lie in `screenshots/<language>-<theme>-<width>/`, the sheets beside those folders. Needs Chromium and a font for Japanese.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from operations.demo import story
from operations.demo.credentials import keep
from tests.browser.demo import HOUSE, LANDING, OPEN, READER, SOURCE
from tests.browser.test_pages import PAGES, RUN_TABS
from tests.servers import Server, Template, manage

OUT = Path("screenshots")
LANGUAGES, THEMES, WIDTHS = ("en", "ja"), ("light", "dark"), (1440, 1024, 390)
RECENT = "/profile/security/app/"  # asks for the password again a while after signing in
REFUSALS = (f"{HOUSE}nothing/", f"{LANDING}model/settings/delete/", "/search/?q=(meter", f"{READER}?q=accuracy+%3E")
# What has an address by chance: a page, a link on it, and what follows the link's address.
LED_TO = (
    (f"{SOURCE}v7/", "main a[href*='/runs/']", RUN_TABS),
    ("/vision/meter-reader/", "main tbody a[href*='/runs/']", ("", "edit/")),
    (f"{READER}history/?kind=text", "main a[href*='/changes/']", ("",)),
    (f"{HOUSE}service-accounts/", "main tbody th a", ("", "delete/")),
)
THUMBNAIL, GAP, CAPTION, COLUMNS = (360, 270), 12, 16, 6
ARGUMENTS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"


def take(wanted: str) -> None:
    """All pictures of the pages whose address holds `wanted`."""
    shutil.rmtree(OUT, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = _demo(Path(folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS.split())
        try:
            for language in LANGUAGES:
                _take_all(browser, server, language, wanted)
        finally:
            browser.close()
            server.discard()
    for pictures in sorted(path for path in OUT.iterdir() if path.is_dir()):
        sheet(pictures).save(f"{pictures}.png")


def _demo(folder: Path) -> Server:
    server = Server(folder / "demo", Template.build(folder).copy(folder / "demo"))
    done = manage(server.env, "demo", "--no-serve")
    if done.returncode:
        sys.exit(done.stderr)
    return server.start()


def _take_all(browser: Browser, server: Server, language: str, wanted: str) -> None:
    context = browser.new_context(base_url=server.url, locale=language, reduced_motion="reduce")
    page, numbers = context.new_page(), count()
    for address in OPEN:
        _take_one(page, language, next(numbers), address, wanted)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(story.SIGN_IN)
    page.locator("[name=password]").fill(keep(server.data).password)
    page.locator("form:has([name=password]) button[type=submit]").click()
    page.wait_for_url("**/registry/")
    for address in [address for address in [RECENT, *PAGES, *REFUSALS] if address not in OPEN]:
        _take_one(page, language, next(numbers), address, wanted)
    for start, link, tails in LED_TO:
        page.goto(start)
        found = page.locator(link).first.get_attribute("href")
        for tail in tails:
            _take_one(page, language, next(numbers), f"{found}{tail}", wanted)
    context.close()


def _take_one(page: Page, language: str, number: int, address: str, wanted: str) -> None:
    """Six pictures; each width is a load of its own, since scripts fold things where there is no room."""
    if wanted not in address:
        return
    name = re.sub(r"[^\w.@=-]+", "_", unquote(address)).strip("_")[:80] or "home"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(150)  # charts are drawn anew
            page.screenshot(path=OUT / f"{language}-{theme}-{width}" / f"{number:03}-{name}.png", full_page=True)


def sheet(folder: Path) -> Image.Image:
    """The pictures of `folder` side by side, each with its name below; long pages are cut."""
    pictures = sorted(folder.glob("*.png"))
    width, height = THUMBNAIL
    rows = -(-len(pictures) // COLUMNS)
    cell = width + GAP, height + CAPTION + GAP
    made = Image.new("RGB", (COLUMNS * cell[0] + GAP, rows * cell[1] + GAP), "#8a9494")
    draw = ImageDraw.Draw(made)
    for (left, top), path in zip(_cells(cell), pictures, strict=False):
        with Image.open(path) as picture:
            scale = width / picture.width
            part = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, round(height / scale))))
            made.paste(part.resize((width, max(1, round(part.height * scale)))), (left, top))
        draw.text((left, top + height + 2), path.stem[:58], fill="black")
    return made


def _cells(cell: tuple[int, int]) -> Iterator[tuple[int, int]]:
    row = 0
    while True:
        yield from ((GAP + column * cell[0], GAP + row * cell[1]) for column in range(COLUMNS))
        row += 1


if __name__ == "__main__":
    take(sys.argv[1] if len(sys.argv) > 1 else "")
