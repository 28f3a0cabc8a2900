"""Addresses of projects; the SDK prints those of runs."""

from django.urls import URLPattern, URLResolver, path

from projects import views

app_name = "projects"
PROJECT = "<str:entity>/<str:project>/"
RUN = PROJECT + "runs/<str:run>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("orgs/<str:organization>/projects/", views.project_list, name="list"),
    path("<str:entity>/", views.entity, name="entity"),
    path(PROJECT, views.project, name="project"),
    path(PROJECT + "artifacts/", views.project_artifacts, name="artifacts"),
    path(RUN, views.run, name="run"),
    path(RUN + "<slug:tab>/", views.run_tab, name="run_tab"),
    path(RUN + "files/<path:name>", views.run_file, name="run_file"),
]
