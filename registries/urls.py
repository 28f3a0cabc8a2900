"""Addresses of registries; the SDK prints some of them."""

from django.urls import URLPattern, URLResolver, path

from accounts.data import with_data
from registries.views import (
    bulk,
    changes,
    comparing,
    creation,
    editing,
    landing,
    lineage,
    members,
    moving,
    pages,
    past,
    placing,
    search,
    settings,
    stars,
)

app_name = "registries"
LANDING = "orgs/<str:organization>/registry/"
REGISTRY = "orgs/<str:organization>/registry/<str:registry>/"
SETTINGS = REGISTRY + "settings/"
COLLECTION = REGISTRY + "collections/<str:collection>/"
VERSION = COLLECTION + "versions/<str:reference>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="front"),
    path("registry/", pages.home, name="home"),
    *with_data("changes/<int:event_id>/", changes.change, "change"),
    path("changes/<int:event_id>/undo/", changes.undo_change, name="undo"),
    *with_data("search/", search.search, "search"),
    path("search/palette/", search.palette, name="palette"),
    *with_data(LANDING, landing.landing, "landing"),
    *with_data(LANDING + "activity/", landing.organization_activity, "activity"),
    path("orgs/<str:organization>/registry/new/", creation.new_registry, name="new_registry"),
    *with_data(REGISTRY, pages.registry, "registry"),
    path(REGISTRY.rstrip("/"), pages.printed_address),
    path(REGISTRY + "star/", stars.registry_star, name="registry_star"),
    *with_data(SETTINGS, settings.registry_settings, "registry_settings"),
    path(SETTINGS + "visibility/", settings.visibility, name="registry_visibility"),
    path(SETTINGS + "icon/", settings.icon, name="registry_icon"),
    path(REGISTRY + "icon/<slug:name>/", pages.icon, name="icon"),
    *with_data(SETTINGS + "types/", settings.types, "registry_types"),
    *with_data(SETTINGS + "aliases/", settings.aliases, "registry_aliases"),
    *with_data(SETTINGS + "members/", members.members, "registry_members"),
    path(SETTINGS + "members/add/", members.add, name="add_registry_member"),
    path(SETTINGS + "members/role/", members.set_role, name="set_registry_role"),
    path(SETTINGS + "members/remove/", members.remove, name="remove_registry_member"),
    path(SETTINGS + "members/owner/", members.set_registry_owner, name="set_registry_owner"),
    *with_data(SETTINGS + "access/", settings.access, "registry_access"),
    path(SETTINGS + "delete/", settings.delete, name="registry_delete"),
    *with_data(REGISTRY + "activity/", changes.registry_activity, "registry_activity"),
    path(REGISTRY + "new/", placing.new_collection, name="new_collection"),
    path(REGISTRY + "link/", placing.link_into_registry, name="link_into_registry"),
    *with_data(COLLECTION, pages.collection, "collection"),
    path(COLLECTION + "star/", stars.collection_star, name="collection_star"),
    *with_data(COLLECTION + "compare/", comparing.compare, "comparison"),
    *with_data(COLLECTION + "card/", pages.collection_card, "collection_card"),
    *with_data(COLLECTION + "lineage/", lineage.collection, "collection_lineage"),
    path(COLLECTION + "lineage.svg", lineage.collection_drawing, name="collection_drawing"),
    *with_data(COLLECTION + "history/", changes.collection_history, "collection_history"),
    *with_data(COLLECTION + "aliases/<str:alias>/", past.alias, "collection_alias"),
    path(COLLECTION + "edit/", editing.edit_collection, name="edit_collection"),
    path(COLLECTION + "metrics/", editing.collection_metrics, name="collection_metrics"),
    path(COLLECTION + "tags/", editing.collection_tags, name="collection_tags"),
    path(COLLECTION + "delete/", editing.delete_collection, name="delete_collection"),
    path(COLLECTION + "tag-versions/", bulk.tag_versions, name="tag_versions"),
    path(COLLECTION + "unlink-versions/", bulk.unlink_versions, name="unlink_versions"),
    path(COLLECTION + "link/", placing.link_new_version, name="link_new_version"),
    *with_data(VERSION, pages.version, "version"),
    path(VERSION + "edit/", editing.edit_version, name="edit_version"),
    path(VERSION + "labels/", editing.version_labels, name="version_labels"),
    path(VERSION + "unlink/", editing.unlink_version, name="unlink_version"),
    path(VERSION + "move/<str:alias>/", moving.move_alias, name="move_alias"),
    path(VERSION + "zip/", pages.archive, name="zip"),
    *with_data(VERSION + "lineage/", lineage.version, "version_lineage"),
    path(VERSION + "lineage.svg", lineage.version_drawing, name="version_drawing"),
    *with_data(VERSION + "<slug:tab>/", pages.version_tab, "version_tab"),
    path(VERSION + "files/<path:path>", pages.file, name="file"),
    path(VERSION + "download/<path:path>", pages.download, name="download"),
    path(VERSION + "thumbnail/<path:path>", pages.thumbnail, name="thumbnail"),
]
