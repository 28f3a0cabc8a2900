"""The registries app."""

from django.apps import AppConfig


class RegistriesConfig(AppConfig):
    """Settles the links of versions that are about to be deleted at their source."""

    name = "registries"

    def ready(self) -> None:
        """Django's hook, once a process."""
        from artifacts import hooks
        from registries.services.links import let_go

        if let_go not in hooks.before_deletion:
            hooks.before_deletion.append(let_go)
