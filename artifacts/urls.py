"""Addresses of artifacts, below those of their project."""

from django.urls import URLPattern, URLResolver, path

from artifacts import views

app_name = "artifacts"
ARTIFACT = "<str:entity>/<str:project>/artifacts/<str:type>/<str:artifact>/"
VERSION = ARTIFACT + "<str:reference>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(ARTIFACT, views.artifact, name="artifact"),
    path(VERSION, views.version, name="version"),
    path(VERSION + "<slug:tab>/", views.version_tab, name="version_tab"),
    path(VERSION + "files/<path:path>", views.file, name="file"),
    path(VERSION + "download/<path:path>", views.download, name="download"),
    path(VERSION + "thumbnail/<path:path>", views.thumbnail, name="thumbnail"),
]
