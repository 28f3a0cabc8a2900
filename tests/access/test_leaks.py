"""What one may not see leaves no trace: not its name, not its number, not a different answer or cost (T20, C20).

Everything that is to stay hidden has `hush` in its name. Whoever may not see it crawls all that can be reached, asks for it
by name and by every id near by.
"""

from __future__ import annotations

import gc
import re
import time
from collections import Counter
from html import unescape
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import User
from access.services.keys import create_key
from projects.services.projects import edit_project
from projects.services.runs import RunFields, upsert_run
from registries.models import Registry
from registries.services.collections import edit_collection, tag_collection
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from registries.services.registries import create_registry
from rest_api.api import document
from sdk_api.ids import encode
from tests.access.asking import Asker
from tests.access.world import World
from tests.making import log_version, project_of

MARK = "hush"
# Of another house; a colleague without a role on it; one with a role next door, who sees most of what is around it.
STRANGERS = [pytest.param("otto", marks=pytest.mark.slow), pytest.param("gina", marks=pytest.mark.slow), "rita"]
FOLLOWED = re.compile(r'(?:href|src|hx-get)="(/(?!/)[^"#]*)')
SKIPPED = ("/static/", "/accounts/", "/i18n/", "/profile/security/app/")  # the last one draws a new secret each time
VARYING = re.compile(
    r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"|datetime="[^"]+"|\d+ (?:second|minute)s? ago|just now|now'
)
KINDS = "Artifact ArtifactSequence ArtifactPortfolio Project ProjectInternalId Run RunFile ArtifactManifest Entity User".split()
NESTED = """query N($entity: String!) {
  organization(name: "Acme") { name orgEntity { name
    projects { edges { node { name description members { username } teamMembers { team { name } } } } }
    artifactCollections { totalCount edges { node { name description tags { edges { node { name } } }
      project { name } aliases { edges { node { alias } } } } } }
    artifactMemberships { edges { node { versionIndex aliases { alias } artifactCollection { name project { name } }
      artifact { description metadata artifactSequence { name project { name entity { name } } }
        createdBy { ... on Run { name displayName project { name } } } usedBy { edges { node { name } } }
        aliases { alias artifactCollection { name project { name } } }
        artifactMemberships { edges { node { artifactCollection { name project { name } } } } } } } } } } }
  entity(name: $entity) { name members { username } }
  models(entityName: $entity) { edges { node { name runs { edges { node { name } } }
    artifactTypes { edges { node { name } } } } } }
  viewer { username teams { edges { node { name } } } organizations { name } }
}"""


def hide(world: World) -> Registry:
    """A restricted registry full of things, and the restricted project that they come from; olga's alone."""
    cast = world.cast
    project = project_of(cast.olga, cast.team.namespace, "hushproject")
    edit_project(actor=cast.olga, project=project, visibility="restricted")
    run, _ = upsert_run(
        actor=cast.olga, project=project, name="hushrun", fields=RunFields(display_name="hush run", tags=["hush"])
    )
    registry = create_registry(
        actor=cast.olga, organization=cast.organization, name="hushshelf", visibility="restricted", description="hush"
    )
    protect_alias(actor=cast.olga, registry=registry, name="hushguard")
    for text in (b"hush one", b"hush two"):
        version = log_version(
            cast.olga,
            project,
            {"hush.txt": text},
            name="hushartifact",
            run=run,
            metadata={"hush": 1},
            description="hush",
        )
        link = link_version(actor=cast.olga, registry=registry, collection_name="hushnets", version=version)
    add_aliases(actor=cast.olga, link=link, names=["hushalias", "hushguard"])
    tag_collection(actor=cast.olga, collection=link.collection, add=["hushtag"])
    edit_collection(actor=cast.olga, collection=link.collection, description="hush card")
    return registry


def show_one(world: World) -> None:
    """A version of the hidden project, in a registry that the whole organization sees."""
    from artifacts.models import Version

    version = Version.objects.get(artifact__name="hushartifact", index=1)
    model = Registry.objects.get(organization=world.cast.organization, name="model")
    Version.objects.filter(pk=version.pk).update(description="", metadata={})
    link_version(actor=world.cast.olga, registry=model, collection_name="shown", version=version)


@pytest.fixture
def gina(world: World, asker: Asker) -> User:
    """The colleague, who may ask as everybody."""
    user = User.objects.get(username="gina")
    world.people["gina"] = user
    world.secrets["gina"] = create_key(actor=None, user=user, name="tests", scope="admin")[1]
    return user


@pytest.fixture
def asking(world: World, gina: User, caplog: pytest.LogCaptureFixture) -> Asker:
    caplog.set_level("CRITICAL", logger="django.request")
    return Asker(world)


def crawl(asker: Asker, person: str) -> dict[str, str]:
    """Every page that is reached by following links, its data, and what its search finds; what varies by itself taken out.

    Of the addresses of one page that differ in values only (sorts, filters, choices), three are followed.
    """
    seen: dict[str, str] = {}
    shapes: Counter[tuple[str, ...]] = Counter()
    waiting = [
        "/",
        "/orgs/Acme/",
        "/vision/",
        "/orgs/Acme/registry/?q=ush",
        "/orgs/Acme/projects/?q=ush",
        "/api/v1/docs",
    ]
    while waiting:
        path = waiting.pop()
        parts = urlsplit(path)
        shape = (parts.path, *sorted(name for name, _ in parse_qsl(parts.query, keep_blank_values=True)))
        if path in seen or path.startswith(SKIPPED) or shapes[shape] == 3:
            continue
        shapes[shape] += 1
        response = asker.page(person, "GET", path)
        body = VARYING.sub("", response.body.decode(errors="replace"))
        seen[path] = f"{response.status_code} {response.headers.get('Location', '')} {body}"
        if response.status_code == 302:
            waiting.append(urljoin(path, response.headers["Location"]))
        found = [unescape(link) for link in FOLLOWED.findall(body)]
        if 'name="q"' in body and "?" not in path:
            found.append(f"{path}?q=ush")
        if path.endswith("/") and response.status_code == 200:
            found.append(f"{path[:-1]}.json")
        waiting += [urljoin(path, link) for link in found]
        assert len(seen) < 1500, "a crawl without end"
    return seen


def addresses() -> list[str]:
    """Every list and object of REST that one can ask for in Acme, with filters where it has some."""
    values = {
        "organization": "Acme", "registry": "model", "collection": "shown", "reference": "v0", "username": "mia",
        "team": "vision",
        "entity": "vision", "project": "training", "artifact": "net", "path": "hush.txt", "alias": "latest",
        "tag": "x", "id": "1",
    }  # fmt: skip
    found = []
    for path, methods in document()["paths"].items():
        if "get" in methods:
            filled = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], path)
            names = [given["name"] for given in methods["get"].get("parameters", []) if given["in"] == "query"]
            found += [filled, *(f"{filled}?{name}=ush" for name in names if name in {"q", "tag", "type"})]
    return found


