"""Every action for every role, against the published table (F31), typed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from access import policy
from access.models import User
from access.roles import MINIMUM, Action, Role, allows
from access.services import roles
from common.errors import ForbiddenError, NotFoundError
from tests.cast import Cast

# One line for each action: may a restricted viewer, a viewer, a member, an admin do it?
TABLE = """
view collection           y y y y
view version              y y y y
use version               - y y y
download version          - y y y
download file             - y y y
search                    y y y y
view settings             y y y y
create automation         - - y y
switch notices            - - y y
create collection         - - y y
create registry           - - y y
edit collection           - - y y
edit version              - - y y
tag collection            - - y y
tag version               - - y y
move alias                - - y y
move protected alias      - - - y
define protected alias    - - - y
link version              - - y y
add accepted type         - - y y
edit registry             - - y y
delete collection         - - y y
delete automation         - - y y
unlink version            - - y y
edit accepted types       - - - y
change visibility         - - - y
add member                - - - y
change members and roles  - - - y
change icon               - - - y
delete registry           - - - y
view project              y y y y
write run                 - - y y
log version               - - y y
delete version            - - y y
manage project            - - - y
"""
ROWS = [line.rsplit(maxsplit=4) for line in TABLE.strip().splitlines()]
CELLS = [
    (Action(action.strip()), role, answer == "y")
    for action, *line in ROWS
    for role, answer in zip(Role, line, strict=True)
]


def test_the_table_has_every_action_once() -> None:
    assert [Action(action.strip()) for action, *_ in ROWS] == list(Action)
    assert set(MINIMUM) == set(Action)


@pytest.mark.parametrize(("action", "role", "allowed"), CELLS, ids=lambda cell: str(getattr(cell, "name", cell)))
def test_a_role_may_do_what_the_table_says(action: Action, role: Role, allowed: bool) -> None:
    assert allows(role, action) is allowed
    assert not allows(None, action)


def test_each_person_meets_the_table(cast: Cast, django_user_model: type[User]) -> None:
    people = {Role.RESTRICTED_VIEWER: cast.rita, Role.VIEWER: cast.vera, Role.MEMBER: cast.mia, Role.ADMIN: cast.adam}
    for action, role, allowed in CELLS:
        assert policy.can(people[role], action, cast.registry) is allowed, (role, action)
        assert policy.can(cast.olga, action, cast.registry), action
        assert not policy.can(cast.otto, action, cast.registry), action


def test_not_visible_is_not_found_and_visible_but_not_allowed_is_forbidden(cast: Cast) -> None:
    with pytest.raises(NotFoundError):
        policy.require(cast.otto, Action.VIEW_COLLECTION, cast.registry)
    with pytest.raises(ForbiddenError, match=r"restricted viewer.*viewer"):
        policy.require(cast.rita, Action.DOWNLOAD_FILE, cast.registry)
    assert policy.require(cast.vera, Action.DOWNLOAD_FILE, cast.registry) is Role.VIEWER


def test_only_an_admin_gives_roles(cast: Cast) -> None:
    for person, refusal in ((cast.mia, ForbiddenError), (cast.vera, ForbiddenError), (cast.otto, NotFoundError)):
        given: dict[str, Any] = {"actor": person, "container": cast.registry, "principal": person}
        with pytest.raises(refusal):
            roles.grant_role(**given, role=Role.ADMIN)
        with pytest.raises(refusal):
            roles.remove_role(**given)
    assert policy.role_on(cast.mia, cast.registry) is Role.MEMBER


def test_a_refusal_names_what_was_tried(cast: Cast) -> None:
    for action, words in (
        (Action.RENAME_REGISTRY, "to edit registry"),
        (Action.ASSIGN_ROLE, "to change members and roles"),
    ):
        with pytest.raises(ForbiddenError, match=f"{words} one needs"):
            policy.require(cast.vera, action, cast.registry)
