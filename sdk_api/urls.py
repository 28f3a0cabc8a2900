"""Addresses of sdk_api."""

from django.urls import URLPattern, URLResolver, path

from sdk_api.file_stream import file_stream

app_name = "sdk_api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("files/<str:entity>/<str:project>/<str:run>/file_stream", file_stream, name="file_stream"),
]
