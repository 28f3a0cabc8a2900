"""Addresses of artifacts, below those of their project."""

from django.urls import URLPattern, URLResolver, path

from accounts.data import with_data
from artifacts.views import bulk, comparing, editing, keeping, lineage, linking, pages, uploading

app_name = "artifacts"
ARTIFACT = "<str:entity>/<str:project>/artifacts/<str:type>/<str:artifact>/"
VERSION = ARTIFACT + "<str:reference>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:entity>/<str:project>/upload/", uploading.upload, name="upload"),
    *with_data("<str:entity>/<str:project>/deleted/", keeping.deleted, "deleted"),
    *with_data(ARTIFACT, pages.artifact, "artifact"),
    *with_data(ARTIFACT + "compare/", comparing.compare, "comparison"),
    path(ARTIFACT + "edit/", editing.edit_artifact, name="edit_artifact"),
    path(ARTIFACT + "metrics/", editing.artifact_metrics, name="artifact_metrics"),
    path(ARTIFACT + "tags/", editing.artifact_tags, name="artifact_tags"),
    path(ARTIFACT + "tag-versions/", bulk.tag_versions, name="tag_versions"),
    path(ARTIFACT + "delete-versions/", bulk.delete_versions, name="delete_versions"),
    *with_data(ARTIFACT + "history/", pages.artifact_history, "artifact_history"),
    path(ARTIFACT + "retention/", keeping.artifact_retention, name="artifact_retention"),
    path(ARTIFACT + "delete/", editing.delete_artifact, name="delete_artifact"),
    *with_data(ARTIFACT + "lineage/", lineage.artifact, "artifact_lineage"),
    path(ARTIFACT + "lineage.svg", lineage.artifact_drawing, name="artifact_drawing"),
    *with_data(VERSION, pages.version, "version"),
    path(VERSION + "edit/", editing.edit_version, name="edit_version"),
    path(VERSION + "labels/", editing.version_labels, name="version_labels"),
    path(VERSION + "retention/", keeping.version_retention, name="version_retention"),
    path(VERSION + "delete/", editing.delete_version, name="delete_version"),
    path(VERSION + "link/", linking.link_to_registry, name="link_to_registry"),
    path(VERSION + "link/new/", linking.link_to_new_registry, name="link_to_new_registry"),
    path(VERSION + "zip/", pages.archive, name="zip"),
    *with_data(VERSION + "lineage/", lineage.version, "version_lineage"),
    path(VERSION + "lineage.svg", lineage.version_drawing, name="version_drawing"),
    *with_data(VERSION + "<slug:tab>/", pages.version_tab, "version_tab"),
    path(VERSION + "files/<path:path>", pages.file, name="file"),
    *with_data(VERSION + "table/<path:path>/", pages.table, "table"),
    path(VERSION + "download/<path:path>", pages.download, name="download"),
    path(VERSION + "thumbnail/<path:path>", pages.thumbnail, name="thumbnail"),
]
