"""The real settings, with a note of when each request began and ended."""

from registry_project.settings import *  # noqa: F403
from registry_project.settings import MIDDLEWARE

MIDDLEWARE = ["benchmarks.timing.TimingMiddleware", *MIDDLEWARE]
