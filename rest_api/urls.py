"""Addresses of REST."""

from django.urls import path

from rest_api import views
from rest_api.api import patterns

app_name = "rest_api"
urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.reference, name="reference"),
    *patterns(),
    path("<path:rest>", views.nothing, name="nothing"),
]
