"""WSGI entry point of every server."""

import os

from django.core.wsgi import get_wsgi_application

from common.bodies import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
application = whole_bodies(get_wsgi_application())

from artifacts.services import downloads  # noqa: E402  (it needs the apps)

downloads.start()
