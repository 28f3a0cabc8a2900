"""ENABLE_REGISTRY_UI=false: the pages of registries are absent, while scripts and REST go on (F101)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from common.errors import NotFoundError
from common.middleware import error_response

ELSEWHERE_TOO = {"front", "home", "change", "change_data", "undo", "search", "search_data", "palette"}
LINKING = {"artifacts:link_to_registry"}


class RegistryPagesMiddleware(MiddlewareMixin):
    """Answers for a page of registries that there is none, whoever asks."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django's hook, before the view runs."""
        match = request.resolver_match
        if settings.REGISTRY_UI or match is None:
            return None
        if match.view_name in LINKING or (match.app_name == "registries" and match.url_name not in ELSEWHERE_TOO):
            return error_response(
                request,
                NotFoundError(
                    _(
                        "This server shows no pages of registries; scripts use them as ever. Its operator can switch them on."
                    )
                ),
            )
        return None
