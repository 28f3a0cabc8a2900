"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Sign-in, and the pages of people and organizations."""

    name = "accounts"
