"""T43: aliases that are moved at the same time end on exactly one version, with one line of history for each move."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from events.models import Event
from registries.models import Link, LinkAlias
from registries.services.links import add_aliases, link_version
from registries.services.protection import protect_alias
from tests import cast as casting
from tests.making import log_version, project_of

MOVES = 24


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_protected", [False, True])
def test_moves_at_once_leave_one_holder_and_a_line_each(is_protected: bool) -> None:
    cast = casting.assemble()
    project = project_of(cast.mia, cast.team.namespace)
    links = [
        link_version(
            actor=cast.mia,
            registry=cast.registry,
            collection_name="nets",
            version=log_version(cast.mia, project, {"n": str(number).encode()}),
        )
        for number in range(4)
    ]
    if is_protected:
        protect_alias(actor=cast.adam, registry=cast.registry, name="prod")
    started = Event.objects.count()

    def move(number: int) -> Any:
        try:
            link = Link.objects.select_related("collection__registry", "version").get(pk=links[number % 4].pk)
            return add_aliases(actor=cast.adam, link=link, names=["prod"])
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(move, range(MOVES)))
    holder = LinkAlias.objects.get(collection=links[0].collection, name="prod")
    lines = list(Event.objects.order_by("pk")[started:])
    assert lines[0].after and not lines[0].before
    for earlier, later in pairwise(lines):
        assert later.before["version"] == earlier.after["version"], "a move that the history does not tell"
    assert str(holder.link.index) in str(lines[-1].after)
    assert len(lines) <= MOVES
