"""A server over the seeded demo, and tabs that complain of nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import sign_in
from tests.servers import Server, Template, manage

PATIENCE = 15_000  # milliseconds; with other tests on the same two cores, five seconds are not enough
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def session(demo: Server, browser: Browser) -> Any:
    """The cookies of somebody who signed in."""
    with browser.new_context(base_url=demo.url) as context:
        page = context.new_page()
        sign_in(page, demo)
        return context.storage_state()


@pytest.fixture
def open_page(demo: Server, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(**options of the context)`: a tab; whatever it complains of fails the test, but `refusal`, a status
    or words.
    """
    complaints: list[str] = []
    contexts = []

    def opened(refusal: int | str = 0, **options: Any) -> Page:
        def note(text: str) -> None:
            if not (refusal and str(refusal) in text):
                complaints.append(text)

        context = browser.new_context(base_url=demo.url, **options)
        context.set_default_timeout(PATIENCE)
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
