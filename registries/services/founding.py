"""Founding an organization: it starts with its two core registries (F13)."""

from __future__ import annotations

from django.db import transaction

from access.models import Container, Organization, User
from access.services.organizations import create_organization
from events.services import record
from events.types import EventType
from registries.models import AcceptedType, Registry
from registries.models.registries import CORE


def found_organization(*, actor: User | None, name: str, owner: User, core_registries: bool = True) -> Organization:
    """A new organization with `owner` as its admin, and, unless told otherwise, the registries `model` and `dataset`.

    Raises ConflictError when the name is taken.
    """
    with transaction.atomic():
        organization = create_organization(actor=actor, name=name, owner=owner)
        if core_registries:
            for core, (_, accepted) in CORE.items():
                _found_core(actor or owner, organization, core, accepted)
    return organization


def _found_core(actor: User, organization: Organization, name: str, accepted: str) -> None:
    registry = Registry.objects.create(
        kind=Container.Kind.REGISTRY,
        namespace=organization.namespace,
        organization=organization,
        name=name,
        name_key=name,
        visibility=Container.Visibility.ORGANIZATION,
        is_core=True,
        accepts_all_types=False,
    )
    AcceptedType.objects.create(registry=registry, name=accepted)
    record(actor=actor, type=EventType.REGISTRY_CREATED, object=registry, container=registry, after={"name": name})
