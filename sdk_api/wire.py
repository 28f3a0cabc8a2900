"""What goes over the wire and is no row of ours: files with their addresses, places of versions, types."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from access.models import User
from artifacts.models import Artifact, Version
from registries.models import Collection, Link
from sdk_api.ids import encode


@dataclass(frozen=True)
class PartPlace:
    """Where to bring one part of a file."""

    part_number: int
    upload_url: str


@dataclass(frozen=True)
class PartPlaces:
    """Where to bring the parts of a file."""

    upload_id: str
    upload_url_parts: list[PartPlace]


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to read, or (with `upload_url`) to bring."""

    id: str
    name: str
    direct_url: str = ""
    size_bytes: int = 0
    updated_at: datetime | None = None
    digest: str | None = None
    md5: str | None = None
    mimetype: str | None = None
    storage_path: str | None = None
    upload_url: str | None = None
    upload_headers: tuple[str, ...] = ()
    upload_multipart_urls: PartPlaces | None = None
    artifact: Version | None = None

    @property
    def display_name(self) -> str:
        """The same as the name."""
        return self.name


@dataclass(frozen=True)
class ArtifactType:
    """A type of artifacts within a container."""

    container: Any
    name: str

    @property
    def id(self) -> str:
        """Types have no rows; the container and the name make the id."""
        return encode("ArtifactType", f"{self.container.pk}:{self.name}")

    @property
    def created_at(self) -> datetime:
        """As old as its container."""
        moment: datetime = self.container.created_at
        return moment


@dataclass(frozen=True)
class Membership:
    """The place of a version: `row` is the version itself in its artifact, or the link in a collection."""

    row: Any

    @property
    def version(self) -> Version:
        """The version that is placed."""
        found: Version = self.row if isinstance(self.row, Version) else self.row.version
        return found

    @property
    def collection(self) -> Artifact | Collection:
        """Where it is placed."""
        found: Artifact | Collection = self.row.collection if isinstance(self.row, Link) else self.row.artifact
        return found

    @property
    def container_id(self) -> int:
        """Through which project or registry it is read."""
        return container_id(self.collection)


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody in a team or an organization, or an invitation to it."""

    id: str
    name: str
    role: str
    pending: bool = False
    email: str | None = None
    username: str | None = None
    photo_url: str | None = None
    account_type: str = "MEMBER"
    api_key: str | None = None

    @property
    def admin(self) -> bool:
        """Whether the role is admin."""
        return self.role == "admin"


@dataclass(frozen=True)
class Invite:
    """An invitation, or with `to_user` the membership that somebody has at once."""

    id: str
    name: str
    email: str | None = None
    created_at: datetime | None = None
    link: str | None = None
    to_user: User | None = None


def container_id(collection: Artifact | Collection) -> int:
    """The project of an artifact, the registry of a collection."""
    found: int = collection.registry_id if isinstance(collection, Collection) else collection.project_id
    return found


def last_step(next_step: int | None) -> int | None:
    """The step that was logged last: the client names the one that its next metrics will have; none before the first."""
    return next_step - 1 if next_step else None


def next_step(last: int | None) -> int | None:
    """The reverse of `last_step`."""
    return None if last is None else last + 1


def md5_base64(digest: str) -> str:
    """An MD5 in hex as the base64 that HTTP and the SDK write."""
    return base64.b64encode(bytes.fromhex(digest)).decode()
