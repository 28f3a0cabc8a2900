"""Notes the beginning and the end of each request, for `benchmarks.quickstart` alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponseBase


class TimingMiddleware:
    """One line a request in the file `REQUEST_TIMES`: begin, end (seconds of the monotonic clock), method, path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.path = Path(os.environ["REQUEST_TIMES"])

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Around everything that Django does."""
        begin = time.monotonic()
        response = self.get_response(request)
        with self.path.open("a") as file:
            file.write(f"{begin} {time.monotonic()} {request.method} {request.path.split('/')[1]}\n")
        return response
