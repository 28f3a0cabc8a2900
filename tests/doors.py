"""Doors of pages: who changes something by posting a form, and that everybody else changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from access.models import User
from artifacts.models import Artifact, Version, VersionAlias
from events.models import Event
from registries.models import Collection, Link, LinkAlias
from tests.cast import Cast

PEOPLE = ("olga", "adam", "mia", "vera", "rita", "otto", "nobody")


@dataclass(frozen=True)
class Door:
    """A form: where it is posted, what with, and whether it had its effect; `refused` has the status of those who may not."""

    path: str
    data: dict[str, str]
    effect: Callable[[], bool]
    refused: dict[str, int] = field(default_factory=dict)


def everything() -> list[Any]:
    """All that the doors could change."""
    return [
        list(Collection.objects.order_by("pk").values_list("name", "description", "deleted_at", "tags__name")),
        list(Collection.objects.order_by("pk").values_list("metric_directions", "headline_metric")),
        list(Link.objects.order_by("pk").values_list("collection", "version", "deleted_at")),
        list(LinkAlias.objects.order_by("pk").values_list("name", "link")),
        list(Artifact.objects.order_by("pk").values_list("name", "description", "deleted_at", "tags__name")),
        list(Artifact.objects.order_by("pk").values_list("metric_directions")),
        list(Version.objects.order_by("pk").values_list("state", "description", "tags__name")),
        list(VersionAlias.objects.order_by("pk").values_list("name", "version")),
        Event.objects.count(),
    ]


def try_as_everybody(cast: Cast, door: Door, signed_in: Callable[[User], Client]) -> None:
    """Post the form as each of the cast, each from the same beginning, and see the effect or that nothing changed."""
    assert not door.effect(), "the effect was there before"
    for name in PEOPLE:
        client = Client() if name == "nobody" else signed_in(getattr(cast, name))
        before, expected = everything(), door.refused.get(name, 302)
        with transaction.atomic():
            status = client.post(door.path, door.data).status_code
            assert status == expected, (name, door.path, status)
            if name in door.refused:
                assert everything() == before, (name, door.path)
            elif name == "nobody":
                assert everything() == before, door.path
            else:
                assert door.effect(), (name, door.path)
                after = everything()
                again = client.post(door.path, door.data).status_code
                assert again in {302, 307, 404, 409}, (name, door.path, again)
                assert everything() == after, (name, door.path)
            transaction.set_rollback(True)
