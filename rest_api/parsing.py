"""Bodies of requests: JSON that any of the databases can store."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from common.errors import InvalidInputError

NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it, and not a backslash before the letter u


class StorableParser(Parser):
    """Refuses what JSON lacks (NaN, infinities) and what text columns lack (NUL, halves of characters)."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The parsed body. Raises ValueError for what is no JSON, InvalidInputError for what cannot be stored."""
        parsed = json.loads(request.body)
        try:
            written = json.dumps(parsed, ensure_ascii=False, allow_nan=False)
            written.encode()
        except ValueError as error:
            raise InvalidInputError("The body holds a number or a character that cannot be stored.") from error
        if NUL.search(written):
            raise InvalidInputError("The body holds a NUL character, which no text may hold.")
        return parsed
