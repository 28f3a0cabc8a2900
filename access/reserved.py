"""Names that no user, team or organization may take."""

import re

from common.names import fold

# The URL map needs these; a test compares the two.
RESERVED = frozenset(
    """accounts admin api artifactsv2 authorize automations changes favicon.ico files graphql healthz help i18n invitations logout
    media metrics oidc orgs preferences profile projects ready registry robots.txt search settings setup static storage
    usage""".split()
)
PSEUDONYM = re.compile(r"deleted-\d+\Z")  # what a name becomes when its owner is deleted


def is_reserved(name: str) -> bool:
    """Whether `name`, however it is written, is kept for the server."""
    key = fold(name)
    return key in RESERVED or bool(PSEUDONYM.match(key))
