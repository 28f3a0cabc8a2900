"""Addresses of registries; the SDK prints some of them."""

from django.urls import URLPattern, URLResolver, path

from registries import views

app_name = "registries"
REGISTRY = "orgs/<str:organization>/registry/<str:registry>/"
COLLECTION = REGISTRY + "collections/<str:collection>/"
VERSION = COLLECTION + "versions/<str:reference>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="front"),
    path("registry/", views.home, name="home"),
    path("orgs/<str:organization>/registry/", views.landing, name="landing"),
    path(REGISTRY.rstrip("/"), views.printed_address),
    path(REGISTRY, views.registry, name="registry"),
    path(REGISTRY + "settings/", views.registry_settings, name="registry_settings"),
    path(COLLECTION, views.collection, name="collection"),
    path(COLLECTION + "card/", views.collection_card, name="collection_card"),
    path(COLLECTION + "lineage/", views.collection_lineage, name="collection_lineage"),
    path(COLLECTION + "history/", views.collection_history, name="collection_history"),
    path(VERSION, views.version, name="version"),
    path(VERSION + "<slug:tab>/", views.version_tab, name="version_tab"),
    path(VERSION + "files/<path:path>", views.file, name="file"),
    path(VERSION + "download/<path:path>", views.download, name="download"),
    path(VERSION + "thumbnail/<path:path>", views.thumbnail, name="thumbnail"),
]
