"""Every route of REST, and what it answers to whom: typed from F31, F34–F37 and the docs, not from the code.

A line: the route, its body, who may. Whoever is named in `unseen` gets 404, nobody 401, everybody else 403.
tina, who has her role through a team, and the service account ci are members of Shelf: there they get what mia gets.
Elsewhere they get what rita gets, who has nothing there either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.rest_api.conftest import NET, NETS, SHELF, TRAINING

ACME = "/organizations/Acme"
ALL = "rita vera mia adam olga"
ADMINS = "adam olga"
MEMBERS = "mia adam olga"
TEAM = "vera mia olga"
OUTSIDE_TEAM = "otto adam rita"
ACCOUNT = f"{ACME}/service-accounts/{{account}}"
MD5 = "0" * 32


@dataclass(frozen=True)
class Case:
    """One request; `status` is what those who may get, `others` what differs for some of them.

    `changes` is false for what alters nothing here, `repeats` for what happens again when it is sent again.
    """

    route: str
    allowed: str
    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    unseen: str = "otto"
    others: dict[str, int] = field(default_factory=dict)
    changes: bool = True
    repeats: bool = False

    @property
    def expected(self) -> dict[str, int]:
        """The status by person."""
        people = dict.fromkeys("otto rita vera mia adam olga".split(), 403)
        people |= dict.fromkeys(self.unseen.split(), 404) | dict.fromkeys(self.allowed.split(), self.status)
        people |= self.others
        like = people["mia" if "/registries/Shelf" in self.route else "rita"]
        return people | {"tina": like, "ci": like}


def team(route: str, allowed: str = TEAM, status: int = 200, **rest: Any) -> Case:
    """A case in the project of the team, which only the team and the organization's admin see."""
    return Case(route, allowed, status, unseen=OUTSIDE_TEAM, **rest)


