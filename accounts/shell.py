"""What frames every page: whose organization one is in, the others, and the applications."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Case, F, IntegerField, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from access.models import Organization, Team
from access.policy import may_found
from common.names import fold
from guide.topics import topic_of_page

MOST_ORGANIZATIONS = 100
REMEMBERED = "organization"


def front_of(organization: str) -> str:
    """The address at which one enters an organization: its registries, or what there is without their pages (F101)."""
    return reverse("registries:landing" if settings.REGISTRY_UI else "organizations:overview", args=[organization])


@dataclass(frozen=True)
class Entry:
    """One line of the sidebar."""

    label: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True)
class Place:
    """An organization to switch to."""

    pk: int
    name: str
    is_admin: bool
    may_found: bool

    @property
    def url(self) -> str:
        """Its front page."""
        return front_of(self.name)


class Shell:
    """The frame of a page: one query, two for people without an organization, none before a template asks."""

    version = settings.VERSION

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def _ranked(self) -> list[Place]:
        user = self.request.user
        if not user.is_authenticated:
            return []
        rank = Case(
            When(name_key=self._named_key, then=0),
            When(pk=self.request.session.get(REMEMBERED), then=1),
            When(pk__in=Team.objects.filter(namespace=user.default_namespace_id).values("organization"), then=2),
            default=3,
            output_field=IntegerField(),
        )
        role = Value("admin") if user.is_superuser else F("memberships__role")
        rows = Organization.objects.visible_to(user).order_by(rank, "name_key")
        found = rows.values_list("pk", "name", role, "registry_founders")[:MOST_ORGANIZATIONS]
        return [Place(pk, name, role == "admin", may_found(role, founders)) for pk, name, role, founders in found]

    @cached_property
    def organizations(self) -> list[Place]:
        """The organizations one sees, by name."""
        return sorted(self._ranked, key=lambda place: fold(place.name))

    @cached_property
    def organization(self) -> Place | None:
        """The one that the address names, else the one visited last, else that of one's default entity, else the first."""
        current = next(iter(self._ranked), None)
        if current and current.pk != self.request.session.get(REMEMBERED):
            self.request.session[REMEMBERED] = current.pk
        return current

    @property
    def shows_registries(self) -> bool:
        """Whether there are pages of registries to lead to (F101)."""
        return bool(settings.REGISTRY_UI)

    @cached_property
    def nav(self) -> list[Entry]:
        """The applications of the current organization, or of one's own namespace where there is none."""
        user = self.request.user
        if not user.is_authenticated:
            return []
        if self.organization:
            registry = self.organization.url
            projects = reverse("projects:list", args=[self.organization.name])
        else:
            registry = reverse("registries:home")
            projects = (
                reverse("projects:entity", args=[user.namespace.name])
                if user.namespace
                else reverse("accounts:profile")
            )
        in_projects = self._page == "projects:list" or "entity" in self._address
        in_registry = "registry" in self.request.path.split("/") and not in_projects
        entries = [Entry(_("Registry"), registry, "library", in_registry)] if self.shows_registries else []
        return [*entries, Entry(_("Projects"), projects, "folder", in_projects)]

    @cached_property
    def house(self) -> list[Entry]:
        """The pages about the current organization itself; its settings are for admins."""
        if not self.organization:
            return []
        name = self.organization.name
        search = Entry(_("Search"), reverse("registries:search"), "search", self._page == "registries:search")
        members, settings_page = (reverse(f"organizations:{page}", args=[name]) for page in ("members", "settings"))
        in_settings = self._page == "organizations:settings"
        in_house = not in_settings and self._page.startswith("organizations:")
        entries = [search, Entry(_("Members"), members, "users", in_house)]
        if self.organization.is_admin:
            entries.append(Entry(_("Settings"), settings_page, "settings", in_settings))
        return entries

    @cached_property
    def creations(self) -> list[Entry]:
        """What one may create, wherever one is."""
        entries = [
            Entry(_("New project"), reverse("projects:new"), "folder-plus", False),
            Entry(_("New API key"), reverse("accounts:keys"), "key-round", False),
        ]
        if self.organization and self.organization.may_found and self.shows_registries:
            address = reverse("registries:new_registry", args=[self.organization.name])
            entries.insert(0, Entry(_("New registry"), address, "library", False))
        return entries

    @property
    def help_url(self) -> str:
        """The help page about what is on the screen."""
        topic = topic_of_page(self._page)
        return reverse("guide:page", args=[topic]) if topic else reverse("guide:contents")

    @property
    def _page(self) -> str:
        """The name of the page; addresses do not compare, as each may be quoted in more than one way."""
        return self.request.resolver_match.view_name if self.request.resolver_match else ""

    @property
    def _address(self) -> dict[str, str]:
        return self.request.resolver_match.kwargs if self.request.resolver_match else {}

    @property
    def _named_key(self) -> str:
        return fold(self._address.get("organization", ""))


def shell_of(request: HttpRequest) -> Shell:
    """The one shell of `request`."""
    if not hasattr(request, "shell"):
        request.shell = Shell(request)  # type: ignore[attr-defined]
    shell: Shell = request.shell  # type: ignore[attr-defined]
    return shell
