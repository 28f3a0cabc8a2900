"""Linking: own numbers, moving aliases, and every refusal with its reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from access.models import User
from access.services import teams
from artifacts.models import Version
from artifacts.services import artifacts, versions
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.models import Event
from registries.finding import find_link, get_registry
from registries.models import Collection, Link, Registry
from registries.services import collections, founding, links, protection, registries
from tests.cast import Cast, person
from tests.making import log_version, project_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def models(cast: Cast) -> Registry:
    return get_registry(cast.mia, cast.organization, "Model")


def net(cast: Cast, text: str, *, type: str = "model", name: str = "net") -> Version:
    return log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": text.encode()}, type=type, name=name)


def names_of(link: Link) -> set[str]:
    return set(link.aliases.values_list("name", flat=True))


def test_an_organization_starts_with_two_core_registries(cast: Cast) -> None:
    """F13."""
    core = Registry.objects.filter(organization=cast.organization, is_core=True).order_by("name")

    assert [(r.name, r.title, r.visibility, r.accepts_all_types) for r in core] == [
        ("dataset", "Dataset", "organization", False),
        ("model", "Model", "organization", False),
    ]
    assert [list(r.accepted_types.values_list("name", flat=True)) for r in core] == [["dataset"], ["model"]]


def test_linking_makes_the_collection_and_counts_from_zero(cast: Cast, models: Registry) -> None:
    net(cast, "0")
    first, second = net(cast, "1"), net(cast, "2")

    one = links.link_version(
        actor=cast.mia, registry=models, collection_name="first-collection", version=first, aliases=["best"]
    )
    two = links.link_version(actor=cast.mia, registry=models, collection_name="first-collection", version=second)

    assert (first.label, one.label, two.label) == ("v1", "v0", "v1")
    assert (names_of(one), names_of(two)) == ({"best"}, {"latest"})
    assert two.collection.type == "model"
    assert find_link(two.collection, "latest") == find_link(two.collection, "v1") == two
    assert Event.objects.filter(type="version:linked", parent_id=one.collection_id).count() == 2


def test_linking_again_keeps_the_number_and_adds_aliases(cast: Cast, models: Registry) -> None:
    """C14."""
    version, newer = net(cast, "1"), net(cast, "2")
    one = links.link_version(actor=cast.mia, registry=models, collection_name="c", version=version)
    links.link_version(actor=cast.mia, registry=models, collection_name="c", version=newer)

    again = links.link_version(
        actor=cast.mia, registry=models, collection_name="c", version=version, aliases=["staging"]
    )

    assert again == one
    assert names_of(one) == {"staging"}


def test_linking_after_unlinking_takes_the_next_number(cast: Cast, models: Registry) -> None:
    """C15."""
    version = net(cast, "1")
    one = links.link_version(actor=cast.mia, registry=models, collection_name="c", version=version)
    links.unlink_version(actor=cast.mia, link=one)
    links.unlink_version(actor=cast.mia, link=one)

    two = links.link_version(actor=cast.mia, registry=models, collection_name="c", version=version)

    assert two.label == "v1"
    assert find_link(two.collection, "v0") is None
    assert Event.objects.filter(type="version:unlinked").count() == 1
    assert Version.objects.committed().filter(pk=version.pk).exists()


def test_a_wrong_type_is_refused_with_the_accepted_ones(cast: Cast, models: Registry) -> None:
    """F52."""
    data = net(cast, "1", type="dataset", name="data")

    with pytest.raises(InvalidInputError, match="accepts the types model, not 'dataset'"):
        links.link_version(actor=cast.mia, registry=models, collection_name="c", version=data)
    assert not Collection.objects.exists()


def test_a_collection_holds_one_type(cast: Cast) -> None:
    """C8."""
    links.link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=net(cast, "1"))

    with pytest.raises(InvalidInputError, match="holds versions of the type 'model', not 'dataset'"):
        links.link_version(
            actor=cast.mia,
            registry=cast.registry,
            collection_name="c",
            version=net(cast, "2", type="dataset", name="d"),
        )


def test_a_personal_version_is_refused_with_both_ways_out(cast: Cast, models: Registry) -> None:
    """F51, C31."""
    version = log_version(cast.mia, project_of(cast.mia, cast.mia.namespace), {"a": b"1"})

    with pytest.raises(InvalidInputError, match=r"personal project.*entity='<your team>'.*default entity"):
        links.link_version(actor=cast.mia, registry=models, collection_name="c", version=version)


def test_a_version_that_one_cannot_read_cannot_be_linked(cast: Cast) -> None:
    """T19."""
    outsider = person("outsider")
    theirs = founding.found_organization(actor=None, name="Theirs", owner=outsider)
    registry = registries.create_registry(actor=outsider, organization=theirs, name="Loot")
    version = net(cast, "1")

    with pytest.raises(NotFoundError):
        links.link_version(actor=outsider, registry=registry, collection_name="c", version=version)


def test_another_organizations_version_is_refused(cast: Cast) -> None:
    other = founding.found_organization(actor=None, name="Other", owner=cast.mia)
    registry = registries.create_registry(actor=cast.mia, organization=other, name="R")

    with pytest.raises(InvalidInputError, match="belongs to another organization"):
        links.link_version(actor=cast.mia, registry=registry, collection_name="c", version=net(cast, "1"))


@pytest.mark.parametrize("who", ["vera", "rita"])
def test_viewers_cannot_link(cast: Cast, who: str) -> None:
    actor: User = getattr(cast, who)

    with pytest.raises(ForbiddenError):
        links.link_version(actor=actor, registry=cast.registry, collection_name="c", version=net(cast, "1"))
    assert not Link.objects.exists()


def test_a_link_opens_the_bytes_to_the_registrys_viewers_alone(cast: Cast) -> None:
    """F30, F32: by this path, and not by the project."""
    version = net(cast, "1")
    teams.set_member(actor=cast.olga, team=cast.team, user=cast.vera, role="viewer").delete()
    assert not Version.objects.visible_to(cast.vera).exists()

    links.link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=version)

    assert Version.objects.readable_by(cast.vera).get() == version
    assert Version.objects.visible_to(cast.rita).get() == version
    assert not Version.objects.readable_by(cast.rita).exists()
    assert not Version.objects.visible_to(cast.otto).exists()


def test_look_alike_names_cannot_coexist(cast: Cast, models: Registry) -> None:
    """T02."""
    collections.create_collection(actor=cast.mia, registry=models, name="caf\u00e9", type="model")

    for twin in ("cafe\u0301", "CAF\u00c9", "ｃａｆé"):
        with pytest.raises(ConflictError):
            collections.create_collection(actor=cast.mia, registry=models, name=twin, type="model")


def test_core_registries_keep_their_name_and_cannot_be_deleted(cast: Cast, models: Registry) -> None:
    """C5, C18."""
    for edit in (registries.Edit(name="x"), registries.Edit(visibility="restricted"), registries.Edit(description="x")):
        with pytest.raises(ForbiddenError, match="fixed"):
            registries.edit_registry(actor=cast.olga, registry=models, edit=edit)
    with pytest.raises(ForbiddenError, match="cannot be deleted"):
        registries.delete_registry(actor=cast.olga, registry=models)


def test_the_creator_administers_a_restricted_registry(cast: Cast) -> None:
    """F15."""
    registry = registries.create_registry(
        actor=cast.mia, organization=cast.organization, name="Mine", visibility="restricted", types=["model"]
    )

    assert get_registry(cast.mia, cast.organization, "MINE").role_level == 4
    with pytest.raises(NotFoundError):
        get_registry(cast.adam, cast.organization, "Mine")
    assert registry.accepts_all_types is False


def test_deleting_a_registry_leaves_the_sources(cast: Cast) -> None:
    """F23."""
    version = net(cast, "1")
    links.link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=version)

    registries.delete_registry(actor=cast.adam, registry=cast.registry)

    assert not Registry.objects.visible_to(cast.olga).filter(name="Shelf").exists()
    assert not Link.objects.visible_to(cast.olga).exists()
    assert Version.objects.visible_to(cast.mia).get() == version
    registries.create_registry(actor=cast.mia, organization=cast.organization, name="Shelf")


@pytest.mark.django_db(transaction=True)
def test_twenty_links_at_once_get_twenty_numbers_and_one_latest(cast: Cast, models: Registry) -> None:
    versions = [net(cast, str(number)) for number in range(20)]

    def link(version: Version) -> int:
        try:
            return links.link_version(actor=cast.mia, registry=models, collection_name="busy", version=version).index
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(pool.map(link, versions))

    assert numbers == list(range(20))
    assert names_of(Link.objects.get(index=19)) == {"latest"}


def test_two_edits_at_once_both_hold(cast: Cast) -> None:
    registry = Registry.objects.get(pk=cast.registry.pk)
    collection = collections.create_collection(actor=cast.mia, registry=registry, name="old", type="model")
    early = Registry.objects.get(pk=registry.pk), Collection.objects.get(pk=collection.pk)

    registries.edit_registry(actor=cast.adam, registry=registry, edit=registries.Edit(name="Fresh"))
    collections.edit_collection(actor=cast.mia, collection=collection, name="Fresh")
    registries.edit_registry(actor=cast.adam, registry=early[0], edit=registries.Edit(description="Described."))
    collections.edit_collection(actor=cast.mia, collection=early[1], description="Described.")

    for row in (registry, collection):
        row.refresh_from_db()
        assert (row.name, row.name_key, row.description) == ("Fresh", "fresh", "Described.")


def test_a_deleted_registry_lets_go_of_its_versions(cast: Cast) -> None:
    version = net(cast, "1")
    link = links.link_version(actor=cast.mia, registry=cast.registry, collection_name="c", version=version)
    protection.protect_alias(actor=cast.adam, registry=cast.registry, name="best")
    links.add_aliases(actor=cast.adam, link=link, names=["best"])

    registries.delete_registry(actor=cast.adam, registry=cast.registry)

    artifacts.change_type(actor=cast.mia, artifact=version.artifact, type="other")
    versions.delete_version(actor=cast.mia, version=version, delete_aliases=True)
    assert not Link.objects.filter(deleted_at=None).exists()
