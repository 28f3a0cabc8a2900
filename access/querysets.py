"""Who sees which container with which role: the SQL of F30, C1 and C7."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import connections, models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from access.roles import Role

if TYPE_CHECKING:
    from access.models.users import User

_LEVELS = {"admin": Role.ADMIN, "member": Role.MEMBER, "viewer": Role.VIEWER}


def _model(name: str) -> Any:
    return apps.get_model("access", name)


def _word_level(field: str) -> Case:
    return Case(*(When(**{field: word}, then=Value(int(level))) for word, level in _LEVELS.items()), default=Value(0))


def _organization_level() -> Case:
    """What a membership gives on an open registry (C7); nothing to service accounts."""
    given = F("organization__default_registry_role")
    return Case(
        When(role="admin", then=Value(int(Role.ADMIN))),
        When(role="member", then=given),
        When(role="viewer", then=Least(Value(int(Role.VIEWER)), given)),
        default=Value(0),
        output_field=IntegerField(),
    )


def _grant_level() -> Case:
    whens = (When(permission__codename=role.codename, then=Value(int(role))) for role in Role)
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _best(queryset: models.QuerySet[Any], level: Case) -> Coalesce:
    best = queryset.annotate(level=level).order_by("-level").values("level")[:1]
    return Coalesce(Subquery(best, output_field=IntegerField()), Value(0))


class ContainerQuerySet(models.QuerySet[Any]):
    """Containers, or one kind of them, as a person may see them."""

    def alive(self) -> Self:
        """Those that are not deleted."""
        return self.filter(deleted_at=None)

    def visible_to(self, user: User) -> Self:
        """Those on which `user` has any role; one query however many teams or rows there are."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.alive()
        membership, teams, user_grants, group_grants = _ways(user)
        return self.alive().filter(
            Q(namespace=user.namespace_id)
            | Exists(membership.filter(role="admin"))
            | (Q(visibility="organization") & Exists(membership.exclude(role="service")))
            | (Q(visibility="team") & Exists(teams))
            | Exists(user_grants)
            | Exists(group_grants)
        )

    def with_role(self, user: User) -> Self:
        """Each row with `role_level` (a Role's number, 0 for none) of the user whose id is `role_user`."""
        return self.annotate(role_user=Value(user.pk or 0), role_level=self._role_level(user))

    def role_level(self, user: User, container: int) -> int:
        """A Role's number, 0 for none, of `user` on the living container of that id: `with_role` for one row, made fast."""
        if not user.is_authenticated or not user.is_active or user.is_superuser:
            found = self.alive().filter(pk=container).with_role(user).values_list("role_level", flat=True).first()
            return found or 0
        statement, order = _role_statement(self.db)
        actual = {_USER: user.pk, _NAMESPACE: user.namespace_id, _CONTAINER: container}
        with connections[self.db].cursor() as cursor:
            cursor.execute(statement, [actual.get(value, value) for value in order])
            row = cursor.fetchone()
        return row[0] if row else 0

    def _role_level(self, user: User) -> Any:
        if not user.is_authenticated or not user.is_active:
            return Value(0)
        if user.is_superuser:
            return Value(int(Role.ADMIN))
        membership, teams, user_grants, group_grants = _ways(user)
        return Greatest(
            Case(When(namespace=user.namespace_id, then=Value(int(Role.ADMIN))), default=Value(0)),
            Case(
                When(visibility="organization", then=_best(membership, _organization_level())),
                default=_best(membership.filter(role="admin"), _word_level("role")),
            ),
            Case(When(visibility="team", then=_best(teams, _word_level("role"))), default=Value(0)),
            _best(user_grants, _grant_level()),
            _best(group_grants, _grant_level()),
        )


# Stand for the ids in the statement below; no row has a negative id.
_USER, _NAMESPACE, _CONTAINER = -1, -2, -3


@cache
def _role_statement(database: str) -> tuple[str, tuple[Any, ...]]:
    """The SQL of one person's role on one container: building it takes the ORM longer than running it."""
    anybody = _model("User")(pk=_USER, namespace_id=_NAMESPACE)
    one = _model("Container").objects.using(database).alive().filter(pk=_CONTAINER).with_role(anybody)
    statement, order = one.values_list("role_level", flat=True).query.get_compiler(database).as_sql()
    return statement, order


def _ways(user: User) -> tuple[Any, Any, Any, Any]:
    """The rows that may lead `user` to the container at hand: of its organization, of its team, own and team grants."""
    groups = _model("TeamMembership").objects.filter(user=user).values(group=F("team__group"))
    return (
        _model("OrganizationMembership").objects.filter(organization=OuterRef("organization"), user=user),
        _model("TeamMembership").objects.filter(team__namespace=OuterRef("namespace"), user=user),
        _model("ContainerUserGrant").objects.filter(content_object=OuterRef("pk"), user=user),
        _model("ContainerGroupGrant").objects.filter(content_object=OuterRef("pk"), group__in=groups),
    )
