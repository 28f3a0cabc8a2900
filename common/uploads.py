"""Bounds for forms with files; bodies of artifacts come this way only where the browser runs no scripts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MIB = 2**20


class LimitedUploadHandler(FileUploadHandler):
    """Refuses a form above `most` MiB by its announced length, before anything of it reaches memory or disk."""

    most = 12

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Django's hook, before the body is read."""
        if content_length > self.most * MIB:
            raise RequestDataTooBig(f"A form with files has at most {self.most} MiB.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """To the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""


class LargeUploadHandler(LimitedUploadHandler):
    """For the one form that takes the files of a version; it goes before handlers that write to disk."""

    most = 256
