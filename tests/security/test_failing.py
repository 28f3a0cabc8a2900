"""T24: where the question whether somebody may cannot be answered, the answer is no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tests.access.asking import Asker, undone
from tests.access.test_routes import LINES
from tests.access.world import World, snapshot

ASKED = ("access_containerusergrant", "access_containergroupgrant", "access_organizationmembership")
GUARDED = [line for line in LINES if line.answers["adam"] in {"ok", "go"} and line.answers["otto"] == "--"]


def broken(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """A database in which the tables of rights cannot be read."""
    if sql.lstrip().upper().startswith("SELECT") and any(table in sql for table in ASKED):
        raise DatabaseError("the disk is gone")
    return execute(sql, params, many, context)


@pytest.mark.parametrize("person", ["adam", "otto"])
def test_when_rights_cannot_be_read_nothing_is_shown_and_nothing_changes(
    person: str, asker: Asker, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    before = snapshot()
    caplog.set_level("CRITICAL", logger="django.request")
    for line in GUARDED:
        with undone():
            ask = asker.by_key if line.by_key else asker.page
            try:
                with connection.execute_wrapper(broken):
                    response = ask(person, line.method, world.fill(line.path), world.fill(line.data))
            except DatabaseError:  # the test client passes on what a server answers with 500
                pass
            else:
                assert response.status_code >= 400 or "login" in response.headers.get("Location", ""), str(line)
                assert b"golden" not in response.body
            assert snapshot() == before, str(line)
