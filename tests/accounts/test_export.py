"""The list of members as CSV: complete, for admins alone, and harmless in a spreadsheet (T47)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from access.models import User
from access.services import people
from tests.cast import Cast

ADDRESS = "/orgs/Acme/members.csv"


def test_an_admin_exports_the_members(cast: Cast, signed_in: Callable[[User], Client]) -> None:
    answer = signed_in(cast.olga).get(ADDRESS)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Disposition"] == 'attachment; filename="members.csv"'
    assert [row["username"] for row in rows] == ["adam", "mia", "olga", "rita", "vera"]
    assert (rows[1]["email"], rows[1]["role"], rows[1]["teams"]) == ("mia@example.org", "member", "vision")


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_cell_is_a_formula(cast: Cast, signed_in: Callable[[User], Client], evil: str) -> None:
    people.edit_user(actor=cast.mia, user=cast.mia, full_name=evil)
    text = signed_in(cast.olga).get(ADDRESS).content.decode("utf-8-sig")
    (row,) = (row for row in csv.DictReader(io.StringIO(text)) if row["username"] == "mia")
    assert row["name"] == f"'{evil}"
