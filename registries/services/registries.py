"""Creating, editing and deleting registries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.grants import give_founder
from access.models import Container, Organization, User
from access.policy import require, require_registry_creation, role_on
from access.roles import Action
from artifacts.services.values import check_description
from common import names
from common.errors import ConflictError, ForbiddenError, InvalidInputError
from common.locking import lock
from events.services import record
from events.types import EventType
from registries.models import AcceptedType, FormerRegistryName, Link, Registry

MAX_NAME = 113  # what the SDK's own prefix leaves of 128 (F3)
MAX_TYPES = 100
RESERVED = {"new", "activity"}  # pages of the organization are at these addresses
VISIBILITIES = {Container.Visibility.ORGANIZATION, Container.Visibility.RESTRICTED}
EDITED = ("name", "description", "visibility", "accepts_all_types")


def create_registry(
    *,
    actor: User,
    organization: Organization,
    name: str,
    description: str = "",
    visibility: str = Container.Visibility.ORGANIZATION,
    types: Iterable[str] | None = None,
) -> Registry:
    """A custom registry with `actor` as its admin (F15); `types` None accepts all types.

    Members and admins of the organization. Raises ConflictError for a taken name, InvalidInputError for bad input.
    """
    require_registry_creation(actor, organization)
    check_name(name)
    _check_visibility(visibility)
    accepted = None if types is None else check_types(types)
    try:
        with transaction.atomic():
            registry = Registry.objects.create(
                kind=Container.Kind.REGISTRY,
                namespace=organization.namespace,
                organization=organization,
                name=name,
                name_key=names.fold(name),
                description=check_description(description),
                visibility=visibility,
                created_by=actor,
                accepts_all_types=accepted is None,
            )
            AcceptedType.objects.bulk_create(AcceptedType(registry=registry, name=kind) for kind in accepted or [])
            is_admin = give_founder(registry, actor)
            record(
                actor=actor,
                type=EventType.REGISTRY_CREATED,
                object=registry,
                container=registry,
                after={
                    "name": name,
                    "visibility": visibility,
                    "types": accepted,
                    "admin": actor.pk if is_admin else None,
                },
            )
    except IntegrityError as error:
        raise ConflictError(
            _("%(organization)s has a registry named '%(name)s' already; choose another name.")
            % {"organization": organization.name, "name": name}
        ) from error
    return registry


def check_name(name: str) -> str:
    """`name` if it may name a registry. Raises InvalidInputError."""
    if names.fold(names.container_name(name, "registry", MAX_NAME)) in RESERVED:
        raise InvalidInputError(_("'%(name)s' is the address of a page here; choose another name.") % {"name": name})
    return name


def _check_visibility(visibility: str) -> None:
    if visibility not in VISIBILITIES:
        raise InvalidInputError(_("A registry's visibility is 'organization' or 'restricted'."))


def check_types(types: Iterable[str]) -> list[str]:
    """The types, each once, if they may be accepted. Raises InvalidInputError."""
    accepted = [names.artifact_type(kind) for kind in dict.fromkeys(types)]
    if not accepted or len(accepted) > MAX_TYPES:
        raise InvalidInputError(
            _("Name 1 to %(max_types)s accepted types, or accept all types.") % {"max_types": MAX_TYPES}
        )
    return accepted


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What to change on a registry; None leaves. Types are only ever added (F16)."""

    name: str | None = None
    description: str | None = None
    visibility: str | None = None
    accepts_all_types: bool | None = None
    add_types: Iterable[str] = ()


def edit_registry(*, actor: User, registry: Registry, edit: Edit) -> Registry:
    """Rename, describe, widen or narrow a registry, each by its own row of F31 (20, 12, 25, 24, 19).

    Name, description and visibility of core registries are fixed (C5): ForbiddenError. ConflictError for a taken name.
    """
    added = check_types(edit.add_types) if edit.add_types else []
    if added:
        require(actor, Action.ADD_ACCEPTED_TYPE, registry)
    try:
        with transaction.atomic():
            lock(registry, *EDITED)
            changes = _changes(actor, registry, edit)
            present = set(registry.accepted_types.values_list("name", flat=True))
            new_types = [kind for kind in added if kind not in present]
            if changes or new_types:
                _apply(actor, registry, changes, new_types)
    except IntegrityError as error:
        raise ConflictError(
            _("The organization has a registry named '%(edit)s' already; choose another name.") % {"edit": edit.name}
        ) from error
    return registry


