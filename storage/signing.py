"""signed, expiring addresses for a PUT or GET; the principal is checked again when they are used."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from common.errors import ForbiddenError
from storage.models import Upload

SALT = "storage.url"
PART_SECONDS = 7 * 86_400  # parts come one after the other; an upload that nothing arrives for is kept as long


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What an address allows: `method` on `key` (an Upload's id for PUT, a blob's SHA-256 for GET).

    `version` is the id of the version whose file it is, so that a download is known as one; 0 for other bytes. `part` is
    the number of the part of the upload, 0 for the whole.
    """

    method: str
    key: str
    purpose: str
    container: int
    principal: int
    version: int = 0
    part: int = 0


def base_url(request: HttpRequest) -> str:
    """Scheme and host of signed addresses: `VITRINE_BASE_URL`, else the request's own."""
    return settings.BASE_URL or f"{request.scheme}://{request.get_host()}"


def sign(ticket: Ticket) -> str:
    """The ticket as URL-safe text, good for `VITRINE_SIGNED_URL_SECONDS`, that of a part for `PART_SECONDS`."""
    payload = [ticket.method, ticket.key, ticket.purpose, ticket.container, ticket.principal, ticket.version]
    return signing.dumps([*payload, ticket.part] if ticket.part else payload, salt=SALT)


def open_ticket(text: str) -> Ticket:
    """The ticket of `text`. Raises ForbiddenError when it was tampered with or is past its time."""
    try:
        method, key, purpose, container, principal, *more = signing.loads(text, salt=SALT)
        version, part = (*more, 0, 0)[:2]  # addresses that an older server signed name neither
        signing.loads(text, salt=SALT, max_age=PART_SECONDS if part else settings.SIGNED_URL_SECONDS)
    except signing.SignatureExpired as error:
        raise ForbiddenError("This address has expired; ask for a new one.") from error
    except (signing.BadSignature, ValueError) as error:
        raise ForbiddenError("This address was not signed by this server.") from error
    place = {"container": container, "principal": principal, "version": version, "part": part}
    return Ticket(method=method, key=key, purpose=purpose, **place)


def upload_url(base: str, upload: Upload, principal: int, part: int = 0) -> str:
    """The address that takes the announced file by PUT, or of that part, from `principal`, whoever announced it."""
    ticket = Ticket(
        method="PUT",
        key=str(upload.pk),
        purpose=upload.purpose,
        container=upload.container_id,
        principal=principal,
        part=part,
    )
    return base + reverse("storage:object", args=[sign(ticket), "file"])


def download_url(
    base: str, *, sha256: str, purpose: str, container: int, principal: int, name: str, version: int = 0
) -> str:
    """The address that gives the blob's bytes to `principal`, read through `container`; `name` is only what a browser saves."""
    ticket = Ticket(
        method="GET", key=sha256, purpose=purpose, container=container, principal=principal, version=version
    )
    safe = quote(name.rsplit("/", 1)[-1][:128] or "file", safe="")
    return base + reverse("storage:object", args=[sign(ticket), "file"]) + f"?name={safe}"
