"""T28: a browser runs nothing on a page but the server's own files, whatever gets into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.demo import READER

pytestmark = pytest.mark.slow

PUT = """async ({html}) => {
  const refused = [];
  document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
  const place = document.createElement('div');
  place.innerHTML = html;
  document.body.append(place);
  const script = document.createElement('script');
  script.textContent = 'window.ran = true';
  document.body.append(script);
  place.querySelector('button')?.click();
  await new Promise((done) => setTimeout(done, 300));
  return {refused: [...new Set(refused)].sort(), ran: window.ran === true};
}"""
HTML = """<img src=//evil.example/x.png onerror="window.ran = true"><button onclick="window.ran = true">x</button>
<iframe srcdoc="<script>parent.ran = true</script>"></iframe><p style="position: fixed">x</p>
<object data=//evil.example/x></object>"""


@pytest.mark.parametrize("path", [f"{READER}versions/v7/", f"{READER}versions/v7/files/MODEL_CARD.md"])
def test_what_gets_into_a_page_is_not_run_and_asks_nobody(
    open_page: Callable[..., Page], session: Any, path: str
) -> None:
    page = open_page(refusal="Content Security Policy", storage_state=session)
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.goto(path)
    found = page.evaluate(PUT, {"html": HTML})
    assert not found["ran"]
    assert {"script-src-attr", "script-src-elem", "style-src-attr", "img-src", "object-src"} <= set(found["refused"])
    assert set(failures) == {"csp"}  # before anybody was asked
