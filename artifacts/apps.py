"""The artifacts app."""

from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    """Asks runs to say when their history grew, since metrics of versions follow from it."""

    name = "artifacts"

    def ready(self) -> None:
        """Django's hook, once a process."""
        from artifacts.services.metrics import fill_for_run
        from projects import hooks

        if fill_for_run not in hooks.after_history:
            hooks.after_history.append(fill_for_run)
