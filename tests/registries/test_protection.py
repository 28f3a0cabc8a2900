"""Protected aliases hold links, collections and sources in place for all but admins (F57, C13); a registry has an owner (F22)."""

from __future__ import annotations

import pytest

from access.policy import role_on
from access.roles import Role
from access.services import roles
from artifacts.models import Version
from artifacts.services import artifacts, versions
from common.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from events.models import Event
from projects.services import projects
from registries.models import Collection, Link
from registries.services import collections, links, protection, registries
from tests.cast import Cast
from tests.making import log_version, project_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(cast: Cast) -> Link:
    """A version of mia's team in the registry `Shelf`, in production, where `production` is protected."""
    version = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"1"})
    placed = links.link_version(actor=cast.mia, registry=cast.registry, collection_name="nets", version=version)
    protection.protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    links.add_aliases(actor=cast.adam, link=placed, names=["production"])
    return placed


def aliases_of(link: Link) -> set[str]:
    return set(link.aliases.values_list("name", flat=True))


def test_only_admins_define_protected_aliases(cast: Cast) -> None:
    for actor, refusal in ((cast.mia, ForbiddenError), (cast.vera, ForbiddenError), (cast.otto, NotFoundError)):
        with pytest.raises(refusal):
            protection.protect_alias(actor=actor, registry=cast.registry, name="production")
    with pytest.raises(InvalidInputError, match="moves by itself"):
        protection.protect_alias(actor=cast.adam, registry=cast.registry, name="latest")
    protection.protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    protection.protect_alias(actor=cast.adam, registry=cast.registry, name="production")
    assert Event.objects.filter(type="registry:alias_protected").count() == 1
    protection.unprotect_alias(actor=cast.adam, registry=cast.registry, name="production")
    assert not cast.registry.protected_aliases.exists()


def test_members_neither_give_nor_take_a_protected_alias(cast: Cast, link: Link) -> None:
    other = log_version(cast.mia, project_of(cast.mia, cast.team.namespace), {"a": b"2"})
    with pytest.raises(ForbiddenError, match="protected"):
        links.link_version(
            actor=cast.mia, registry=cast.registry, collection_name="nets", version=other, aliases=["production"]
        )
    assert link.collection.links.count() == 1
    with pytest.raises(ForbiddenError):
        links.add_aliases(actor=cast.mia, link=link, names=["staging", "production"])
    with pytest.raises(ForbiddenError):
        links.remove_aliases(actor=cast.mia, collection=link.collection, names=["production"])
    assert aliases_of(link) == {"latest", "production"}
    links.remove_aliases(actor=cast.adam, collection=link.collection, names=["production"])
    assert aliases_of(link) == {"latest"}


def test_members_neither_unlink_nor_delete_what_is_protected(cast: Cast, link: Link) -> None:
    with pytest.raises(ForbiddenError):
        links.unlink_version(actor=cast.mia, link=link)
    with pytest.raises(ForbiddenError):
        collections.delete_collection(actor=cast.mia, collection=link.collection)
    assert Link.objects.alive().filter(pk=link.pk).exists()
    assert Collection.objects.filter(pk=link.collection_id, deleted_at=None).exists()
    links.unlink_version(actor=cast.adam, link=link)
    collections.delete_collection(actor=cast.mia, collection=link.collection)


def test_nobody_deletes_a_source_that_is_protected(cast: Cast, link: Link) -> None:
    source = link.version
    for delete in (
        lambda: versions.delete_version(actor=cast.olga, version=source, delete_aliases=True),
        lambda: artifacts.delete_artifact(actor=cast.olga, artifact=source.artifact),
        lambda: projects.delete_project(actor=cast.olga, project=source.artifact.project),
    ):
        with pytest.raises(ConflictError, match=r"Shelf/nets:v0.*protected"):
            delete()
    source.refresh_from_db()
    assert (source.state, source.artifact.deleted_at) == (Version.State.COMMITTED, None)
    assert source.aliases.exists()


def test_the_links_of_a_deleted_source_go_with_one_event_each(cast: Cast, link: Link) -> None:
    links.remove_aliases(actor=cast.adam, collection=link.collection, names=["production"])
    again = links.link_version(actor=cast.mia, registry=cast.registry, collection_name="more", version=link.version)
    projects.delete_project(actor=cast.olga, project=link.version.artifact.project)
    assert not Link.objects.filter(pk__in=[link.pk, again.pk], deleted_at=None).exists()
    assert Event.objects.filter(type="version:unlinked").count() == 2
    assert Event.objects.filter(type="project:deleted").count() == 1


def test_the_owner_is_a_mark_and_no_right(cast: Cast) -> None:
    with pytest.raises(ForbiddenError):
        registries.set_owner(actor=cast.mia, registry=cast.registry, owner=cast.mia)
    with pytest.raises(InvalidInputError):
        registries.set_owner(actor=cast.adam, registry=cast.registry, owner=cast.otto)
    registries.set_owner(actor=cast.adam, registry=cast.registry, owner=cast.vera)
    assert role_on(cast.vera, cast.registry) is Role.VIEWER
    registries.set_owner(actor=cast.adam, registry=cast.registry, owner=None)
    assert cast.registry.owner is None


def test_a_restricted_project_is_seen_by_those_who_were_added(cast: Cast) -> None:
    """F36."""
    project = project_of(cast.mia, cast.team.namespace)
    assert role_on(cast.vera, project) is Role.VIEWER
    with pytest.raises(ForbiddenError):
        projects.edit_project(actor=cast.mia, project=project, visibility="restricted")
    projects.edit_project(actor=cast.olga, project=project, visibility="restricted")
    assert role_on(cast.vera, project) is role_on(cast.mia, project) is None
    roles.grant_role(actor=cast.olga, container=project, principal=cast.vera, role=Role.VIEWER)
    assert role_on(cast.vera, project) is Role.VIEWER
    with pytest.raises(InvalidInputError):
        projects.edit_project(actor=cast.olga, project=project, visibility="organization")
