"""THE table: which role may do which action (F31)."""

from __future__ import annotations

from enum import IntEnum, StrEnum


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

    @classmethod
    def parse(cls, word: str) -> Role | None:
        """The role of that word, or None."""
        return next((role for role in cls if role.word == word.lower()), None)


class Action(StrEnum):
    """What can be done with a registry or a project and with what lies in it."""

    VIEW_COLLECTION = "view collection"
    VIEW_VERSION = "view version"
    USE_VERSION = "use version"
    DOWNLOAD_VERSION = "download version"
    DOWNLOAD_FILE = "download file"
    SEARCH = "search"
    VIEW_SETTINGS = "view settings"
    CREATE_AUTOMATION = "create automation"
    SWITCH_NOTICES = "switch notices"
    CREATE_COLLECTION = "create collection"
    CREATE_REGISTRY = "create registry"
    EDIT_COLLECTION = "edit collection"
    EDIT_VERSION = "edit version"
    TAG_COLLECTION = "tag collection"
    TAG_VERSION = "tag version"
    MOVE_ALIAS = "move alias"
    MOVE_PROTECTED_ALIAS = "move protected alias"
    DEFINE_PROTECTED_ALIAS = "define protected alias"
    LINK_VERSION = "link version"
    ADD_ACCEPTED_TYPE = "add accepted type"
    RENAME_REGISTRY = "rename registry"
    DELETE_COLLECTION = "delete collection"
    DELETE_AUTOMATION = "delete automation"
    UNLINK_VERSION = "unlink version"
    EDIT_ACCEPTED_TYPES = "edit accepted types"
    CHANGE_VISIBILITY = "change visibility"
    ADD_MEMBER = "add member"
    ASSIGN_ROLE = "assign role"
    CHANGE_ICON = "change icon"
    DELETE_REGISTRY = "delete registry"
    VIEW_PROJECT = "view project"
    WRITE_RUN = "write run"
    LOG_VERSION = "log version"
    DELETE_VERSION = "delete version"
    MANAGE_PROJECT = "manage project"


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
