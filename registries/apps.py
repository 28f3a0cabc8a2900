"""The registries app."""

from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    """Settles the links of versions that are about to be deleted at their source, and the registries and stars of who leaves."""

    name = "registries"

    def ready(self) -> None:
        """Django's hook, once a process."""
        from access.hooks import after_leaving
        from artifacts import hooks
        from registries.services.links import let_go
        from registries.services.registries import disown
        from registries.services.stars import drop_stars

        if let_go not in hooks.before_deletion:
            hooks.before_deletion.append(let_go)
            after_leaving.extend([disown, drop_stars])
