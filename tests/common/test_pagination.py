"""Keyset paging: whole, both ways, and closed to cursors that somebody made up."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.core.signing import Signer

from access.models import Container
from common.errors import InvalidInputError
from common.pagination import paginate, paginate_parts
from tests.cast import Cast
from tests.making import project_of

ORDER = ("-created_at", "pk")


def test_pages_cover_all_rows_once_and_lead_back(cast: Cast) -> None:
    rows = Container.objects.all()
    first = paginate(rows, order=ORDER, size=2)
    second = paginate(rows, order=ORDER, size=2, cursor=first.next)

    assert [*first.items, *second.items] == list(rows.order_by(*ORDER))
    assert (first.previous, second.next) == ("", "")
    assert paginate(rows, order=ORDER, size=2, cursor=second.previous).items == first.items


def test_parts_follow_each_other_and_lead_back_across_the_seam(cast: Cast) -> None:
    for name in ("training", "tuning"):
        project_of(cast.mia, cast.team.namespace, name)
    names = list(Container.objects.order_by("pk").values_list("pk", flat=True))
    early, late = Container.objects.filter(pk__lte=names[2]), Container.objects.filter(pk__gt=names[2])
    parts = [(early, ("-pk",)), (late, ("pk",))]
    whole = [*early.order_by("-pk"), *late.order_by("pk")]
    assert len(whole) > 3
    seen, cursors, cursor = [], [], ""
    while True:
        page = paginate_parts(parts, cursor=cursor, size=2)
        seen += page.items
        cursors.append(page.previous)
        cursor = page.next
        if not cursor:
            break
    assert seen == whole
    assert paginate_parts(parts, cursor=cursors[1], size=2).items == whole[:2]
    assert paginate_parts(parts, cursor=cursors[-1], size=2).next
    across = paginate_parts(parts, cursor=paginate_parts(parts, size=4).next, size=2).previous
    assert paginate_parts(parts, cursor=across, size=4).items == whole[:4]


@pytest.mark.parametrize("values", [["x", 1], [None, 1], [{"t": "0001-01-01T00:00:00+23:59"}, 1], [1e999, [1]], 10**30])
def test_a_cursor_that_somebody_made_up_is_refused(values: Any, cast: Cast) -> None:
    text = json.dumps([0, list(ORDER), values]).encode()
    plain = base64.urlsafe_b64encode(text).decode().rstrip("=")
    for cursor in (plain, f"{plain}:{Signer().signature(plain)}", f"{plain}:\ud800", "[" * 100_000):
        with pytest.raises(InvalidInputError):
            paginate(Container.objects.all(), order=ORDER, cursor=cursor)


def test_a_cursor_of_another_order_is_refused(cast: Cast) -> None:
    first = paginate(Container.objects.all(), order=("pk",), size=1)
    with pytest.raises(InvalidInputError, match="another order"):
        paginate(Container.objects.all(), order=ORDER, cursor=first.next)
