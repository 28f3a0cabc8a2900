"""A small world in which every address has something to show, and what was in the database before and after."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from PIL import Image

from access.models import ApiKey, Team, User
from access.services import invitations, keys, organizations, teams
from accounts import avatars
from artifacts.models import Version
from common import pictures
from events.models import Event
from projects.models import Project, Run
from projects.services.runs import RunFields, announce_files, upsert_run
from registries.models import Collection, Link
from registries.services.collections import create_collection, tag_collection
from registries.services.icons import set_icon
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from sdk_api.ids import encode
from storage.models import Upload
from storage.services import fulfil
from storage.signing import Ticket, sign
from tests.cast import Cast, add_heiress, add_service_account, assemble, person
from tests.making import begin_version, log_version, md5_of, project_of

PEOPLE = "nobody otto rita vera tina ci mia adam olga".split()
OURS = "access events storage projects artifacts registries".split()
UNCOUNTED = {"updated_at", "last_used_at"}


@dataclass(frozen=True)
class World:
    """mia's run `abc` in the project `training` of team `vision` logged `net` v0 and v1, linked as `nets` in Shelf.

    `golden` is protected in Shelf and sits on v0; `plain` sits on v0 as well; v2 of `net` is linked nowhere.
    """

    cast: Cast
    people: dict[str, User]
    project: Project
    run: Run
    versions: list[Version]
    links: list[Link]
    pending: Version
    names: dict[str, str]
    secrets: dict[str, str]

    def fill(self, text: str) -> str:
        """`text` with its braces filled (those of JSON stay); a page's data is there without its last slash."""
        filled = re.sub(r"\{(\w+)\}", lambda match: self.names.get(match[1], match[0]), text)
        return re.sub(r"/(?=\.(?:json|csv)\b)", "", filled)

    @property
    def collection(self) -> Collection:
        return self.links[0].collection


