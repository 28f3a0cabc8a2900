"""The real settings, and the app that kills."""

from registry_project.settings import *  # noqa: F403
from registry_project.settings import INSTALLED_APPS

INSTALLED_APPS += ["tests.durability.killer"]
