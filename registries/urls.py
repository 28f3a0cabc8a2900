"""Addresses of registries."""

from django.urls import URLPattern, URLResolver

app_name = "registries"
urlpatterns: list[URLPattern | URLResolver] = []