def picture() -> bytes:
    """A small PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(stream, "PNG")
    return stream.getvalue()


def build() -> World:
    """Everything and everybody, each with an API key; quick enough to be built for one test."""
    cast = assemble()
    everybody = {name: getattr(cast, name) for name in "otto rita vera mia adam olga".split()}
    everybody |= {"tina": add_heiress(cast), "ci": add_service_account(cast)}
    secrets = {
        name: keys.create_key(actor=None, user=user, name="tests", scope="admin")[1] for name, user in everybody.items()
    }
    project = project_of(cast.mia, cast.team.namespace)
    run, _ = upsert_run(actor=cast.mia, project=project, name="abc", fields=RunFields(display_name="first"))
    log, table = announce_files(actor=cast.mia, run=run, names=["output.log", "t.csv"])
    for file in (log, table):
        fulfil(file.upload, io.BytesIO(b"hello"), size=5)
    versions = [
        log_version(cast.mia, project, {"a.txt": text, "p.png": picture(), "t.csv": b"hello"}, run=run, client_id=name)
        for text, name in ((b"one", "mine"), (b"two", ""), (b"3", ""))
    ]
    loose = log_version(cast.mia, project, {"l": b"l"}, name="loose")
    links = [
        link_version(actor=cast.mia, registry=cast.registry, collection_name="nets", version=version)
        for version in versions[:2]
    ]
    protect_alias(actor=cast.adam, registry=cast.registry, name="golden")
    add_aliases(actor=cast.adam, link=links[0], names=["golden", "plain"])
    tag_collection(actor=cast.mia, collection=links[0].collection, add=["old"])
    bare = create_collection(actor=cast.mia, registry=cast.registry, name="bare", type="model")
    pending = begin_version(cast.mia, project, {"n": b"n"})
    names = _further(cast, everybody["ci"], project, pending, versions[0])
    names |= {f"v{version.index}": encode("Artifact", version.pk) for version in versions}
    names |= {
        "net_id": encode("ArtifactSequence", versions[0].artifact_id),
        "loose_id": encode("ArtifactSequence", loose.artifact_id),
        "nets_id": encode("ArtifactPortfolio", links[0].collection_id),
        "bare_id": encode("ArtifactPortfolio", bare.pk),
        "shelf_id": encode("Project", cast.registry.pk),
        "run_id": encode("Run", run.pk),
        "change": str(Event.objects.get(label="plain").pk),
        "file_id": encode("RunFile", log.pk),
    }
    return World(cast, everybody, project, run, versions, links, pending, names, secrets)


def _further(cast: Cast, account: User, project: Project, pending: Version, version: Version) -> dict[str, str]:
    """What addresses name by number or by token."""
    teams.create_team(actor=cast.olga, organization=cast.organization, name="empty", admin=cast.olga)
    gone = person("gone")
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=gone, role="member")
    organizations.deactivate_member(actor=cast.olga, organization=cast.organization, user=gone)
    gina = person("gina")  # a member of Acme who has no role on Shelf
    organizations.set_member(actor=cast.olga, organization=cast.organization, user=gina, role="member")
    audio = Team.objects.get(namespace__name="audio")
    invitation, token = invitations.create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    avatars.set_avatar(actor=cast.mia, user=cast.mia, picture=pictures.render(io.BytesIO(picture()), 99))
    set_icon(actor=cast.adam, registry=cast.registry, picture=pictures.render(io.BytesIO(picture()), 99))
    upload = Upload.objects.get(subject_id=pending.pk, name="n")
    tickets = {
        "get": Ticket(
            method="GET", key=_sha(version), purpose="version-file", container=project.pk, principal=cast.mia.pk
        ),
        "put": Ticket(
            method="PUT", key=str(upload.pk), purpose="version-file", container=project.pk, principal=cast.mia.pk
        ),
    }
    return {
        "account": str(account.pk),
        "account_name": account.username,
        "nets": "/orgs/Acme/registry/Shelf/collections/nets/",
        "net": "/vision/training/artifacts/model/net/",
        "vera_id": encode("User", cast.vera.pk),
        "rita_id": encode("User", cast.rita.pk),
        "gina_id": encode("User", gina.pk),
        "audio_id": encode("Entity", audio.namespace_id),
        "invite_id": encode("Invite", invitation.pk),
        "pending_id": encode("Artifact", pending.pk),
        "manifest_id": encode("ArtifactManifest", pending.manifest.pk),
        "upload": str(upload.pk),
        "key_id": encode("ApiKey", ApiKey.objects.get(user=cast.mia).pk),
        "account_key_id": encode("ApiKey", ApiKey.objects.get(user=account).pk),
        "account_key": str(ApiKey.objects.get(user=account).pk),
        "invitation": str(invitation.pk),
        "key": str(ApiKey.objects.get(user=cast.mia).pk),
        "mia": str(cast.mia.pk),
        "picture": str(cast.mia.avatar).rpartition("/")[2].removesuffix(".webp"),
        "icon": str(cast.registry.icon).rpartition("/")[2].removesuffix(".webp"),
        "token": token,
        "md5": md5_of(b"one"),
        **{name: sign(ticket) for name, ticket in tickets.items()},
    }


def _sha(version: Version) -> str:
    blob = version.entries.get(path="a.txt").blob
    assert blob is not None
    return blob.sha256


@cache
def _statements() -> dict[str, str]:
    """For each table of ours, what reads all of it."""
    quote, found = connection.ops.quote_name, {}
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            columns = [field.column for field in model._meta.local_concrete_fields if field.name not in UNCOUNTED]
            key = quote(model._meta.pk.column)
            chosen = ", ".join(map(quote, columns))
            found[model._meta.db_table] = f"SELECT {chosen} FROM {quote(model._meta.db_table)} ORDER BY {key}"
    return found


def snapshot() -> dict[str, list[Any]]:
    """All rows of ours, but for the times at which they were touched."""
    rows = {}
    with connection.cursor() as cursor:
        for table, statement in _statements().items():
            cursor.execute(statement)
            rows[table] = cursor.fetchall()
    return rows
