"""`python -m operations.demo`: prepare the environment of a private demo, then run `manage.py demo` in it.

Settings of the environment win. What is missing is filled in here, because Django reads its settings only once; no rule
of production is relaxed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from operations.demo.credentials import keep


def prepare() -> None:
    """Fill in the folder, its secret key and the hosts of this machine where the environment does not name them."""
    missing = {
        name for name in ("VITRINE_DATA", "VITRINE_SECRET_KEY", "VITRINE_ALLOWED_HOSTS") if not os.environ.get(name)
    }
    if "VITRINE_DATA" in missing:
        os.environ["VITRINE_DATA"] = "demo-data"
    if "VITRINE_SECRET_KEY" in missing:
        os.environ["VITRINE_SECRET_KEY"] = keep(Path(os.environ["VITRINE_DATA"]).expanduser()).secret_key
    if "VITRINE_ALLOWED_HOSTS" in missing and not os.environ.get("VITRINE_BASE_URL"):
        os.environ["VITRINE_ALLOWED_HOSTS"] = "localhost,127.0.0.1,[::1]"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")


if __name__ == "__main__":
    try:
        prepare()
        execute_from_command_line(["manage.py", "demo", *sys.argv[1:]])
    except (ImproperlyConfigured, OSError) as error:
        sys.exit(f"demo: {error}")
