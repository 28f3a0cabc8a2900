"""The rows of F31 as people read them, answered for one person and one registry."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import Organization, User
from access.policy import require_registry_creation
from access.roles import MINIMUM, Action, Role, allows
from access.ways import Way, ways
from accounts.why import explain, label
from common.errors import ForbiddenError, NotFoundError
from registries.models import Registry

GROUPS: list[tuple[Promise, list[tuple[Action, Promise]]]] = [
    (
        _("Read"),
        [
            (Action.VIEW_COLLECTION, _("Open a collection's details")),
            (Action.VIEW_VERSION, _("Open a linked version's details")),
            (Action.USE_VERSION, _("Use a version in a run")),
            (Action.DOWNLOAD_VERSION, _("Download a linked version")),
            (Action.DOWNLOAD_FILE, _("Download and preview single files")),
            (Action.SEARCH, _("Search the registry")),
            (Action.VIEW_SETTINGS, _("See settings and members")),
        ],
    ),
    (
        _("Create"),
        [
            (Action.CREATE_AUTOMATION, _("Create an automation for a collection")),
            (Action.SWITCH_NOTICES, _("Switch on Slack notices of new versions")),
            (Action.CREATE_COLLECTION, _("Create a collection")),
            (Action.CREATE_REGISTRY, _("Create a registry in the organization")),
        ],
    ),
    (
        _("Update"),
        [
            (Action.EDIT_COLLECTION, _("Edit a collection's card")),
            (Action.EDIT_VERSION, _("Edit a linked version's description")),
            (Action.TAG_COLLECTION, _("Add and remove tags of collections")),
            (Action.MOVE_ALIAS, _("Add and remove ordinary aliases")),
            (Action.MOVE_PROTECTED_ALIAS, _("Add and remove protected aliases on versions")),
            (Action.DEFINE_PROTECTED_ALIAS, _("Say which aliases are protected")),
            (Action.LINK_VERSION, _("Link a new version")),
            (Action.ADD_ACCEPTED_TYPE, _("Add an accepted type")),
            (Action.RENAME_REGISTRY, _("Edit the registry's name")),
        ],
    ),
    (
        _("Delete"),
        [
            (Action.DELETE_COLLECTION, _("Delete a collection")),
            (Action.DELETE_AUTOMATION, _("Delete an automation")),
            (Action.UNLINK_VERSION, _("Unlink a version")),
        ],
    ),
    (
        _("Administer"),
        [
            (Action.EDIT_ACCEPTED_TYPES, _("Switch between all and specified types")),
            (Action.CHANGE_VISIBILITY, _("Change the visibility")),
            (Action.ADD_MEMBER, _("Add people, teams and service accounts")),
            (Action.ASSIGN_ROLE, _("Change roles")),
        ],
    ),
]


@dataclass(frozen=True)
class Answer:
    """Whether one person may do one thing; `needs` is the lowest role that may."""

    what: Promise
    is_allowed: bool
    needs: str


@dataclass(frozen=True)
class Check:
    """All rows for one person: the effective role in words, why, and the answers by group."""

    person: User
    ways: list[Way]
    groups: list[tuple[Promise, list[Answer]]]

    @property
    def role(self) -> Role | None:
        """The effective role."""
        return self.ways[0].role if self.ways else None

    @property
    def rows(self) -> list[dict[str, object]]:
        """The answers as data."""
        return [
            {"person": self.person.username, "group": str(name), "action": str(one.what), "allowed": one.is_allowed}
            for name, answers in self.groups
            for one in answers
        ]

    @property
    def reasons(self) -> list[tuple[str, bool]]:
        """Every way in words, and whether it gives the effective role."""
        return [(explain(way), way.role == self.role) for way in self.ways]


def check_access(registry: Registry, person: User) -> Check:
    """What `person` may do in `registry`, as the policy decides it; row 11 goes by the organization (C29)."""
    found = ways(registry, [person])[person.pk]
    role = found[0].role if found else None
    groups = [(name, [_answer(registry, person, role, *row) for row in rows]) for name, rows in GROUPS]
    return Check(person, found, groups)


def _answer(registry: Registry, person: User, role: Role | None, action: Action, what: Promise) -> Answer:
    allowed = (
        may_create_registry(person, registry.organization) if action is Action.CREATE_REGISTRY else allows(role, action)
    )
    return Answer(what, allowed, label(MINIMUM[action]))


def may_create_registry(person: User, organization: Organization | None) -> bool:
    """Whether `person` may create registries in `organization`."""
    if organization is None:
        return False
    try:
        require_registry_creation(person, organization)
    except (ForbiddenError, NotFoundError):
        return False
    return True
