"""Where a page went whose registry, collection or project was renamed (C17)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import ResolverMatch, reverse
from django.utils.deprecation import MiddlewareMixin

from access.models import User
from common.errors import NotFoundError
from common.names import fold
from projects.models import Project
from registries.models import Collection, Registry


class FormerNameMiddleware(MiddlewareMixin):
    """Leads a browser from a former name to the present one where the page would be absent; a form goes along."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook: None leaves the exception to the next."""
        match = request.resolver_match
        if not isinstance(exception, NotFoundError) or match is None or not isinstance(request.user, User):
            return None
        address = present_address(request.user, match)
        if address is None:
            return None
        query = request.META.get("QUERY_STRING", "")
        is_safe = request.method in {"GET", "HEAD"}
        return HttpResponseRedirect(f"{address}?{query}" if query else address, preserve_request=not is_safe)


def present_address(user: User, match: ResolverMatch) -> str | None:
    """The same page under the present names of what `user` sees, or None: at most four queries."""
    names: dict[str, Any] = match.kwargs
    if match.url_name is None:
        return None
    if {"organization", "registry"} <= names.keys():
        present = _on_shelf(user, names)
    elif {"entity", "project"} <= names.keys():
        present = _in_project(user, names)
    else:
        return None
    return reverse(match.view_name, kwargs=present) if present not in (None, names) else None


def _in_project(user: User, names: dict[str, Any]) -> dict[str, Any] | None:
    projects = Project.objects.visible_to(user).filter(namespace__name_key=fold(names["entity"]))
    key = fold(names["project"])
    if projects.filter(name_key=key).exists():
        return None
    project = projects.filter(former_names__name_key=key).first()
    return None if project is None else {**names, "project": project.name}


def _on_shelf(user: User, names: dict[str, Any]) -> dict[str, Any] | None:
    registries = Registry.objects.visible_to(user).filter(organization__name_key=fold(names["organization"]))
    key = fold(names["registry"])
    registry = registries.filter(name_key=key).first() or registries.filter(former_names__name_key=key).first()
    if registry is None:
        return None
    present = {**names, "registry": registry.name if fold(registry.name) != key else names["registry"]}
    if "collection" in names:
        collections = Collection.objects.filter(registry=registry, deleted_at=None)
        key = fold(names["collection"])
        if not collections.filter(name_key=key).exists():
            collection = collections.filter(former_names__name_key=key).first()
            if collection is None:
                return None
            present["collection"] = collection.name
    return present
