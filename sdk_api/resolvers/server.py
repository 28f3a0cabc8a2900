"""The server itself."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType
from django.conf import settings
from graphql import GraphQLResolveInfo

from artifacts.reading import get_version_by_client
from common.errors import NotFoundError
from sdk_api.context import context
from sdk_api.ids import encode

query = QueryType()
server = ObjectType("ServerInfo")
BINDABLES = [query, server]

# What newer clients ask for first. Left out: FILESTREAM_GZIP, STRUCTURED_CONSOLE_LOGS.
FEATURES = (
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
    "ARTIFACT_DIGEST_ALGORITHM",
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
    "ARTIFACT_REGISTRY_SEARCH",
    "ARTIFACT_TAGS",
    "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
    "CLIENT_IDS",
    "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION",
    "LARGE_FILENAMES",
    "MARK_RUN_FILES_UPLOADED",
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
    "TOTAL_COUNT_IN_FILE_CONNECTION",
    "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
)
CLIENTS = {"min_cli_version": "0.18.6", "max_cli_version": "0.31.0"}


@query.field("serverInfo")
def resolve_server_info(_: Any, info: GraphQLResolveInfo) -> dict[str, Any]:
    """One answer for everybody."""
    return {
        "features": [{"name": name, "is_enabled": True} for name in FEATURES],
        "cli_version_info": CLIENTS,
        "latest_local_version_info": {
            "out_of_date": False,
            "latest_version_string": settings.VERSION,
            "version_on_this_instance_string": settings.VERSION,
        },
        "frontend_host": context(info).base,
    }


@query.field("clientIDMapping")
def resolve_client_id_mapping(_: Any, info: GraphQLResolveInfo, client_id: str) -> dict[str, str] | None:
    """The version that a client named by itself before it was logged."""
    try:
        return {"server_id": encode("Artifact", get_version_by_client(context(info).user, client_id).pk)}
    except NotFoundError:
        return None