def programs(asker: Asker, person: str) -> dict[str, str]:
    """What GraphQL and REST tell: everything nested, every list, and every id near by."""
    told = {
        f"nested {entity}": asker.graphql(person, NESTED, entity=entity).body.decode() for entity in ("Acme", "vision")
    }
    told |= {path: asker.by_key(person, "GET", path).body.decode() for path in addresses()}
    for number in range(1, 25):
        ids = [encode(kind, number) for kind in KINDS]
        for key in ids:
            for document_ in (
                "query A($id: ID!) { artifact(id: $id) { description metadata artifactSequence { name project { name } } } }",
                "query C($id: ID!) { artifactCollection(id: $id) { name description project { name } } }",
            ):
                told[f"{document_[:7]} {key}"] = asker.graphql(person, document_, id=key).body.decode()
        told[f"upload {number}"] = asker.by_key(person, "GET", f"/api/v1/uploads/{number}").body.decode()
        told[f"upload files {number}"] = asker.by_key(person, "GET", f"/api/v1/uploads/{number}/files").body.decode()
    return told


def traces(pages: dict[str, str]) -> list[str]:
    """Where the mark stands, with what stands around it."""
    found = []
    for path, body in pages.items():
        at = body.casefold().find(MARK)
        if at >= 0:
            found.append(f"{path}: …{body[max(0, at - 60) : at + 40]}…")
    return found


@pytest.mark.parametrize("person", STRANGERS)
def test_nothing_changes_for_a_stranger_when_something_hidden_comes_into_being(
    person: str, world: World, asking: Asker
) -> None:
    """No name, and no count, order, date or activity either: page by page the same as before."""
    before = crawl(asking, person)
    hide(world)
    after = crawl(asking, person)
    assert traces(after) == []
    assert after.keys() == before.keys()
    changed = {path: difference(before[path], after[path]) for path in before if before[path] != after[path]}
    assert changed == {}


@pytest.mark.parametrize("person", STRANGERS)
def test_a_crawl_finds_no_name_of_what_is_hidden(person: str, world: World, asking: Asker) -> None:
    """Nor of the source of a link that is seen, while its project is hidden."""
    hide(world)
    show_one(world)
    pages = crawl(asking, person)
    assert any("collections/shown/versions/v0/lineage" in path for path in pages) is (person != "otto")
    shown = {path: body for path, body in pages.items() if "/shown/" not in path}
    assert traces(shown) == []
    names = re.compile(
        r"hush(project|artifact|run|shelf|nets|alias|tag|guard)", re.IGNORECASE
    )  # its files are the version's own
    assert {path: found[0] for path, body in pages.items() if (found := names.search(body))} == {}


@pytest.mark.parametrize("person", STRANGERS)
def test_programs_find_no_name_of_what_is_hidden(person: str, world: World, asking: Asker) -> None:
    hide(world)
    show_one(world)
    told = programs(asking, person)
    # GraphQL names the source artifact, by which the SDK calls its folder of downloads, and nothing else of where it is from.
    names = re.compile(
        r'hush(project|run|shelf|nets|alias|tag|guard)|hushartifact(?!", "project": null)', re.IGNORECASE
    )
    assert {asked: around(answer, found) for asked, answer in told.items() if (found := names.search(answer))} == {}


