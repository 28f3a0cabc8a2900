"""A request to REST that arrives several times at the same moment is one that arrived once (docs/rest.md)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.access.asking import undone
from tests.faults.lockstep import at_once
from tests.faults.states import differences, keys, put_back, state
from tests.rest_api.conftest import Answer, Ask, World, filled
from tests.rest_api.table import CASES, Case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def sender(case: Case, world: World, ask: Ask, names: dict[str, str]) -> Callable[[], Answer] | None:
    """Sends the request as somebody who may, if anybody may and it writes."""
    able = [person for person, status in case.expected.items() if status < 400]
    if not able or case.route.startswith(("GET", "HEAD")):
        return None
    person = next(name for name in ("olga", "adam", "mia") if name in able)
    route, body = case.route.format(**names), filled(case.body, names)
    return lambda: ask(world.person(person), route, body)


def test_everything_at_once_is_once(names: dict[str, str], world: World, ask: Ask) -> None:
    known, wrong = keys(), []
    for case in CASES:
        send = sender(case, world, ask, names)
        if send is None:
            continue
        with undone():
            send()
            once = state(known)
        with put_back():
            answers = at_once(send)
            together = state(known)
        if {answer.status for answer in answers} - {case.status, 404, 409}:
            wrong.append(f"{case.route}: {[(answer.status, answer.json) for answer in answers]}")
        if (once != together) is not case.repeats:
            wrong.append(f"{case.route}:\n{differences(once, together)}")
    assert not wrong, "\n".join(wrong)
