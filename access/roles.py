"""THE table: which role may do which action (F31)."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from django.utils.translation import gettext, gettext_noop


class Role(IntEnum):
    """A role on a container; a higher one may do everything that a lower one may."""

    RESTRICTED_VIEWER = 1
    VIEWER = 2
    MEMBER = 3
    ADMIN = 4

    @property
    def codename(self) -> str:
        """The object permission that a grant of this role stores."""
        return f"role_{self.word}"

    @property
    def word(self) -> str:
        """The role as the APIs write it: `restricted_viewer`, `viewer`, `member`, `admin`."""
        return self.name.lower()

    @property
    def said(self) -> str:
        """The role within a sentence, in the reader's language."""
        return gettext(_SAID[self])

    @classmethod
    def parse(cls, word: str) -> Role | None:
        """The role of that word, or None."""
        return next((role for role in cls if role.word == word.lower()), None)


_SAID = {
    Role.RESTRICTED_VIEWER: gettext_noop("restricted viewer"),
    Role.VIEWER: gettext_noop("viewer"),
    Role.MEMBER: gettext_noop("member"),
    Role.ADMIN: gettext_noop("admin"),
}


class Action(StrEnum):
    """What can be done with a registry or a project and with what lies in it."""

    VIEW_COLLECTION = gettext_noop("view collection")
    VIEW_VERSION = gettext_noop("view version")
    USE_VERSION = gettext_noop("use version")
    DOWNLOAD_VERSION = gettext_noop("download version")
    DOWNLOAD_FILE = gettext_noop("download file")
    SEARCH = gettext_noop("search")
    VIEW_SETTINGS = gettext_noop("view settings")
    CREATE_AUTOMATION = gettext_noop("create automation")
    SWITCH_NOTICES = gettext_noop("switch notices")
    CREATE_COLLECTION = gettext_noop("create collection")
    CREATE_REGISTRY = gettext_noop("create registry")
    EDIT_COLLECTION = gettext_noop("edit collection")
    EDIT_VERSION = gettext_noop("edit version")
    TAG_COLLECTION = gettext_noop("tag collection")
    TAG_VERSION = gettext_noop("tag version")
    MOVE_ALIAS = gettext_noop("move alias")
    MOVE_PROTECTED_ALIAS = gettext_noop("move protected alias")
    DEFINE_PROTECTED_ALIAS = gettext_noop("define protected alias")
    LINK_VERSION = gettext_noop("link version")
    ADD_ACCEPTED_TYPE = gettext_noop("add accepted type")
    RENAME_REGISTRY = gettext_noop("edit registry")
    DELETE_COLLECTION = gettext_noop("delete collection")
    DELETE_AUTOMATION = gettext_noop("delete automation")
    UNLINK_VERSION = gettext_noop("unlink version")
    EDIT_ACCEPTED_TYPES = gettext_noop("edit accepted types")
    CHANGE_VISIBILITY = gettext_noop("change visibility")
    ADD_MEMBER = gettext_noop("add member")
    ASSIGN_ROLE = gettext_noop("change members and roles")
    CHANGE_ICON = gettext_noop("change icon")
    DELETE_REGISTRY = gettext_noop("delete registry")
    VIEW_PROJECT = gettext_noop("view project")
    WRITE_RUN = gettext_noop("write run")
    LOG_VERSION = gettext_noop("log version")
    DELETE_VERSION = gettext_noop("delete version")
    MANAGE_PROJECT = gettext_noop("manage project")


_RV, _V, _M, _A = Role.RESTRICTED_VIEWER, Role.VIEWER, Role.MEMBER, Role.ADMIN

MINIMUM: dict[Action, Role] = {
    # Registries: the 27 rows of F31 in their order (6 and 7 read the registry itself), then what stands outside it.
    Action.VIEW_COLLECTION: _RV,
    Action.VIEW_VERSION: _RV,
    Action.USE_VERSION: _V,
    Action.DOWNLOAD_VERSION: _V,
    Action.DOWNLOAD_FILE: _V,
    Action.SEARCH: _RV,
    Action.VIEW_SETTINGS: _RV,
    Action.CREATE_AUTOMATION: _M,
    Action.SWITCH_NOTICES: _M,
    Action.CREATE_COLLECTION: _M,
    Action.CREATE_REGISTRY: _M,
    Action.EDIT_COLLECTION: _M,
    Action.EDIT_VERSION: _M,
    Action.TAG_COLLECTION: _M,
    Action.MOVE_ALIAS: _M,
    Action.MOVE_PROTECTED_ALIAS: _A,
    Action.DEFINE_PROTECTED_ALIAS: _A,
    Action.LINK_VERSION: _M,
    Action.ADD_ACCEPTED_TYPE: _M,
    Action.RENAME_REGISTRY: _M,
    Action.DELETE_COLLECTION: _M,
    Action.DELETE_AUTOMATION: _M,
    Action.UNLINK_VERSION: _M,
    Action.EDIT_ACCEPTED_TYPES: _A,
    Action.CHANGE_VISIBILITY: _A,
    Action.ADD_MEMBER: _A,
    Action.ASSIGN_ROLE: _A,
    Action.TAG_VERSION: _M,
    Action.CHANGE_ICON: _A,
    Action.DELETE_REGISTRY: _A,
    # Projects (F35); reading, using and downloading are the rows above.
    Action.VIEW_PROJECT: _RV,
    Action.WRITE_RUN: _M,
    Action.LOG_VERSION: _M,
    Action.DELETE_VERSION: _M,
    Action.MANAGE_PROJECT: _A,
}


def allows(role: Role | None, action: Action) -> bool:
    """Whether `role` (None: no role at all) may do `action`."""
    return role is not None and role >= MINIMUM[action]