def _apply(actor: User, registry: Registry, changes: dict[str, Any], new_types: list[str]) -> None:
    before = {field: getattr(registry, field) for field in changes}
    for field, value in changes.items():
        setattr(registry, field, value)
    registry.updated_at = timezone.now()
    fields = [*changes, "updated_at"]
    if "name" in changes:
        registry.name_key = names.fold(registry.name)
        fields.append("name_key")
    registry.save(update_fields=fields)
    if "name" in changes:
        FormerRegistryName.objects.update_or_create(
            organization=registry.organization,
            name_key=names.fold(before["name"]),
            defaults={"registry": registry},
        )
    AcceptedType.objects.bulk_create(
        [AcceptedType(registry=registry, name=kind) for kind in new_types], ignore_conflicts=True
    )
    after = {**changes, **({"types": new_types} if new_types else {})}
    record(
        actor=actor,
        type=EventType.REGISTRY_EDITED,
        object=registry,
        container=registry,
        before=before,
        after=after,
    )


def _changes(actor: User, registry: Registry, edit: Edit) -> dict[str, Any]:
    """The fields that really change, each checked and allowed."""
    wanted: dict[str, tuple[Any, Action]] = {
        "name": (edit.name, Action.RENAME_REGISTRY),
        "description": (edit.description, Action.RENAME_REGISTRY),
        "visibility": (edit.visibility, Action.CHANGE_VISIBILITY),
        "accepts_all_types": (edit.accepts_all_types, Action.EDIT_ACCEPTED_TYPES),
    }
    changes = {
        field: (value, action)
        for field, (value, action) in wanted.items()
        if value is not None and value != getattr(registry, field)
    }
    for field, (_value, action) in changes.items():
        require(actor, action, registry)
        if registry.is_core and field != "accepts_all_types":
            raise ForbiddenError(
                _("The %(field)s of the core registry '%(registry)s' is fixed.")
                % {"field": field, "registry": registry.name}
            )
    if "name" in changes:
        check_name(str(edit.name))
    if "description" in changes:
        check_description(str(edit.description))
    if "visibility" in changes:
        _check_visibility(str(edit.visibility))
    return {field: value for field, (value, _) in changes.items()}


def set_owner(*, actor: User, registry: Registry, owner: User | None) -> Registry:
    """Name who answers for the registry (F22), anybody who sees it; None takes the mark away. Again changes nothing.

    Admin of the registry. Raises InvalidInputError for somebody who does not see it.
    """
    require(actor, Action.ASSIGN_ROLE, registry)
    with transaction.atomic():
        lock(registry, "owner")
        if owner == registry.owner:
            return registry
        if owner is not None and role_on(owner, registry) is None:
            raise InvalidInputError(
                _("%(owner)s has no role in '%(registry)s'; add them first.")
                % {"owner": owner.username, "registry": registry.name}
            )
        before, registry.owner = registry.owner, owner
        registry.save(update_fields=["owner"])
        record(
            actor=actor,
            type=EventType.REGISTRY_EDITED,
            object=registry,
            container=registry,
            before={"owner": before.pk if before else None},
            after={"owner": owner.pk if owner else None},
        )
    return registry


def disown(user: User, organization: Organization | None) -> None:
    """Take the mark of owner from somebody who leaves the organization, or all of them; the event is that of leaving."""
    owned = Registry.objects.filter(owner=user)
    (owned.filter(organization=organization) if organization else owned).update(owner=None)


def delete_registry(*, actor: User, registry: Registry) -> None:
    """Mark a custom registry as deleted with all that lies in it (F23, C18); sources stay. A second time: NotFoundError.

    Admin of the registry. Core registries cannot be deleted: ForbiddenError.
    """
    require(actor, Action.DELETE_REGISTRY, registry)
    if registry.is_core:
        raise ForbiddenError(
            _("The core registry '%(registry)s' comes with the organization and cannot be deleted.")
            % {"registry": registry.name}
        )
    with transaction.atomic():
        now = timezone.now()
        if Container.objects.filter(pk=registry.pk, deleted_at=None).update(deleted_at=now):  # one table, one statement
            registry.collections.filter(deleted_at=None).update(deleted_at=now)
            Link.objects.filter(collection__registry=registry, deleted_at=None).update(deleted_at=now)
            registry.collections.update(link_count=0, newest_link=None)
            record(
                actor=actor,
                type=EventType.REGISTRY_DELETED,
                object=registry,
                container=registry,
                before={"name": registry.name},
            )
