"""Addresses of sdk_api."""

from django.urls import path

from sdk_api import artifacts_v2, view
from sdk_api.file_stream import file_stream

app_name = "sdk_api"
V2 = "artifactsV2/<str:region>/<str:entity>/<str:project>/<str:collection>"
urlpatterns = [
    path("graphql", view.graphql, name="graphql"),
    path("files/<str:entity>/<str:project>/<str:run>/file_stream", file_stream, name="file_stream"),
    path(f"{V2}/<str:version>/<str:birth>/<str:digest>/<path:name>", artifacts_v2.stored_file, name="version-file"),
    path(f"{V2}/<str:birth>/<str:digest>/<str:name>", artifacts_v2.stored_file, name="collection-file"),
]
