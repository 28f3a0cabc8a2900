"""T37, T40: what stands behind the question mark chooses among known words; it never becomes a look-up of the database."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.access.asking import Asker
from tests.access.test_leaks import VARYING, addresses
from tests.access.test_routes import LINES
from tests.access.world import World, snapshot

PAGES = [line.path for line in LINES if line.method == "GET" and not line.by_key and line.answers["olga"] == "ok"]
LOOKUPS = {
    "_connector": "OR 1=1", "_negated": "1", "pk__regex": ".*", "user__password__startswith": "a",
    "created_by__api_keys__digest": "x",
    "extra": "1", "id": "1", "deleted_at__isnull": "1", "visibility": "public", "organization__name": "Other",
}  # fmt: skip
VALUES = [
    "'", '"', "a\x01b", "a.b", "%", "\\", "1;DROP TABLE access_user", "a__b__password", "-password", "?", "\u202e",
    "x" * 5000, "{{7*7}}",
    "password", "created_by__password", "9" * 60, "-1", "NaN", "\ud83d\ude00", "()[]*+", "$where", "0x10", "\u0660",
]  # fmt: skip
LINK = re.compile(r'(?:href|hx-get|hx-post|value)="[^"]*"')  # a link or a form may carry on what it was given
NAMES = [
    "q",
    "sort",
    "order",
    "cursor",
    "type",
    "tag",
    "alias",
    "metric",
    "column",
    "base",
    "axis",
    "page",
    "page_size",
    "person",
    "field",
]


def test_unknown_words_change_no_page(asker: Asker, world: World) -> None:
    for path in PAGES:
        address = world.fill(path)
        if "/profile/security/app/" in address or "/authorize" in address:
            continue  # draws a new secret each time
        join = "&" if "?" in address else "?"
        plain, odd = (asker.page("olga", "GET", one) for one in (address, f"{address}{join}{urlencode(LOOKUPS)}"))
        assert odd.status_code == plain.status_code == 200, address
        told = [LINK.sub("", VARYING.sub("", page.body.decode(errors="replace"))) for page in (plain, odd)]
        assert told[0] == told[1], address


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.slow) for turn in range(1, 4))])
def test_odd_values_are_refused_or_find_nothing(turn: int, asker: Asker, world: World) -> None:
    """Never a failure of the server. Each name has four of the values, and each value comes with several names."""
    before = snapshot()
    chosen = {name: VALUES[(number + turn * 6) % len(VALUES)] for number, name in enumerate(NAMES)}
    query = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in chosen.items()})
    for path in {path.partition("?")[0] for path in PAGES if path.startswith(("/orgs", "/vision", "{net"))}:
        response = asker.page("olga", "GET", f"{world.fill(path)}?{query}")
        assert response.status_code in {200, 302, 400, 404}, (path, response.status_code)
        assert "argon2" not in response.body.decode(errors="replace")
    for path in addresses():
        response = asker.by_key("olga", "GET", f"{path.partition('?')[0]}?{query}&limit=1")
        assert response.status_code in {200, 400, 404, 422}, (path, response.status_code)
    assert snapshot() == before
