"""Addresses of artifacts."""

from django.urls import URLPattern, URLResolver

app_name = "artifacts"
urlpatterns: list[URLPattern | URLResolver] = []
