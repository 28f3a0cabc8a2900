"""What the met versions are called in the registries that the reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef

from access.models import User
from artifacts.lineage.graph import VERSION
from artifacts.lineage.nodes import Face, node_id, source_face
from artifacts.lineage.walk import LINKED, OPEN, Walk
from common.addresses import address
from registries.models import Link, ProtectedAlias
from registries.models.registries import CORE

MOST = 3000  # rows of links and their aliases
SHOWN = 3  # aliases of a version

Alias = tuple[str, bool]


@dataclass(frozen=True)
class Placed:
    """A version in a collection: its address, its number and its aliases there, each with whether it is protected."""

    collection: int
    name: str
    shelf: str
    type: str
    label: str
    url: str
    aliases: list[Alias]


def links_of(user: User, walk: Walk) -> dict[int, list[Placed]]:
    """By version: the links to it that `user` sees, the oldest first. One query, none where no page would show them."""
    if not settings.REGISTRY_UI:
        return {}
    guard = ProtectedAlias.objects.filter(registry=OuterRef("collection__registry"), name=OuterRef("aliases__name"))
    rows = (
        Link.objects.visible_to(user)
        .filter(version__in=walk.ids(VERSION, OPEN, LINKED))
        .annotate(is_protected=Exists(guard))
        .order_by("pk")
        .values(
            "pk", "version", "index", "collection", "collection__name", "collection__type", "collection__registry__name",
            "collection__registry__is_core", "collection__registry__organization__name", "aliases__name", "is_protected",
        )[:MOST]
    )  # fmt: skip
    found: dict[int, dict[int, Placed]] = {}
    for row in rows:
        placed = found.setdefault(row["version"], {}).setdefault(row["pk"], _placed(row))
        if row["aliases__name"] is not None:
            placed.aliases.append((row["aliases__name"], row["is_protected"]))
    return {version: list(by_link.values()) for version, by_link in found.items()}


def _placed(row: Mapping[str, Any]) -> Placed:
    shelf, label = row["collection__registry__name"], f"v{row['index']}"
    names = [row["collection__registry__organization__name"], shelf, row["collection__name"], label]
    return Placed(
        collection=row["collection"],
        name=row["collection__name"],
        shelf=CORE[shelf][0] if row["collection__registry__is_core"] else shelf,
        type=row["collection__type"],
        label=label,
        url=address("registries:version", *names),
        aliases=[],
    )


def version_faces(
    walk: Walk, rows: Iterable[Mapping[str, Any]], links: dict[int, list[Placed]], collection: int | None
) -> dict[str, Face]:
    """Each version as its project shows it, or as the link by which alone the reader reaches it, or as it is in `collection`."""
    faces = {}
    for row in rows:
        placed = links.get(row["pk"], [])
        here = [one for one in placed if one.collection == collection]
        if here or walk.met[VERSION, row["pk"]] == LINKED:
            face = _link_face(row, (here or placed)[0]) if placed else None
        else:
            face = source_face(row)
            face = _with_aliases(face, [alias for one in placed for alias in one.aliases])
        if face:
            faces[face.id] = face
    return faces


def _link_face(row: Mapping[str, Any], placed: Placed) -> Face:
    face = Face(node_id((VERSION, row["pk"])), VERSION, placed.name, placed.type, placed.url, placed.label, row=row)
    return _with_aliases(face, placed.aliases)


def _with_aliases(face: Face, linked: list[Alias]) -> Face:
    """The protected ones first, `latest` last; those of the source besides those of its links."""
    guarded = {name for name, is_protected in linked if is_protected}
    names = dict.fromkeys([*guarded, *(name for name, _ in (*linked, *face.aliases))])
    ordered = sorted(names, key=lambda name: (name not in guarded, name == "latest"))
    aliases = tuple((name, name in guarded) for name in ordered)
    return Face(
        face.id, face.kind, face.name, face.type, face.url, face.label, aliases[:SHOWN],
        face.more + max(0, len(aliases) - SHOWN), face.row,
    )  # fmt: skip
