"""An access log, for the soak alone: how every request was answered."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponseBase


class AnswersMiddleware:
    """One line a request in the file `ANSWERS`: status, seconds that Django took, method, path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.path = Path(os.environ["ANSWERS"])

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Around everything that Django does."""
        begin = time.monotonic()
        response = self.get_response(request)
        line = f"{response.status_code} {time.monotonic() - begin:.3f} {request.method} {request.path!a}\n"
        with self.path.open("a") as file:
            file.write(line)
        return response


def read(path: Path) -> tuple[Counter[str], list[str]]:
    """How often which status was answered, and the lines of those that were the server's fault."""
    statuses: Counter[str] = Counter()
    faults = []
    with path.open() as file:
        for line in file:
            status = line[:3]
            statuses[status] += 1
            if status >= "500":
                faults.append(line.strip())
    return statuses, faults
