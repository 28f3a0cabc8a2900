"""Somebody at a browser without scripts, who follows one link after another."""

from __future__ import annotations

import html
import random
import re

import requests

from benchmarks.soak.book import Book
from tests.servers import Server

LINK = re.compile(r'href="(/[^"#]*)"')
LEFT_ALONE = re.compile(r"logout|/static/|/i18n/|/zip/|/api/v1/docs")
BEGINNINGS = (
    "/orgs/acme-robotics/registry/",
    "/orgs/acme-robotics/registry/model/collections/kept-0/",
    "/orgs/acme-robotics/registry/model/collections/passing/",
    "/vision/soak/",
    "/vision/soak/artifacts/model/shared-0/",
    "/vision/soak/artifacts/model/shared-1/compare/?v=0&v=1&v=2",
    "/orgs/acme-robotics/registry/model/collections/kept-0/lineage/",
    "/orgs/acme-robotics/registry/model/activity/",
    "/search/?q=shared",
    "/search/palette/?q=kept",
)
EXPECTED = {200, 204, 304, 400, 403, 404, 410}  # what another person deletes meanwhile is gone
PATIENCE = 12


class Browser:
    """A person with a session: pages, the fragments that htmx asks for, and the data beside pages."""

    def __init__(self, server: Server, book: Book, session: requests.Session) -> None:
        self.server, self.book, self.session = server, book, session
        self.rng = random.Random(book.client)
        self.links: list[str] = []
        self.followed = 0

    def step(self) -> None:
        """The next page."""
        begins = not self.links or self.followed > PATIENCE
        path = self.rng.choice(BEGINNINGS if begins else self.links)
        self.followed = 0 if begins else self.followed + 1
        path, headers = self._variant(path)
        response = self.session.get(f"{self.server.url}{path}", headers=headers, timeout=120)
        assert response.status_code in EXPECTED, (path, response.status_code, response.text[:300])
        self.book.did(f"pages: {'fragments' if headers else 'pages and data'}, {response.status_code}")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            found = {html.unescape(link) for link in LINK.findall(response.text)}
            self.links = sorted(link for link in found if not LEFT_ALONE.search(link)) or self.links

    def _variant(self, path: str) -> tuple[str, dict[str, str]]:
        """The page itself, as a fragment, or its data."""
        chance = self.rng.random()
        if chance < 0.2:
            return path, {"HX-Request": "true", "HX-Current-URL": f"{self.server.url}{path}"}
        place, mark, query = path.partition("?")
        if chance < 0.35 and place.endswith("/") and place.count("/") > 2:
            return f"{place.removesuffix('/')}.{self.rng.choice(['json', 'csv'])}{mark}{query}", {}
        return path, {}
