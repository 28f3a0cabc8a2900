"""Who sees which container with which role: the SQL of F30, C1 and C7."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import connections, models
from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
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

    def visible_to(self, user: User, least: Role = Role.RESTRICTED_VIEWER) -> Self:
        """Those on which `user` has any role, or one of at least `least`; one query however many teams or rows there are."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.alive()
        return self.alive().filter(pk__in=RawSQL(*_filled(_visible_statement(self.db, least), user)))  # noqa: S611, no text of users

    def _visible_to(self, user: User, least: Role) -> Self:
        words = [word for word, level in _LEVELS.items() if level >= least]
        membership, teams, user_grants, group_grants = _ways(user)
        open_to = membership.filter(role__in=words)
        if least > min(Role):
            high = [role.codename for role in Role if role >= least]
            open_to = open_to.filter(Q(role="admin") | Q(organization__default_registry_role__gte=int(least)))
            user_grants = user_grants.filter(permission__codename__in=high)
            group_grants = group_grants.filter(permission__codename__in=high)
        return self.filter(
            Q(namespace=user.namespace_id)
            | Exists(membership.filter(role="admin"))
            | (Q(visibility="organization") & Exists(open_to))
            | (Q(visibility="team") & Exists(teams.filter(role__in=words)))
            | Exists(user_grants)
            | Exists(group_grants)
        )

    def with_role(self, user: User) -> Self:
        """Each row with `role_level` (a Role's number, 0 for none) of the user whose id is `role_user`."""
        return self.annotate(role_user=Value(user.pk or 0), role_level=level_of(user, "pk"))

    def role_level(self, user: User, container: int) -> int:
        """A Role's number, 0 for none, of `user` on the living container of that id: `with_role` for one row, made fast."""
        if not user.is_authenticated or not user.is_active or user.is_superuser:
            found = self.alive().filter(pk=container).with_role(user).values_list("role_level", flat=True).first()
            return found or 0
        with connections[self.db].cursor() as cursor:
            cursor.execute(*_filled(_role_statement(self.db), user, container))
            row = cursor.fetchone()
        return row[0] if row else 0

    def _role_level(self, user: User) -> Any:
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


# The statements below are built once: building them takes the ORM longer than the database takes to run them. These numbers
# stand for the ids that differ; no row has a negative one.
_USER, _NAMESPACE, _CONTAINER = -1, -2, -3
_Statement = tuple[str, tuple[Any, ...]]


def _anybody() -> Any:
    return _model("User")(pk=_USER, namespace_id=_NAMESPACE)


@cache
def _role_statement(database: str) -> _Statement:
    """The role of one person on one living container."""
    one = _model("Container").objects.using(database).alive().filter(pk=_CONTAINER)
    rows = one.annotate(role_level=one._role_level(_anybody())).values_list("role_level", flat=True)
    # Of its own names, so that it can stand inside a query of the same tables.
    rows.query.change_aliases({alias: f"role_{number}" for number, alias in enumerate(rows.query.alias_map)})
    return _statement(rows)


@cache
def _visible_statement(database: str, least: Role) -> _Statement:
    """The ids of the containers on which one person has at least that role."""
    return _statement(
        _model("Container").objects.using(database)._visible_to(_anybody(), least).values_list("pk", flat=True)
    )


def _statement(rows: models.QuerySet[Any]) -> _Statement:
    statement, order = rows.query.get_compiler(rows.db).as_sql()
    return statement, order


def _filled(statement: _Statement, user: User, container: int = 0) -> _Statement:
    text, order = statement
    actual = {_USER: user.pk, _NAMESPACE: user.namespace_id, _CONTAINER: container}
    return text, tuple(actual.get(value, value) for value in order)


def level_of(user: User, container: str) -> Value | Func:
    """The `role_level` of `with_role` on the container whose id that column of a row is."""
    if not user.is_authenticated or not user.is_active:
        return Value(0)
    return Value(int(Role.ADMIN)) if user.is_superuser else _RoleThere(user, container)


class _RoleThere(Func):
    """The role of one person on a container, 0 for none: the statement above, asked about the id in a column of the row."""

    output_field = IntegerField()

    def __init__(self, user: User, container: str) -> None:
        super().__init__(F(container))
        self.user = user

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> _Statement:
        """Django's hook."""
        row = compiler.compile(self.get_source_expressions()[0])[0]
        text, order = _role_statement(connection.alias)
        head, *pieces = text.split("%s")
        actual = {_USER: self.user.pk, _NAMESPACE: self.user.namespace_id}
        statement = head + "".join(
            (row if v == _CONTAINER else "%s") + piece for v, piece in zip(order, pieces, strict=True)
        )
        return f"COALESCE(({statement}), 0)", tuple(actual.get(v, v) for v in order if v != _CONTAINER)


def _ways(user: User) -> tuple[Any, Any, Any, Any]:
    """The rows that may lead `user` to the container at hand: of its organization, of its team, own and team grants."""
    groups = _model("TeamMembership").objects.filter(user=user).values(group=F("team__group"))
    return (
        _model("OrganizationMembership").objects.filter(organization=OuterRef("organization"), user=user),
        _model("TeamMembership").objects.filter(team__namespace=OuterRef("namespace"), user=user),
        _model("ContainerUserGrant").objects.filter(content_object=OuterRef("pk"), user=user),
        _model("ContainerGroupGrant").objects.filter(content_object=OuterRef("pk"), group__in=groups),
    )
