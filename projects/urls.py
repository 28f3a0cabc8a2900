"""Addresses of projects; the SDK prints those of runs."""

from django.urls import URLPattern, URLResolver, path

from accounts.data import with_data
from projects.views import creation, lineage, media, pages, runs, settings, tables

app_name = "projects"
PROJECT = "<str:entity>/<str:project>/"
SETTINGS = PROJECT + "settings/"
RUN = PROJECT + "runs/<str:run>/"

urlpatterns: list[URLPattern | URLResolver] = [
    *with_data("orgs/<str:organization>/projects/", pages.project_list, "list"),
    path("projects/new/", creation.new_project, name="new"),
    *with_data("<str:entity>/", pages.entity, "entity"),
    *with_data(PROJECT, pages.project, "project"),
    *with_data(PROJECT + "artifacts/", pages.project_artifacts, "artifacts"),
    *with_data(PROJECT + "compare/", runs.compare, "compare"),
    path(PROJECT + "delete-runs/", runs.delete_chosen, name="delete_runs"),
    *with_data(SETTINGS, settings.project_settings, "settings"),
    path(SETTINGS + "add/", settings.add, name="add_member"),
    path(SETTINGS + "role/", settings.set_role, name="set_role"),
    path(SETTINGS + "remove/", settings.remove, name="remove_member"),
    path(SETTINGS + "delete/", settings.delete, name="delete"),
    *with_data(RUN, pages.run, "run"),
    path(RUN + "edit/", runs.edit_run, name="edit_run"),
    *with_data(RUN + "lineage/", lineage.run, "run_lineage"),
    path(RUN + "lineage.svg", lineage.run_drawing, name="run_drawing"),
    *with_data(RUN + "media/", media.run_media, "run_media"),
    path(RUN + "log/", media.run_log, name="run_log"),
    *with_data(RUN + "<slug:tab>/", pages.run_tab, "run_tab"),
    *with_data(RUN + "table/<path:name>/", tables.run_table, "run_table"),
    path(RUN + "thumbnail/<path:name>", media.run_thumbnail, name="run_thumbnail"),
    path(RUN + "html/<path:name>", media.run_html, name="run_html"),
    path(RUN + "play/<path:name>", media.run_play, name="run_play"),
    path(RUN + "files/<path:name>", pages.run_file, name="run_file"),
]
