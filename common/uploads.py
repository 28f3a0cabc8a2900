"""A bound for forms with files; bodies of artifacts do not come this way."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 12 * 2**20


class LimitedUploadHandler(FileUploadHandler):
    """Refuses a form above 12 MiB by its announced length, before anything of it reaches memory or disk."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Django's hook, before the body is read."""
        if content_length > MOST_BYTES:
            raise RequestDataTooBig("A form with files has at most 12 MiB.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """To the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""
