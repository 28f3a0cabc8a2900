"""Addresses of sdk_api."""

from django.urls import URLPattern, URLResolver

app_name = "sdk_api"
urlpatterns: list[URLPattern | URLResolver] = []
