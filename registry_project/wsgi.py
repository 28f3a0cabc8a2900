"""WSGI entry point of every server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
application = get_wsgi_application()

from artifacts.services import downloads  # noqa: E402  (it needs the apps)

downloads.start()
