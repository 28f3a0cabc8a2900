"""The frame of a page: which organization one is in, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import Client, RequestFactory
from django.urls import resolve

from access.models import Organization, User
from access.services import organizations, people
from accounts.shell import Shell
from tests.cast import Cast


def shell(user: Any, path: str = "/profile/", remembered: int | None = None) -> Shell:
    """The frame of the page at `path`, for `user` as read for a request."""
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    request.user = User.objects.get(pk=user.pk) if user.pk else user
    request.session = SessionStore()
    if remembered:
        request.session["organization"] = remembered
    return Shell(request)


def name(shell: Shell) -> str | None:
    return shell.organization.name if shell.organization else None


@pytest.fixture
def rival(cast: Cast) -> Organization:
    """A second organization, of which mia is a member too."""
    made = organizations.create_organization(name="Rival", owner=cast.otto)
    organizations.set_member(actor=cast.otto, organization=made, user=cast.mia, role="viewer")
    return made


def test_the_address_says_which_organization_else_the_last_visited_else_that_of_the_default_entity(
    cast: Cast, rival: Organization
) -> None:
    assert name(shell(cast.mia, "/orgs/rival/registry/")) == "Rival"
    assert name(shell(cast.mia, remembered=rival.pk)) == "Rival"
    assert name(shell(cast.mia, "/orgs/Acme/registry/", remembered=rival.pk)) == "Acme"
    assert name(shell(cast.mia)) == "Acme"
    organizations.set_member(actor=cast.otto, organization=rival, user=cast.olga, role="admin")
    people.set_default_namespace(actor=cast.mia, user=cast.mia, namespace=cast.team.namespace)
    assert name(shell(cast.mia)) == "Acme"


def test_an_organization_that_one_does_not_see_is_nowhere_in_the_frame(cast: Cast, rival: Organization) -> None:
    frame = shell(cast.vera, "/orgs/Rival/registry/", remembered=rival.pk)
    assert name(frame) == "Acme"
    assert [place.name for place in frame.organizations] == ["Acme"]
    nobody = people.create_user(username="nora")
    assert shell(nobody).organization is None
    assert [entry.url for entry in shell(nobody).nav] == ["/registry/", "/nora/"]


def test_the_operator_switches_among_all(cast: Cast, rival: Organization) -> None:
    operator = people.create_user(username="root", is_operator=True)
    assert [place.name for place in shell(operator).organizations] == ["Acme", "Rival"]


def test_the_current_application_is_marked(cast: Cast) -> None:
    assert [entry.current for entry in shell(cast.mia, "/orgs/Acme/registry/").nav] == [True, False]
    assert [entry.current for entry in shell(cast.mia, "/vision/").nav] == [False, True]
    assert [entry.current for entry in shell(cast.mia, "/orgs/Acme/projects/").nav] == [False, True]
    assert [entry.current for entry in shell(cast.mia).nav] == [False, False]


def test_members_are_for_all_and_settings_for_admins(cast: Cast, rival: Organization) -> None:
    def house(user: User, path: str = "/orgs/Acme/members/") -> list[tuple[str, bool]]:
        entries = [(entry.url, entry.current) for entry in shell(user, path).house]
        assert entries[:1] in ([], [("/search/", False)])
        return entries[1:]

    assert house(cast.mia) == [("/orgs/Acme/members/", True)]
    assert house(cast.olga) == [("/orgs/Acme/members/", True), ("/orgs/Acme/settings/", False)]
    assert house(cast.olga, "/orgs/Acme/settings/") == [("/orgs/Acme/members/", False), ("/orgs/Acme/settings/", True)]
    assert house(cast.mia, "/orgs/Rival/teams/") == [("/orgs/Rival/members/", True)]
    assert house(people.create_user(username="root", is_operator=True))[1:] == [("/orgs/Acme/settings/", False)]
    assert house(people.create_user(username="nora")) == []


def test_it_costs_one_query_two_without_an_organization_and_none_for_the_anonymous(
    cast: Cast, rival: Organization, django_assert_num_queries: Any
) -> None:
    def read(frame: Shell) -> None:
        assert frame.version
        _ = (frame.organization, frame.organizations, frame.nav, frame.house)

    member, outsider = shell(cast.mia), shell(people.create_user(username="nora"))
    with django_assert_num_queries(1):
        read(member)
    with django_assert_num_queries(2):
        read(outsider)
    with django_assert_num_queries(0):
        read(shell(AnonymousUser()))


def test_visiting_an_organization_is_remembered(
    cast: Cast, rival: Organization, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(cast.mia)
    browser.get("/orgs/Rival/projects/")
    assert browser.session["organization"] == rival.pk
    assert "Rival" in browser.get("/profile/").content.decode()
