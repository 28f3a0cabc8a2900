"""The rows of F31 as requests: by a page, as the SDK sends it, and by REST; each with the effect that it has.

A request names its door by how it begins: `GET /orgs/…` or `POST /orgs/… form` a page, a document of the SDK with its
variables, `GET /api/v1/…` REST. Three dots stand for the registry, its collection or its version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from access.grants import given
from access.roles import Role
from artifacts.models import RunInput, Version
from registries.models import AcceptedType, Collection, LinkAlias, ProtectedAlias, Registry
from tests.access.world import World

Effect = Callable[[World], bool]
NO_DOOR = ""
SHELF = "/orgs/Acme/registry/Shelf/"
NETS = f"{SHELF}collections/nets/"
REST = "/api/v1/organizations/Acme/registries"
REST_NETS = f"{REST}/Shelf/collections/nets"
ENTITY = '"entityName":"Acme","projectName":"wandb-registry-Shelf"'
PLACE = '"entity":"Acme","project":"wandb-registry-Shelf"'
ALIAS = f'{{{ENTITY},"artifactCollectionName":"nets","alias":"%s"}}'
ALL = "rita vera mia adam"
VIEWERS = "vera mia adam"
MEMBERS = "mia adam"
ADMINS = "adam"


@dataclass(frozen=True)
class Row:
    """A row of F31; `shows` is what whoever may reads, `effect` what is so afterwards and was not before."""

    number: int
    action: str
    allowed: str
    page: str
    sdk: str
    rest: str
    shows: str = ""
    effect: Effect | None = None


def collection(**values: Any) -> bool:
    return Collection.objects.filter(deleted_at=None, **values).exists()


def aliased(index: int, *names: str) -> bool:
    return LinkAlias.objects.filter(link__index=index, name__in=names, collection__name="nets").count() == len(names)


def registry(**values: Any) -> bool:
    return Registry.objects.filter(deleted_at=None, **values).exists()


def role_of(world: World, person: str) -> Role | None:
    return given(world.cast.registry, world.people[person])


ROWS = [
    Row(1, "open a collection's details", ALL, f"GET {NETS}",
        f'ProjectArtifactCollection {{{PLACE},"type":"model","name":"nets"}}', f"GET {REST_NETS}", shows="nets"),
    Row(2, "open a linked version's details", ALL, f"GET {NETS}versions/v0/",
        f'ArtifactMembershipByName {{{PLACE},"name":"nets:v0"}}', f"GET {REST_NETS}/versions/v0", shows="golden"),
    Row(3, "consume through use_artifact", VIEWERS, NO_DOOR,
        'UseArtifact {"entityName":"{who}","projectName":"own","runName":"own","artifactID":"{v0}",'
        '"artifactEntityName":"Acme","artifactProjectName":"wandb-registry-Shelf"}', NO_DOOR,
        effect=lambda world: RunInput.objects.filter(version=world.versions[0]).exists()),
    Row(4, "download a linked version", VIEWERS, f"GET {NETS}versions/v0/download/a.txt",
        f'GetArtifactMembershipFileUrls {{{PLACE},"collection":"nets","alias":"v0"}}',
        f"GET {REST_NETS}/versions/v0/files/a.txt", shows="one|/storage/"),
    Row(5, "download single files from the file viewer", VIEWERS, f"GET {NETS}versions/v0/thumbnail/p.png",
        "GET /artifactsV2/local/Acme/wandb-registry-Shelf/nets/birth/{md5}/a.txt",
        f"GET {REST_NETS}/versions/v0/files/p.png", shows="one|PNG|WEBP"),
    Row(6, "search the registry", ALL, "GET /orgs/Acme/registry/?q=nets",
        'RegistryCollections {"organization":"Acme","collectionFilter":"{\\"name\\":\\"nets\\"}"}',
        f"GET {REST}/Shelf/collections?q=nets", shows='collections/nets/|"name": "nets"|"name":"nets"'),
    Row(7, "see settings and user list", ALL, f"GET {SHELF}settings/members/",
        f"RegistryUserMembers {{{PLACE}}}", f"GET {REST}/Shelf/members/users", shows="mia"),
    Row(10, "create a collection", MEMBERS, f"POST {SHELF}new/ name=fresh&type=model", NO_DOOR,
        f'POST {REST}/Shelf/collections {{"name":"fresh","type":"model"}}', effect=lambda _: collection(name="fresh")),
    Row(11, "create a registry", MEMBERS, "POST /orgs/Acme/registry/new/ name=Fresh&visibility=organization&accepts=all",
        'UpsertRegistry {"input":{"entityName":"Acme","name":"wandb-registry-Fresh","access":"PRIVATE",'
        '"allowAllArtifactTypesInRegistry":true}}',
        f'POST {REST} {{"name":"Fresh","visibility":"organization"}}', effect=lambda _: registry(name="Fresh")),
    Row(12, "edit a collection card", MEMBERS, f"POST {NETS}edit/ name=nets&description=card",
        'UpdateArtifactPortfolio {"input":{"artifactPortfolioID":"{nets_id}","name":"nets","description":"card"}}',
        f'PATCH {REST_NETS} {{"description":"card"}}', effect=lambda _: collection(description="card")),
    Row(13, "edit a linked version's description", MEMBERS, f"POST {NETS}versions/v0/edit/ description=text",
        'UpdateArtifact {"input":{"artifactID":"{v0}","description":"text"}}',
        f'PATCH {REST_NETS}/versions/v0 {{"description":"text"}}',
        effect=lambda _: Version.objects.filter(description="text").exists()),
    Row(14, "add collection tags", MEMBERS, f"POST {NETS}tags/ tag-add=new",
        f'AddArtifactCollectionTags {{"input":{{{ENTITY},"artifactCollectionName":"nets","tags":[{{"tagName":"new"}}]}}}}',
        f"PUT {REST_NETS}/tags/new", effect=lambda _: collection(tags__name="new")),
    Row(14, "remove collection tags", MEMBERS, f"POST {NETS}tags/ tag-remove=old",
        f'DeleteArtifactCollectionTags {{"input":{{{ENTITY},"artifactCollectionName":"nets","tags":[{{"tagName":"old"}}]}}}}',
        f"DELETE {REST_NETS}/tags/old", effect=lambda _: not collection(tags__name="old")),
    Row(15, "add an ordinary alias", MEMBERS, f"POST {NETS}versions/v0/labels/ alias-add=best",
        f'AddAliases {{"input":{{"artifactID":"{{v0}}","aliases":[{ALIAS % "best"}]}}}}',
        f"PUT {REST_NETS}/versions/v0/aliases/best", effect=lambda _: aliased(0, "best")),
    Row(15, "move an ordinary alias", MEMBERS, f"POST {NETS}versions/v1/labels/ alias-add=plain",
        f'AddAliases {{"input":{{"artifactID":"{{v1}}","aliases":[{ALIAS % "plain"}]}}}}',
        f"PUT {REST_NETS}/versions/v1/aliases/plain", effect=lambda _: aliased(1, "plain")),
    Row(15, "remove an ordinary alias", MEMBERS, f"POST {NETS}versions/v0/labels/ alias-remove=plain",
        f'DeleteAliases {{"input":{{"artifactID":"{{v0}}","aliases":[{ALIAS % "plain"}]}}}}',
        f"DELETE {REST_NETS}/versions/v0/aliases/plain", effect=lambda _: not aliased(0, "plain")),
    Row(16, "add a protected alias", ADMINS, f"POST {NETS}versions/v1/labels/ alias-add=silver",
        f'AddAliases {{"input":{{"artifactID":"{{v1}}","aliases":[{ALIAS % "silver"}]}}}}',
        f"PUT {REST_NETS}/versions/v1/aliases/silver", effect=lambda _: aliased(1, "silver")),
    Row(16, "move a protected alias", ADMINS, f"POST {NETS}versions/v1/move/golden/",
        f'AddAliases {{"input":{{"artifactID":"{{v1}}","aliases":[{ALIAS % "golden"}]}}}}',
        f"PUT {REST_NETS}/versions/v1/aliases/golden", effect=lambda _: aliased(1, "golden")),
    Row(16, "remove a protected alias", ADMINS, f"POST {NETS}versions/v0/remove/golden/",
        f'DeleteAliases {{"input":{{"artifactID":"{{v0}}","aliases":[{ALIAS % "golden"}]}}}}',
        f"DELETE {REST_NETS}/versions/v0/aliases/golden", effect=lambda _: not aliased(0, "golden")),
    Row(17, "create a protected alias definition", ADMINS, f"POST {SHELF}settings/aliases/ name=staging", NO_DOOR,
        f"PUT {REST}/Shelf/protected-aliases/staging",
        effect=lambda _: ProtectedAlias.objects.filter(name="staging").exists()),
    Row(17, "delete a protected alias definition", ADMINS, f"POST {SHELF}settings/aliases/ name=golden&remove=1", NO_DOOR,
        f"DELETE {REST}/Shelf/protected-aliases/golden",
        effect=lambda _: not ProtectedAlias.objects.filter(name="golden").exists()),
    Row(18, "link a new version", MEMBERS, f"POST {NETS}link/?project=vision/training&artifact=net version=v2",
        f'LinkArtifact {{"input":{{{ENTITY},"artifactPortfolioName":"nets","artifactID":"{{v2}}"}}}}',
        f'POST {REST_NETS}/versions {{"version":{{v2_number}}}}',
        effect=lambda world: world.versions[2].links.filter(deleted_at=None).exists()),
    Row(19, "edit the allowed types list", MEMBERS, f"POST {SHELF}settings/types/ types=audio",
        'UpsertRegistry {"input":{"entityName":"Acme","name":"wandb-registry-Shelf","artifactTypes":[{"name":"audio"}]}}',
        f'PATCH {REST}/Shelf {{"add_types":["audio"]}}',
        effect=lambda _: AcceptedType.objects.filter(name="audio").exists()),
    Row(20, "edit the registry name", MEMBERS, f"POST {SHELF}settings/ name=Rack",
        'RenameRegistry {"input":{"entityName":"Acme","oldProjectName":"wandb-registry-Shelf",'
        '"newProjectName":"wandb-registry-Rack"}}',
        f'PATCH {REST}/Shelf {{"name":"Rack"}}', effect=lambda _: registry(name="Rack")),
    Row(21, "delete a collection", MEMBERS, f"POST {SHELF}collections/bare/delete/ typed=bare",
        'DeleteArtifactPortfolio {"id":"{bare_id}"}', f"DELETE {REST}/Shelf/collections/bare",
        effect=lambda _: not collection(name="bare")),
    Row(21, "delete a collection with a protected alias (F57)", ADMINS, f"POST {NETS}delete/ typed=nets",
        'DeleteArtifactPortfolio {"id":"{nets_id}"}', f"DELETE {REST_NETS}", effect=lambda _: not collection(name="nets")),
    Row(23, "unlink a version", MEMBERS, f"POST {NETS}versions/v1/unlink/",
        'UnlinkArtifact {"input":{"artifactID":"{v1}","artifactPortfolioID":"{nets_id}"}}',
        f"DELETE {REST_NETS}/versions/v1", effect=lambda world: not world.versions[1].links.alive().exists()),
    Row(23, "unlink a version with a protected alias (F57)", ADMINS, f"POST {NETS}versions/v0/unlink/",
        'UnlinkArtifact {"input":{"artifactID":"{v0}","artifactPortfolioID":"{nets_id}"}}',
        f"DELETE {REST_NETS}/versions/v0", effect=lambda world: not world.versions[0].links.alive().exists()),
    Row(24, "say whether all types are accepted", ADMINS, f"POST {SHELF}settings/types/ accepts=specified",
        'UpsertRegistry {"input":{"entityName":"Acme","name":"wandb-registry-Shelf",'
        '"allowAllArtifactTypesInRegistry":false,"artifactTypes":[{"name":"model"}]}}',
        f'PATCH {REST}/Shelf {{"accepts_all_types":false}}',
        effect=lambda _: registry(name="Shelf", accepts_all_types=False)),
    Row(25, "change visibility", ADMINS, f"POST {SHELF}settings/visibility/ visibility=organization&typed=Shelf",
        'UpsertRegistry {"input":{"entityName":"Acme","name":"wandb-registry-Shelf","access":"PRIVATE"}}',
        f'PATCH {REST}/Shelf {{"visibility":"organization"}}',
        effect=lambda _: registry(name="Shelf", visibility="organization")),
    Row(26, "add users", ADMINS, f"POST {SHELF}settings/members/add/ principal=gina&role=member",
        'CreateRegistryMembers {"input":{"projectId":"{shelf_id}","userIds":["{gina_id}"],"teamIds":[]}}',
        f'PUT {REST}/Shelf/members/users/gina {{"role":"member"}}',
        effect=lambda world: role_of(world, "gina") == Role.MEMBER),
    Row(27, "assign or change a user's role", ADMINS, f"POST {SHELF}settings/members/role/ principal=tom&role=admin",
        'UpdateUserRegistryRole {"input":{"projectId":"{shelf_id}","userId":"{tom_id}","userProjectRole":"admin"}}',
        f'PUT {REST}/Shelf/members/users/tom {{"role":"admin"}}',
        effect=lambda world: role_of(world, "tom") == Role.ADMIN),
    Row(0, "remove a user", ADMINS, f"POST {SHELF}settings/members/remove/ principal=tom",
        'DeleteRegistryMembers {"input":{"projectId":"{shelf_id}","userIds":["{tom_id}"],"teamIds":[]}}',
        f"DELETE {REST}/Shelf/members/users/tom", effect=lambda world: role_of(world, "tom") is None),
    Row(0, "make owner (F22)", ADMINS, f"POST {SHELF}settings/members/owner/ principal=tom", NO_DOOR,
        f'PUT {REST}/Shelf/owner {{"username":"tom"}}', effect=lambda _: registry(owner__username="tom")),
    Row(0, "delete the registry (F23)", ADMINS, f"POST {SHELF}settings/delete/ typed=Shelf",
        'DeleteRegistry {"id":"{shelf_id}"}', f"DELETE {REST}/Shelf", effect=lambda _: not registry(name="Shelf")),
]  # fmt: skip
