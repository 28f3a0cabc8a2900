"""Roles and the ways to them, in words that people read (F30)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.roles import Role
from access.ways import Kind, Way

LABELS: dict[Role, Promise] = {
    Role.RESTRICTED_VIEWER: gettext_lazy("Restricted viewer"),
    Role.VIEWER: gettext_lazy("Viewer"),
    Role.MEMBER: gettext_lazy("Member"),
    Role.ADMIN: gettext_lazy("Admin"),
}


def label(role: Role) -> str:
    """`Restricted viewer`."""
    return str(LABELS[role])


def explain(way: Way) -> str:
    """`Member, through team vision`: the role and where it comes from."""
    words = {"role": label(way.role), "team": way.team}
    match way.kind:
        case Kind.OPERATOR:
            return _("%(role)s, as operator of this server") % words
        case Kind.OWNER:
            return _("%(role)s, as owner of the namespace") % words
        case Kind.ORGANIZATION_ADMIN:
            return _("%(role)s, as organization admin") % words
        case Kind.ORGANIZATION:
            return _("%(role)s, by the organization's default") % words
        case Kind.OWN_TEAM:
            return _("%(role)s, by the role in team %(team)s") % words
        case Kind.TEAM_GRANT:
            return _("%(role)s, through team %(team)s") % words
        case Kind.GRANT:
            return _("%(role)s, added here") % words
