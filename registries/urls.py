"""Addresses of registries; the SDK prints some of them."""

from django.urls import URLPattern, URLResolver, path

from registries.views import pages

app_name = "registries"
REGISTRY = "orgs/<str:organization>/registry/<str:registry>/"
COLLECTION = REGISTRY + "collections/<str:collection>/"
VERSION = COLLECTION + "versions/<str:reference>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="front"),
    path("registry/", pages.home, name="home"),
    path("orgs/<str:organization>/registry/", pages.landing, name="landing"),
    path(REGISTRY.rstrip("/"), pages.printed_address),
    path(REGISTRY, pages.registry, name="registry"),
    path(REGISTRY + "settings/", pages.registry_settings, name="registry_settings"),
    path(COLLECTION, pages.collection, name="collection"),
    path(COLLECTION + "card/", pages.collection_card, name="collection_card"),
    path(COLLECTION + "lineage/", pages.collection_lineage, name="collection_lineage"),
    path(COLLECTION + "history/", pages.collection_history, name="collection_history"),
    path(VERSION, pages.version, name="version"),
    path(VERSION + "<slug:tab>/", pages.version_tab, name="version_tab"),
    path(VERSION + "files/<path:path>", pages.file, name="file"),
    path(VERSION + "download/<path:path>", pages.download, name="download"),
    path(VERSION + "thumbnail/<path:path>", pages.thumbnail, name="thumbnail"),
]
