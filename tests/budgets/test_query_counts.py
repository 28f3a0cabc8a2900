"""Every page's number of queries is the one in query_counts.json, with 10 versions and with 2,000.

`UPDATE_BUDGETS=1 pytest tests/budgets` writes the file anew; its diff is for a reviewer to judge.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from access.models import User
from access.services.invitations import create_invitation
from artifacts.models import Artifact, RunInput, Version, VersionAlias, VersionMetric
from artifacts.tab_data import DATA as VERSION_DATA
from artifacts.tabs import TABS as VERSION_TABS
from events.models import Event
from projects.models import Run
from projects.pages import TABS as RUN_TABS
from projects.services.runs import RunFields, announce_files, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from registries.models import Collection, Link, LinkAlias
from registries.services.counts import recount
from registries.services.links import add_aliases
from registries.services.protection import protect_alias
from storage.services import fulfil
from tests.cast import Cast, add_service_account
from tests.making import project_of
from tests.registries import shelves

FILE = Path(__file__).with_name("query_counts.json")
LIMIT = 12
FEW, MANY = 10, 2000
NAMES = {
    "organization": "Acme", "registry": "Shelf", "collection": "net", "reference": "v0", "username": "mia", "team": "vision",
    "entity": "vision", "project": "training", "type": "model", "artifact": "net", "run": "r0", "path": "config.json",
    "slug": "link", "kind": "json", "event_id": "{event_id}", "alias": "latest", "account_id": "{account_id}",
    "token": "{token}",  # filled in when asked, since each database has others
}  # fmt: skip
NO_PAGES = {
    "front", "home", "former", "former_app", None,  # lead elsewhere; the nameless one is what the SDK prints
    "account_logout", "preferences", "set_language", "revoke_key", "revoke_service_key", "revoke_invitation",
    "end_session", "end_other_sessions", "deactivate", "reactivate", "set_role", "set_team_member", "remove_member",
    "registry_star", "collection_star", "set_registry_role", "set_registry_owner", "remove_registry_member",
    "undo",  # change something
    "palette",  # a part of every page, and tested with what it offers
    "move_alias", "remove_alias",  # ask about one that is protected
    "delete_runs",  # asks of runs that the address names
    "setup", "account_reset_password_from_key", "mfa_authenticate", "mfa_deactivate_totp",  # steps on a way, met out of turn
    "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_reauthenticate",
    "account_reauthenticate",
    "comparison_data",  # asked with versions below
    "table", "table_data", "run_table", "run_table_data",  # asked of files that are tables
    "avatar", "download", "icon", "object", "run_file", "run_html", "run_log", "run_play", "run_thumbnail",
    "thumbnail", "zip",  # bytes
    "collection-file", "file_stream", "graphql", "healthz", "ready", "version-file",  # for programs
}  # fmt: skip
OF_STRANGERS = {"/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/invitations/{token}/"}
NET, COMPARED = "/orgs/Acme/registry/Shelf/collections/net/", "?v=v0&v=v3&v=@latest"
TABLES = "/orgs/Acme/registry/Shelf/collections/tables/versions/v0/"
TABLE = b'{"columns": ["n", "picture"], "data": [[1, {"_type": "image-file", "path": "a.png"}]]}'
CHOSEN = [
    "/api/v1/docs",
    "/orgs/Acme/registry/?q=net",
    "/search/?q=net",
    "/search/?q=latest&kind=versions&in=Acme",
    "/search/?q=net+tag:n",
    "/orgs/Acme/registry/Shelf/?q=net",
    "/orgs/Acme/registry/Shelf/collections/net/?sort=-metric:accuracy&alias=latest",
    "/orgs/Acme/registry/Shelf/collections/net/?q=alias:a1",
    "/orgs/Acme/registry/Shelf/collections/net/versions/@latest/",
    "/orgs/Acme/registry/Shelf/collections/net/versions/v0/move/prod/",
    "/orgs/Acme/registry/Shelf/?at=0h",
    "/orgs/Acme/registry/Shelf/collections/net/?at=0h",
    "/orgs/Acme/registry/Shelf/collections/net/aliases/latest/?at=0h",
    "/vision/training/?sort=-summary:loss&state=crashed&tag=x",
    "/vision/training/compare/?run=r0&run=r1",
    "/vision/training/delete-runs/?run=r0&run=r1",
    f"{NET}compare/{COMPARED}",
    f"{NET}compare.json{COMPARED}",
    f"{NET}compare/{COMPARED}&section=files&file=config.json",
    f"{NET}compare/{COMPARED}&section=histories",
    f"/vision/training/artifacts/model/net/compare/{COMPARED}",
    f"{TABLES}files/t.table.json?sort=-1&find=1",
    f"{TABLES}table/t.table.json/?sort=-1&find=1",
    f"{TABLES}table/t.table.json.json",
    "/vision/training/artifacts/model/tables/v0/table/t.table.json/",
    "/vision/training/artifacts/model/tables/v0/table/t.table.json.json",
    "/vision/training/runs/r0/table/t.table.json/",
    "/vision/training/runs/r0/table/t.table.json.json",
]


def pages(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """The addresses of all pages in the URL map, each tab one; unknown parameters are a KeyError, to be named above."""
    for item in resolver.url_patterns:
        route = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            if item.namespace != "rest_api":  # whose budgets are its own
                yield from pages(item, route)
        elif isinstance(item, URLPattern) and item.name not in NO_PAGES:
            of_versions = {"version_tab": VERSION_TABS, "version_tab_data": [tab for tab in VERSION_DATA if tab]}
            tabs = {**of_versions, "run_tab": RUN_TABS, "run_tab_data": RUN_TABS}.get(item.name, [""])
            for tab in tabs:
                names = {**NAMES, "tab": tab}
                yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match, names=names: names[match[1]], route)


PAGES = sorted({*pages(get_resolver()), *CHOSEN})


def test_the_file_has_every_page_of_the_url_map_and_none_is_over_the_limit() -> None:
    kept = json.loads(FILE.read_text())
    assert list(kept) == PAGES
    assert max(kept.values()) <= LIMIT


def test_pages_ask_what_the_file_says_whatever_the_number_of_versions(
    cast: Cast, signed_in: Callable[[User], Client]
) -> None:
    olga = signed_in(cast.olga)  # who may open every page
    account = add_service_account(cast)
    _, token = create_invitation(actor=cast.olga, organization=cast.organization, role="member")
    shelves.fill(cast, 2)
    protect_alias(actor=cast.olga, registry=cast.registry, name="prod")
    link = Link.objects.select_related("collection__registry").get(index=1)
    add_aliases(actor=cast.olga, link=link, names=["prod"])
    places = {"account_id": account.pk, "token": token, "event_id": Event.objects.latest("pk").pk}
    project = project_of(cast.mia, cast.team.namespace)
    run = upsert_run(actor=cast.mia, project=project, name="r0", fields=RunFields())[0]
    upsert_run(actor=cast.mia, project=project, name="r1", fields=RunFields(config={"lr": 1}))
    shelves.link(cast, shelves.log(cast, name="tables", files={"t.table.json": TABLE, "a.png": b""}), "tables")
    [file] = announce_files(actor=cast.mia, run=run, names=["t.table.json"])
    fulfil(file.upload, BytesIO(TABLE), size=len(TABLE))
    lines = Piece(0, ['{"_step": 0, "_runtime": 1, "loss": 2}'])
    append(actor=cast.mia, run=run, batch=StreamBatch(history=lines, system=lines, console=lines))
    Version.objects.update(produced_by=run)
    for series in (Collection, Artifact):
        series.objects.update(metric_directions={"accuracy": True})
    shelve(cast, FEW)
    few = counts(olga, places)
    shelve(cast, MANY)
    many = counts(olga, places)
    assert few == many
    if os.environ.get("UPDATE_BUDGETS"):
        FILE.write_text(json.dumps(many, indent=2) + "\n")
    assert many == json.loads(FILE.read_text())


def counts(admin: Client, places: dict[str, Any]) -> dict[str, int]:
    """Queries by address."""
    found = {}
    for address in PAGES:
        client = Client() if address in OF_STRANGERS else admin
        client.get(address.format(**places))  # fills what is cached for the process and the session
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address.format(**places)).status_code == 200, address
        found[address] = len(queries)
    return found


def shelve(cast: Cast, total: int) -> None:
    """Up to `total` versions in `net`, each of a run that used the one before; as rows, since services take minutes."""
    first = Link.objects.select_related("collection", "version__artifact__project").get(index=0, collection__name="net")
    collection, artifact = first.collection, first.version.artifact
    numbers = range(artifact.versions.count(), total)
    runs = Run.objects.bulk_create(
        Run(project=artifact.project, name=f"r{n}", user=cast.mia, summary={"loss": n}) for n in numbers
    )
    versions = Version.objects.bulk_create(
        Version(artifact=artifact, index=n, state="committed", digest=f"{n:032}", produced_by=run, created_by=cast.mia)
        for n, run in zip(numbers, runs, strict=True)
    )
    RunInput.objects.bulk_create(
        RunInput(run=run, version=used, container=cast.registry)
        for run, used in zip(runs, [first.version, *versions], strict=False)
    )
    metrics = [(version, key) for version in versions for key in ("accuracy", "loss")]
    VersionMetric.objects.bulk_create(
        VersionMetric(version=version, key=key, value=version.pk / 7, source="history") for version, key in metrics
    )
    links = Link.objects.bulk_create(
        Link(collection=collection, version=version, index=version.index, created_by=cast.mia) for version in versions
    )
    VersionAlias.objects.bulk_create(
        VersionAlias(artifact=artifact, version=version, name=f"a{version.index}") for version in versions
    )
    LinkAlias.objects.bulk_create(LinkAlias(collection=collection, link=link, name=f"a{link.index}") for link in links)
    told = Event.objects.filter(type="version:linked").latest("pk")
    # So that the newest page holds one that can be undone, and one that names a person.
    kinds: list[dict[str, object]] = [{"type": "alias:moved"}, {"type": "grant:set", "object_type": "user"}]
    newest = [Event.objects.filter(**kind, container=collection.registry_id).latest("pk") for kind in kinds]
    Event.objects.bulk_create(
        Event(**{field.attname: getattr(event, field.attname) for field in Event._meta.fields if not field.primary_key})
        for event in [*(told for _ in links), *newest]
    )
    artifact.next_index = collection.next_index = artifact.version_count = total
    artifact.save()
    collection.save()
    recount(Collection.objects.filter(pk=collection.pk))
