"""The artifacts app."""

from django.apps import AppConfig


class ArtifactsConfig(AppConfig):
    """Asks runs to say when their history grew, since metrics follow from it, and projects and runs to say when they go."""

    name = "artifacts"

    def ready(self) -> None:
        """Django's hook, once a process."""
        from artifacts.services.artifacts import delete_all
        from artifacts.services.metrics import fill_for_run
        from artifacts.services.outputs import delete_outputs
        from projects import hooks

        if fill_for_run not in hooks.after_history:
            hooks.after_history.append(fill_for_run)
            hooks.before_deletion.append(delete_all)
            hooks.with_outputs.append(delete_outputs)
