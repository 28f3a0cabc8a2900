"""What a page costs whoever opens it for the first time: bytes as sent, and requests."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from tests.browser.demo import BUILDS, LANDING, READER, SOURCE
from tests.servers import Server

pytestmark = pytest.mark.slow
REQUESTS = 8
PLAIN, WITH_CHARTS = 120_000, 400_000
PAGES = [
    "/accounts/login/",
    LANDING,
    f"{LANDING}model/",
    f"{BUILDS}settings/members/",
    READER,
    f"{READER}compare/?v=7&v=5&v=3",
    f"{READER}versions/v7/",
    f"{READER}versions/v7/metrics/",
    f"{READER}versions/v7/files/",
    f"{READER}versions/v7/lineage/",
    SOURCE,
    "/vision/meter-reader/",
    "/help/",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_first_visit_is_light(demo: Server, session: Any, browser: Browser, address: str) -> None:
    asked: list[Request] = []
    with browser.new_context(base_url=demo.url, storage_state=session) as context:
        page = context.new_page()
        page.on("requestfinished", lambda request: asked.append(request))  # Playwright marks what it is given
        page.goto(address, wait_until="networkidle")
        charts = any("echarts" in request.url for request in asked)
        sizes = {request.url: request.sizes()["responseBodySize"] for request in asked}
    told = {url.removeprefix(demo.url): size for url, size in sizes.items()}
    assert len(told) <= REQUESTS, told
    assert sum(told.values()) <= (WITH_CHARTS if charts else PLAIN), told
