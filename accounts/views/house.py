"""What the pages of an organization share: its head, and the question before something is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access.models import Organization, OrganizationMembership
from access.policy import organization_role
from accounts import directory
from accounts.requests import PersonalRequest
from common.data import PageData, Row
from common.pagination import Page

PAGE = 50
TITLES = {
    "overview": _("Overview"),
    "members": _("Members"),
    "teams": _("Teams"),
    "service_accounts": _("Service accounts"),
    "storage": _("Storage"),
    "settings": _("Settings"),
}


@dataclass(frozen=True)
class House:
    """An organization that the reader sees, and the frame of its page `tab`: three queries with the reader's role."""

    organization: Organization
    role: str | None
    tab: str

    @property
    def is_admin(self) -> bool:
        """Whether the reader administers it."""
        return self.role == OrganizationMembership.Role.ADMIN

    def url(self, page: str, *args: Any) -> str:
        """The address of a page of it."""
        return reverse(f"organizations:{page}", args=[self.organization.name, *args])

    def context(self, *further: tuple[str, str], **values: Any) -> dict[str, Any]:
        """What `organizations/base.html` needs; `further` are the breadcrumbs below the tab."""
        crumbs = [(self.organization.name, self.url("overview"))]
        if self.tab != "overview":
            crumbs.append((str(TITLES[self.tab]), self.url(self.tab)))
        return {"house": self, "organization": self.organization, "crumbs": [*crumbs, *further]} | values

    def data(self, name: str, page: Page[Any], rows: Iterable[Row], **facts: Any) -> Callable[[], PageData]:
        """The data of a page of it: `rows`, how to go on, and further `facts`."""
        return lambda: PageData(name, {"organization": self.organization.name, **facts, "next": page.next}, rows)


def open_house(request: PersonalRequest, organization: str, tab: str) -> House:
    """The house of that name. Raises NotFoundError for all who do not belong to it."""
    found = directory.get_organization(request.user, organization)
    return House(found, organization_role(request.user, found), tab)


@dataclass(frozen=True)
class Question:
    """What is asked before something is lost: `losses` say what; `typed` has to be typed, where it is given.

    With `is_refused`, because of `error`, nothing can be answered.
    """

    title: str
    action: str
    losses: list[str]
    back: str
    typed: str = ""
    error: str = ""
    is_refused: bool = False


def ask(request: PersonalRequest, house: House, question: Question, status: int = 200) -> HttpResponse:
    """The page that asks."""
    context = house.context((question.title, ""), question=question)
    return render(request, "organizations/question.html", context, status=status)
