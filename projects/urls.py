"""Addresses of projects; the SDK prints those of runs."""

from django.urls import URLPattern, URLResolver, path

from projects.views import pages, settings

app_name = "projects"
PROJECT = "<str:entity>/<str:project>/"
SETTINGS = PROJECT + "settings/"
RUN = PROJECT + "runs/<str:run>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("orgs/<str:organization>/projects/", pages.project_list, name="list"),
    path("<str:entity>/", pages.entity, name="entity"),
    path(PROJECT, pages.project, name="project"),
    path(PROJECT + "artifacts/", pages.project_artifacts, name="artifacts"),
    path(SETTINGS, settings.project_settings, name="settings"),
    path(SETTINGS + "add/", settings.add, name="add_member"),
    path(SETTINGS + "role/", settings.set_role, name="set_role"),
    path(SETTINGS + "remove/", settings.remove, name="remove_member"),
    path(SETTINGS + "delete/", settings.delete, name="delete"),
    path(RUN, pages.run, name="run"),
    path(RUN + "<slug:tab>/", pages.run_tab, name="run_tab"),
    path(RUN + "files/<path:name>", pages.run_file, name="run_file"),
]
