"""What the SDK's own reading documents cost: the same number of queries whatever the number of rows, under a budget."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Prefetch
from django.test.utils import CaptureQueriesContext
from graphql import execute_sync

from access.roles import Role
from access.services import roles, teams
from access.services.service_accounts import create_service_account
from artifacts.models import Version
from artifacts.services.versions import use_version
from projects.services.runs import RunFields, announce_files, upsert_run
from registries.services.links import add_aliases, link_version
from sdk_api.context import Context
from sdk_api.documents import prepare
from sdk_api.schema import schema
from storage.services import fulfil
from tests.cast import Cast, person
from tests.making import log_version
from tests.sdk_api.conftest import World, wire_id
from tests.sdk_api.documents import documents

BUDGETS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PAGE = {"perPage": 50, "cursor": None}
IN_PROJECT = {"entity": "vision", "project": "training"}
IN_REGISTRY = {"entity": "Acme", "project": "wandb-registry-shelf"}
PLACE = {**IN_REGISTRY, "collection": "nets", "alias": "v0"}


def variables(world: World) -> dict[str, dict[str, Any]]:
    """What each document is asked with."""
    version, run = {"id": wire_id(world.versions[0])}, {**IN_PROJECT, "name": "abc", "run": "abc", "runName": "abc"}
    return {
        "ArtifactByID": version,
        "ArtifactCollectionAliases": {"id": wire_id(world.collection)},
        "ArtifactCreatedBy": version,
        "ArtifactMembershipByName": {**IN_REGISTRY, "name": "nets:latest", "includeAliases": True},
        "ArtifactMembershipFiles": PLACE | {"perPage": 50},
        "ArtifactOfType": {"entityName": "vision", "projectName": "training", "artifactTypeName": "model"},
        "ArtifactTypeArtifactCollections": {**IN_PROJECT, "type": "model", **PAGE},
        "ArtifactUsedBy": version,
        "FetchArtifactManifest": version,
        "GetTeamEntity": {"name": "vision"},
        "RegistryTeamMembers": IN_REGISTRY,
        "RegistryUserMembers": IN_REGISTRY,
        "SearchUsers": {"query": "mia"},
        "FetchLinkedArtifacts": {"artifactID": version["id"]},
        "FetchRegistries": {"organization": "Acme", **PAGE},
        "GetArtifactMembershipFileUrls": PLACE | {"perPage": 5000},
        "GetProjects": {"entity": "vision"},
        "GetViewer": {},
        "ProjectArtifactCollections": {**IN_PROJECT, **PAGE},
        "ProjectArtifactTypes": {**IN_REGISTRY, **PAGE},
        "ProjectArtifacts": {**IN_PROJECT, "type": "model", "collection": "net"},
        "RegistryCollections": {"organization": "Acme", **PAGE},
        "RegistryVersions": {"organization": "Acme", "includeAliases": True, **PAGE},
        "Run": run,
        "RunFiles": {**run, "fileLimit": 50, "fileCursor": None, "fileNames": []},
        "RunInputArtifacts": {**run, **PAGE},
        "RunOutputArtifacts": {**run, **PAGE},
        "RunResumeStatus": run,
        "Runs": IN_PROJECT,
    }


def ask(cast: Cast, name: str, given: dict[str, Any]) -> tuple[int, Any]:
    """The most queries that a document of that name takes, and its data."""
    counts = []
    for found in documents():
        if found.name == name:
            with CaptureQueriesContext(connection) as captured:
                context = Context(user=cast.mia, base="http://testserver")
                result = execute_sync(
                    schema, prepare(found.text).document, context_value=context, variable_values=given
                )
            assert result.errors is None, result.errors
            counts.append(len(captured))
    return max(counts), result.data


def grow(cast: Cast, world: World, rows: range) -> None:
    """More of everything that lists are made of."""
    for index in rows:
        run, _ = upsert_run(actor=cast.mia, project=world.project, name=f"run-{index}", fields=RunFields())
        use_version(actor=cast.mia, run=run, version=world.versions[0], container=world.project)
        name = f"net-{index}"
        made = log_version(
            cast.mia, world.project, {f"{index}.txt": b"x", "y": b"y"}, run=world.run, name=name, tags=["t", name]
        )
        use_version(actor=cast.mia, run=world.run, version=made, container=world.project)
        log_version(cast.mia, world.project, {f"{index}.txt": b"z"}, aliases=[f"a-{index}"])
        link_version(actor=cast.mia, registry=cast.registry, collection_name=name, version=made)
        link_version(
            actor=cast.mia, registry=cast.registry, collection_name="nets", version=made, aliases=[f"b-{index}"]
        )
        link_version(actor=cast.mia, registry=cast.registry, collection_name=name, version=world.versions[0])
        add_aliases(actor=cast.mia, link=world.links[0], names=[f"c-{index}"])
        announce_files(actor=cast.mia, run=run, names=[f"{index}.log"])
        add_people(cast, index)


def add_people(cast: Cast, index: int) -> None:
    """One more person in the team and the registry, and one more team in the registry."""
    user = person(f"person-{index}")
    teams.set_member(actor=cast.olga, team=cast.team, user=user, role="member")
    team = teams.create_team(actor=cast.olga, organization=cast.organization, name=f"team-{index}", admin=user)
    for principal in (user, team):
        roles.grant_role(actor=cast.olga, container=cast.registry, principal=principal, role=Role.VIEWER)
    create_service_account(actor=cast.olga, organization=cast.organization, name=f"ci-{index}", team=cast.team)


def test_the_cost_of_reading_does_not_grow_with_rows(cast: Cast, world: World) -> None:
    asked = variables(world)
    grow(cast, world, range(1))
    before = {name: ask(cast, name, given)[0] for name, given in asked.items()}
    grow(cast, world, range(1, 9))
    after = {name: ask(cast, name, given)[0] for name, given in asked.items()}
    assert {name: (before[name], count) for name, count in after.items() if count > before[name]} == {}
    assert after == BUDGETS


def test_every_list_is_cut_at_its_page(cast: Cast, world: World) -> None:
    grow(cast, world, range(8))
    _, data = ask(cast, "RegistryVersions", {"organization": "Acme", "perPage": 3})
    page = data["organization"]["orgEntity"]["artifactMemberships"]
    assert (len(page["edges"]), page["pageInfo"]["hasNextPage"]) == (3, True)
    seen, cursor = [edge["node"]["id"] for edge in page["edges"]], page["pageInfo"]["endCursor"]
    while cursor and page["pageInfo"]["hasNextPage"]:
        _, data = ask(cast, "RegistryVersions", {"organization": "Acme", "perPage": 3, "cursor": cursor})
        page = data["organization"]["orgEntity"]["artifactMemberships"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]
    assert len(seen) == len(set(seen)) == 26


@pytest.mark.parametrize("size", [0, -1, 10**9])
def test_a_page_size_out_of_bounds_is_brought_within(size: int, cast: Cast, world: World) -> None:
    _, data = ask(cast, "RegistryVersions", {"organization": "Acme", "perPage": size})
    assert len(data["organization"]["orgEntity"]["artifactMemberships"]["edges"]) in {1, 2}


def test_announcing_files_again_costs_the_same_however_many_have_arrived(cast: Cast, world: World) -> None:
    def cost(names: list[str]) -> int:
        for announced in announce_files(actor=cast.mia, run=world.run, names=names):
            fulfil(announced.upload, io.BytesIO(b"x"), size=1)
        with CaptureQueriesContext(connection) as queries:
            for announced in announce_files(actor=cast.mia, run=world.run, names=names):
                assert announced.upload.blob is not None
        return len(queries)

    assert cost(["a"]) == cost([f"file-{number}" for number in range(10)])


def test_a_list_is_prefetched_once_and_a_second_instance_for_itself(world: World) -> None:
    rows, other = list(Version.objects.order_by("pk")), Version.objects.earliest("pk")
    request, made = Context(user=world.run.user, base=""), []

    def build() -> Prefetch[Any]:
        made.append(True)
        return Prefetch("tags", to_attr="found")

    request.together(rows)
    for row in [*rows, other, *rows, other]:
        request.load(row, "aliases", found=build)
        assert row.found == []
    assert len(made) == 2
