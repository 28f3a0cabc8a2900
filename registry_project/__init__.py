"""The Django project: settings, the URL map, the WSGI entry point."""

__version__ = "0.1.0"
