"""Keyset paging: whole, both ways, and closed to cursors that somebody made up."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.core.signing import Signer

from access.models import Container
from common.errors import InvalidInputError
from common.pagination import paginate
from tests.cast import Cast

ORDER = ("-created_at", "pk")


def test_pages_cover_all_rows_once_and_lead_back(cast: Cast) -> None:
    rows = Container.objects.all()
    first = paginate(rows, order=ORDER, size=2)
    second = paginate(rows, order=ORDER, size=2, cursor=first.next)

    assert [*first.items, *second.items] == list(rows.order_by(*ORDER))
    assert (first.previous, second.next) == ("", "")
    assert paginate(rows, order=ORDER, size=2, cursor=second.previous).items == first.items


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