CASES = [
    Case("GET /me", ALL, unseen="", others={"otto": 200}),
    Case("GET /organizations", ALL, unseen="", others={"otto": 200}),
    Case(f"GET {ACME}", ALL),
    Case(f"PATCH {ACME}", "olga", body={"registry_founders": "admins"}),
    Case(f"POST {ACME}/leave", "rita vera mia adam", 204, others={"olga": 409}),
    Case(f"GET {ACME}/members", ALL),
    Case(f"GET {ACME}/members/mia", ALL),
    Case(f"PUT {ACME}/members/mia", "olga", body={"role": "viewer"}),
    Case(f"DELETE {ACME}/members/mia", "mia olga", 204),
    Case(f"GET {ACME}/deactivated-members", "olga"),
    Case(f"POST {ACME}/members/mia/deactivate", "olga", 204),
    Case(f"POST {ACME}/members/mia/reactivate", "olga", 204, changes=False),
    Case(f"GET {ACME}/invitations", "olga"),
    Case(f"POST {ACME}/invitations", "olga", 201, body={"role": "viewer", "team": "vision"}, repeats=True),
    Case(f"DELETE {ACME}/invitations/{{invitation}}", "olga", 204),
    Case(f"GET {ACME}/teams", ALL),
    Case(f"POST {ACME}/teams", "olga", 201, body={"name": "speech"}),
    Case(f"GET {ACME}/teams/vision", ALL),
    Case(f"PATCH {ACME}/teams/vision", "olga", body={"name": "seeing"}),
    Case(f"DELETE {ACME}/teams/vision", "", others={"olga": 409}),
    Case(f"DELETE {ACME}/teams/empty", "olga", 204),
    Case(f"GET {ACME}/teams/vision/members", ALL),
    Case(f"PUT {ACME}/teams/vision/members/adam", "olga", body={"role": "member"}),
    Case(f"DELETE {ACME}/teams/vision/members/mia", "mia olga", 204),
    Case(f"GET {ACME}/service-accounts", ALL),
    Case(f"POST {ACME}/service-accounts", "olga", 201, body={"name": "nightly", "team": "vision"}),
    Case(f"DELETE {ACCOUNT}", "olga", 204),
    Case(f"GET {ACCOUNT}/keys", "olga"),
    Case(f"POST {ACCOUNT}/keys", "olga", 201, body={"name": "runner", "scope": "read"}),
    Case(f"DELETE {ACCOUNT}/keys/{{key}}", "olga", 204),
    Case(f"GET {ACME}/registries", ALL),
    Case(f"POST {ACME}/registries", MEMBERS, 201, body={"name": "Fresh", "types": ["model"]}),
    Case(f"GET {SHELF}", ALL),
    Case(f"PATCH {SHELF}", MEMBERS, body={"description": "what we ship"}),
    Case(f"PATCH {SHELF}", MEMBERS, body={"name": "Rack"}),
    Case(f"PATCH {SHELF}", MEMBERS, body={"add_types": ["dataset"]}),
    Case(f"PATCH {SHELF}", ADMINS, body={"visibility": "organization"}),
    Case(f"PATCH {SHELF}", ADMINS, body={"accepts_all_types": False}),
    Case(f"DELETE {SHELF}", ADMINS, 204),
    Case(f"PUT {SHELF}/owner", ADMINS, body={"username": "mia"}),
    Case(f"PUT {SHELF}/protected-aliases/production", ADMINS, 204),
    Case(f"DELETE {SHELF}/protected-aliases/golden", ADMINS, 204),
    Case(f"GET {SHELF}/members/users", ALL),
    Case(f"PUT {SHELF}/members/users/mia", ADMINS, body={"role": "viewer"}),
    Case(f"PUT {SHELF}/members/users/{{account}}", ADMINS, body={"role": "member"}),
    Case(f"DELETE {SHELF}/members/users/vera", ADMINS, 204),
    Case(f"GET {SHELF}/members/teams", ALL),
    Case(f"PUT {SHELF}/members/teams/vision", ADMINS, body={"role": "restricted_viewer"}),
    Case(f"DELETE {SHELF}/members/teams/empty", ADMINS, 204),
    Case(f"GET {SHELF}/collections", ALL),
    Case(f"POST {SHELF}/collections", MEMBERS, 201, body={"name": "others", "type": "model", "tags": ["new"]}),
    Case(f"GET {NETS}", ALL),
    Case(f"PATCH {NETS}", MEMBERS, body={"name": "networks", "description": "ours"}),
    Case(f"DELETE {NETS}", MEMBERS, 204),
    Case(f"PUT {NETS}/tags/good one", MEMBERS),
    Case(f"DELETE {NETS}/tags/old", MEMBERS, 204),
    Case(f"GET {NETS}/versions", ALL),
    Case(f"POST {SHELF}/collections/others/versions", MEMBERS, 201, body={"version": "{version}", "aliases": ["x"]}),
    Case(f"GET {NETS}/versions/v0", ALL),
    Case(f"PATCH {NETS}/versions/latest", MEMBERS, body={"description": "good", "tags": ["t"], "metadata": {"a": 1}}),
    Case(f"DELETE {NETS}/versions/v1", MEMBERS, 204),
    Case(f"PUT {NETS}/versions/v0/aliases/prod", MEMBERS),
    Case(f"PUT {NETS}/versions/v0/aliases/golden", ADMINS),
    Case(f"DELETE {NETS}/versions/v1/aliases/latest", MEMBERS, 204),
    Case(f"GET {NETS}/versions/v0/files", ALL),
    Case(f"GET {NETS}/versions/v0/files/dir/b%20c.bin", "vera mia adam olga"),
    Case(f"HEAD {NETS}/versions/v0/files/dir/b%20c.bin", "vera mia adam olga"),
    Case("GET /projects", ALL, unseen="", others={"otto": 200}),
    team("POST /projects", "mia olga", 201, body={"entity": "vision", "name": "second"}),
    team(f"GET {TRAINING}"),
    team(f"PATCH {TRAINING}", "olga", body={"visibility": "restricted"}),
    team(f"PATCH {TRAINING}", "olga", body={"name": "learning"}),
    team(f"DELETE {TRAINING}", "olga", 204),
    team(f"GET {TRAINING}/artifacts"),
    team(f"GET {NET}"),
    team(f"DELETE {NET}", "mia olga", 204),
    team(f"GET {NET}/versions"),
    team(f"GET {NET}/versions/latest"),
    team(f"PATCH {NET}/versions/v0", "mia olga", body={"description": "at the source"}),
    team(f"DELETE {NET}/versions/v0", "mia olga", 204),
    team(f"DELETE {NET}/versions/v1", "", others={"mia": 409, "olga": 409}),
    team(f"DELETE {NET}/versions/v1?delete_aliases=true", "mia olga", 204),
    team(f"PUT {NET}/versions/v0/aliases/best", "mia olga"),
    team(f"DELETE {NET}/versions/v1/aliases/latest", "mia olga", 204),
    team(f"GET {NET}/versions/v0/files"),
    team(f"GET {NET}/versions/v0/files/a.txt"),
    team(f"POST {TRAINING}/uploads", "mia olga", 201, body={"artifact": "net", "type": "model", "request_id": "1"}),
    team("GET /uploads/{upload}", "mia olga"),
    team("GET /uploads/{upload}/files", "mia olga"),
    team("POST /uploads/{upload}/files", "mia olga", body={"files": [{"path": "more", "size": 1, "md5": MD5}]}),
    team("POST /uploads/{upload}/commit", "mia olga"),
    team("DELETE /uploads/{upload}", "mia olga", 204),
]
