"""Pages as data: the same view, so the same people; rows as JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from access.models import User
from tests.architecture.test_urls import PATTERNS
from tests.budgets.test_query_counts import NO_PAGES
from tests.cast import Cast
from tests.registries import shelves

NET = "/orgs/Acme/registry/Shelf/collections/net"


def test_a_collection_is_json_and_csv(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.rita)
    answer = client.get(f"{NET}.json")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/json", "nosniff")
    found = answer.json()
    assert (found["name"], found["total"]) == ("net", 1)
    assert [row["version"] for row in found["rows"]] == ["v0"]
    lines = client.get(f"{NET}.csv").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("version,aliases,tags,")
    assert lines[1].startswith("v0,latest,")


def test_data_is_closed_to_those_to_whom_the_page_is(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    shelves.link(cast, shelves.log(cast))
    hidden, absent = (signed_in(cast.otto).get(f"{NET}{end}.json") for end in ("", "x"))
    assert hidden.status_code == absent.status_code == 404
    assert Client().get(f"{NET}.csv").headers["Location"].startswith("/accounts/login/")


def test_the_data_of_a_name_with_a_dot_is_found(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    shelves.link(cast, shelves.log(cast), "net.json")
    client = signed_in(cast.mia)
    assert client.get(f"{NET}.json/").status_code == 200
    assert client.get(f"{NET}.json.json").json()["name"] == "net.json"
    assert client.get(f"{NET}.json").status_code == 404


def test_data_is_only_read(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    assert signed_in(cast.olga).post("/orgs/Acme/teams.json", {"name": "made"}).status_code == 405


def test_rosters_say_who_may_what_and_no_address(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(cast.rita)
    roles = {
        row["name"]: row["role"] for row in client.get("/orgs/Acme/registry/Shelf/settings/members.json").json()["rows"]
    }
    assert roles["adam"] == "admin"
    assert roles["rita"] == "restricted_viewer"
    members = client.get("/orgs/Acme/members.json")
    assert "adam" in {row["username"] for row in members.json()["rows"]}
    assert "@" not in members.content.decode()


# Pages without data of their own, by the reason.
WITHOUT_DATA = {
    "of signing in, and of one's own account": {
        "account_inactive", "account_login", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key_done", "account_signup", "authorize", "invitation", "keys", "mfa_index", "password",
        "profile",
    },
    "texts": {"contents", "page"},
    "of parts that have theirs": {"overview"},
    "forms and questions": {
        "add_member", "add_registry_member", "artifact_metrics", "artifact_retention", "artifact_tags", "collection_metrics",
        "collection_tags",
        "delete", "delete_artifact", "delete_collection", "delete_service_account", "delete_team", "delete_version",
        "edit_artifact", "edit_collection", "edit_run", "edit_version", "link_into_registry", "link_new_version",
        "link_to_new_registry", "link_to_registry", "new", "new_account", "new_collection", "new_registry",
        "registry_delete", "registry_icon", "registry_visibility", "remove", "remove_team_member", "team_lifetimes",
        "team_settings",
        "unlink_version", "version_labels", "version_retention", "tag_versions", "delete_versions", "unlink_versions", "upload",
    },
    "files, which are data": {
        "artifact_drawing", "collection_drawing", "file", "members_csv", "run_drawing", "version_drawing",
    },
}  # fmt: skip


def test_every_page_has_data_or_a_reason_not_to() -> None:
    names = {pattern.name for route, pattern in PATTERNS if pattern.name and not route.startswith("api/")}
    pages = {name for name in names - NO_PAGES if not name.endswith("_data")}
    assert {name for name in pages if f"{name}_data" not in names} == set().union(*WITHOUT_DATA.values())
