"""Addresses of the help pages."""

from django.urls import URLPattern, URLResolver, path

from guide import views

app_name = "guide"

urlpatterns: list[URLPattern | URLResolver] = [
    path("help/", views.contents, name="contents"),
    path("help/<slug:slug>/", views.page, name="page"),
]