def around(text: str, found: re.Match[str]) -> str:
    """What stands around a find."""
    return text[max(0, found.start() - 80) : found.end() + 60]


def difference(one: str, other: str) -> str:
    """The first place where they differ."""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"…{one[max(0, at - 60) : at + 60]}… / …{other[max(0, at - 60) : at + 60]}…"


PAIRS = [  # hidden, and absent: of the same length, so that nothing else differs
    ("page", "/orgs/Acme/registry/hushshelf/", "/orgs/Acme/registry/blankname/"),
    ("page", "/orgs/Acme/registry/hushshelf/settings/", "/orgs/Acme/registry/blankname/settings/"),
    ("page", "/orgs/Acme/registry/hushshelf/settings/members/", "/orgs/Acme/registry/blankname/settings/members/"),
    ("page", "/orgs/Acme/registry/hushshelf/collections/hushnets/", "/orgs/Acme/registry/blankname/collections/hushnets/"),
    ("page", "/orgs/Acme/registry/hushshelf/collections/hushnets/versions/v0/",
     "/orgs/Acme/registry/blankname/collections/hushnets/versions/v0/"),
    ("page", "/vision/hushproject/", "/vision/blankprojec/"),
    ("page", "/vision/hushproject/runs/hushrun/", "/vision/blankprojec/runs/hushrun/"),
    ("page", "/vision/hushproject/artifacts/model/hushartifact/", "/vision/blankprojec/artifacts/model/hushartifact/"),
    ("rest", "/api/v1/organizations/Acme/registries/hushshelf", "/api/v1/organizations/Acme/registries/blankname"),
    ("rest", "/api/v1/organizations/Acme/registries/hushshelf/collections/hushnets",
     "/api/v1/organizations/Acme/registries/blankname/collections/hushnets"),
    ("rest", "/api/v1/projects/vision/hushproject", "/api/v1/projects/vision/blankprojec"),
    ("rest", "/artifactsV2/local/Acme/wandb-registry-hushshelf/hushnets/b/00000000000000000000000000000000/f",
     "/artifactsV2/local/Acme/wandb-registry-blankname/hushnets/b/00000000000000000000000000000000/f"),
    ("graphql", "wandb-registry-hushshelf", "wandb-registry-blankname"),
]  # fmt: skip
PROJECT = """query P($name: String!) { project(name: $name, entityName: "Acme") { id name
    artifactCollection(name: "hushnets") { name } artifactCollectionMembership(name: "hushnets:v0") { versionIndex } } }"""


def ask(asker: Asker, person: str, door: str, asked: str) -> Any:
    if door == "graphql":
        return asker.graphql(person, PROJECT, name=asked)
    return (asker.page if door == "page" else asker.by_key)(person, "GET", asked)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} {pair[1]}")
@pytest.mark.parametrize("person", ["otto", "gina"])
def test_hidden_and_absent_are_one_answer_at_one_cost(
    person: str, pair: tuple[str, str, str], world: World, asking: Asker
) -> None:
    hide(world)
    door, *names = pair
    bodies, counts = [], []
    for asked in names:
        ask(asking, person, door, asked)  # so that nothing is asked for the first time
        with CaptureQueriesContext(connection) as queries:
            response = ask(asking, person, door, asked)
        body = (
            VARYING.sub("", response.body.decode())
            .replace("hushshelf", "blankname")
            .replace("hushproject", "blankprojec")
        )
        bodies.append((response.status_code, sorted(response.headers), body))
        counts.append(len(queries))
    assert bodies[0] == bodies[1]
    assert counts[0] == counts[1]
    assert bodies[0][0] == (200 if door == "graphql" else 404)


@pytest.mark.slow
@pytest.mark.parametrize("pair", [PAIRS[0], PAIRS[5], PAIRS[8], PAIRS[12]], ids=lambda pair: f"{pair[0]} {pair[1]}")
def test_hidden_and_absent_take_the_same_time(pair: tuple[str, str, str], world: World, asking: Asker) -> None:
    """Medians over 200 interleaved pairs within 10 %; processor time, so that a busy machine matters little."""
    hide(world)
    door, *names = pair
    ratio = 0.0
    for _ in range(3):
        spent: list[list[float]] = [[], []]
        gc.collect()
        gc.disable()
        try:
            for turn in range(200):
                for which in ((0, 1), (1, 0))[turn % 2]:
                    start = time.process_time()
                    ask(asking, "gina", door, names[which])
                    spent[which].append(time.process_time() - start)
        finally:
            gc.enable()
        ratio = median(spent[0]) / median(spent[1])
        if 0.9 < ratio < 1.1:
            return
    pytest.fail(f"the hidden one takes {ratio:.2f} times as long as the absent one")
