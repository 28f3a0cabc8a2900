"""Sending a blob: ranges, HEAD, validators; the body goes out by sendfile."""

from __future__ import annotations

from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseNotModified
from django.utils.http import content_disposition_header

from storage.models import Blob
from storage.ranges import parse_range
from storage.stores import store


class _Span:
    """The next `length` bytes of an open file, for servers without sendfile; `fileno` serves those with it."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self.file = file
        self.left = length
        self.close = file.close
        self.fileno = file.fileno

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


def blob_response(request: HttpRequest, blob: Blob, name: str) -> HttpResponseBase:
    """The bytes of `blob` as a download named `name`: 200, 206, 304 or 416; user content never renders on this origin."""
    etag = f'"{blob.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=0, must-revalidate",
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    span = None
    if request.headers.get("If-Range", etag) == etag:
        try:
            span = parse_range(request.headers.get("Range", ""), blob.size)
        except ValueError:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{blob.size}"})
    first, last = span or (0, blob.size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if span:
        headers["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
    status = 206 if span else 200
    if request.method == "HEAD" or blob.size == 0:
        return HttpResponse(status=status, content_type="application/octet-stream", headers=headers)
    file = store().open(blob.sha256)
    file.seek(first)
    # gunicorn's sendfile starts at the file's position and stops after Content-Length bytes.
    response = FileResponse(_Span(file, last - first + 1), content_type="application/octet-stream", status=status)
    for key, value in headers.items():
        response.headers[key] = value
    return response
