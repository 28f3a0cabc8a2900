"""GET /artifactsV2/…: bytes by their MD5 or XXH128, asked for with the API key when a signed address was refused."""

from __future__ import annotations

import re

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from access.policy import require
from access.roles import Action
from accounts.authentication import by_api_key
from artifacts.models import Download, ManifestEntry, Version
from artifacts.serving import noted
from common.errors import NotFoundError
from events.models import Event
from registries.models import Collection
from sdk_api import ids
from sdk_api.context import Context
from sdk_api.lookup import find_collection, find_container
from storage.responses import blob_response

DIGEST = re.compile(r"[0-9a-f]{32}\Z")
MISSING = "There is no such file, or you may not see it."


@by_api_key(Event.Door.SDK)
@require_safe
def stored_file(
    request: HttpRequest,
    *,
    region: str,
    entity: str,
    project: str,
    collection: str,
    birth: str,
    digest: str,
    name: str,
    version: str = "",
) -> HttpResponseBase:
    """The file of that digest in a version of the collection, or in that very version; `region` and `birth` mean nothing here."""
    asker = Context(user=request.user, base="")  # type: ignore[arg-type]
    container = find_container(asker, project, entity)
    found = find_collection(container, collection) if container is not None else None
    if found is None or not DIGEST.match(digest):
        raise NotFoundError(MISSING)
    require(asker.user, Action.DOWNLOAD_FILE, container)
    versions = Version.objects.committed()
    if isinstance(found, Collection):
        versions = versions.filter(links__collection=found, links__deleted_at=None)
    else:
        versions = versions.filter(artifact=found)
    if version:
        versions = versions.filter(pk=ids.number(version, "Artifact"))
    entries = ManifestEntry.objects.filter(version__in=versions)
    entry = entries.filter(Q(blob__md5=digest) | Q(blob__xxh128=digest)).select_related("blob").first()
    if entry is None or entry.blob is None:
        raise NotFoundError(MISSING)
    response = blob_response(request, entry.blob, name)
    place = {"version": entry.version_id, "container": container.pk, "actor": asker.user.pk}
    return noted(response, request, **place, door=Download.Door.SDK)
