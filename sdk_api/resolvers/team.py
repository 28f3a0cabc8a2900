"""What the SDK's view of a team reads of its entity, beside the members."""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType
from django.db.models import Sum
from graphql import GraphQLResolveInfo

from access.models import Namespace
from artifacts.models import Version
from sdk_api.context import context

entity = ObjectType("Entity")
BINDABLES = [entity]

ALIKE = {  # for every entity of this server
    "available": False,  # its name is taken
    "readOnlyAdmin": False,
    "privateOnly": True,
    "codeSavingEnabled": True,
    "defaultAccess": "PRIVATE",
    "isPaid": False,
}
for _name, _value in ALIKE.items():
    entity.set_field(_name, lambda *_, value=_value: value)


@entity.field("readOnly")
def resolve_read_only(row: Namespace, info: GraphQLResolveInfo) -> bool:
    """Viewers read only; so do members of the organization alone in what is a team's."""
    request = context(info)
    if row.kind == Namespace.Kind.PERSONAL:
        return row.pk != request.user.namespace_id
    owner = getattr(row, row.kind)
    organization = owner.organization_id if row.kind == Namespace.Kind.TEAM else owner.pk
    return not (request.administers(organization) or row.pk in request.written)


@entity.field("storageBytes")
def resolve_storage(row: Namespace, info: GraphQLResolveInfo) -> int:
    """Of the committed versions in its projects; added up for a whole list of entities at once."""
    if not hasattr(row, "stored"):
        siblings: list[Any] = context(info).load(row)
        owned = Version.objects.committed().filter(artifact__project__namespace__in=siblings)
        sums = dict(owned.values_list("artifact__project__namespace").annotate(Sum("size")))
        for sibling in siblings:
            sibling.stored = sums.get(sibling.pk, 0)
    stored: int = row.stored  # type: ignore[attr-defined]
    return stored
