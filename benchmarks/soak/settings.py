"""The real settings, with a line for every answer."""

from registry_project.settings import *  # noqa: F403
from registry_project.settings import MIDDLEWARE

MIDDLEWARE = ["benchmarks.soak.answers.AnswersMiddleware", *MIDDLEWARE]
