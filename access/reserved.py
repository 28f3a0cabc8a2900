"""Names that no user, team or organization may take, since the URL map needs them (a test compares the two)."""

RESERVED = frozenset(
    """accounts admin api artifactsv2 authorize automations favicon.ico files graphql healthz help i18n logout media metrics
    oidc orgs preferences profile ready registry robots.txt search settings setup static storage usage""".split()
)
