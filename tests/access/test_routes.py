"""Every address for everybody, against tables typed by hand: a new route or method fails until it is listed there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.access.asking import Asker, undone
from tests.access.world import PEOPLE, World, snapshot

ANSWERS = {"ok": 200, "go": 302, "no": 403, "--": 404}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
REST = "api/v1/organizations", "api/v1/projects", "api/v1/uploads", "api/v1/me"  # tests/rest_api/table.py has them
# Forms of Django and allauth take PUT for POST, and what answers 404 to everything does so with every method; whatever is
# sent there, nothing changes.
LENIENT = "i18n/", "accounts/", "profile/security/", "api/v1/"


@dataclass(frozen=True)
class Line:
    """A line of the table: what is asked, and what each person gets."""

    section: str
    by_key: bool
    method: str
    path: str
    data: str
    answers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.data}".strip()


def lines() -> Iterator[Line]:
    """The table of pages."""
    section = ""
    for text in (Path(__file__).parent / "pages.txt").read_text().splitlines():
        if text.startswith("# -- "):
            section = text.removeprefix("# -- ")
        asked, equals, answers = text.rpartition(" = ")
        if not equals or text.startswith("#"):
            continue
        words = asked.strip().split(maxsplit=3 if asked.startswith("key") else 2)
        by_key = words[0] == "key"
        method, path, data = [*words[by_key:], ""][:3]
        yield Line(section, by_key, method, path, data, dict(zip(PEOPLE, answers.split(), strict=True)))


LINES = list(lines())


def answer_of(response: Any) -> str:
    """The word of the table for a response."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/accounts/login/?next="):
        return "in"
    words = {status: word for word, status in ANSWERS.items()}
    return words.get(response.status_code, str(response.status_code))


@pytest.mark.parametrize("section", dict.fromkeys(line.section for line in LINES))
def test_every_page_answers_each_person_as_the_table_says(section: str, asker: Asker, world: World) -> None:
    """T15; a refusal leaves every row as it was (T07, T20)."""
    before, wrong = snapshot(), []
    for line in (line for line in LINES if line.section == section):
        for person, expected in line.answers.items():
            heads = line.method == "GET" and (
                expected != "ok" or person == "olga"
            )  # the cheap ones, and one that succeeds
            for method in [line.method, "HEAD"] if heads else [line.method]:
                with undone():
                    ask = asker.by_key if line.by_key else asker.page
                    response = ask(person, method, world.fill(line.path), world.fill(line.data))
                    answer = answer_of(response)
                    if answer != expected:
                        wrong.append(f"{line}: {person} gets {answer} by {method}, not {expected}")
                    refused = expected == "in" or response.status_code >= 400
                    if refused and method not in {"GET", "HEAD"} and snapshot() != before:
                        wrong.append(f"{line}: {person} is refused and changes something")
    assert snapshot() == before
    assert not wrong, "\n".join(wrong)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the URLconf."""
    for item in resolver.url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item, route)
        else:
            yield route, item


def test_the_table_lists_every_route_and_method(asker: Asker, world: World) -> None:
    """A method that is not listed is answered 405, also to those who may most (T16)."""
    listed: dict[str, list[Line]] = {}
    for line in LINES:
        listed.setdefault(resolve(world.fill(line.path).partition("?")[0]).route, []).append(line)
    routes = [route for route, _ in patterns(get_resolver()) if not route.startswith(REST)]
    missed = [route for route in routes if route not in listed]
    assert not missed, "\n".join(missed)
    before, served = snapshot(), []
    for route, found in listed.items():
        ask = asker.by_key if found[0].by_key else asker.page
        for method in METHODS:
            if method not in {line.method for line in found}:
                with undone():
                    status = ask("olga", method, world.fill(found[0].path)).status_code
                    if snapshot() != before or (status != 405 and not route.startswith(LENIENT)):
                        served.append(f"{method} {route}: {status}")
    assert not served, "\n".join(served)
