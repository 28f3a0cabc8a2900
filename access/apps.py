"""The access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who one is and what one may do."""

    name = "access"
