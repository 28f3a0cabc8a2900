"""Every root field of the contract: what it answers, and what it leaves in the database."""

from __future__ import annotations

from typing import Any

import pytest

from sdk_api.schema import schema
from tests.cast import Cast
from tests.sdk_api import cases_collections, cases_people, cases_projects, cases_reading, cases_versions
from tests.sdk_api.cases import CASES
from tests.sdk_api.conftest import Ask, World

TYPES: dict[str, Any] = dict(schema.type_map)
FIELDS = [*TYPES["Query"].fields, *TYPES["Mutation"].fields]
MODULES = (
    cases_reading,
    cases_people,
    cases_projects,
    cases_versions,
    cases_collections,
)  # importing them fills CASES


@pytest.mark.parametrize("name", FIELDS)
def test_a_root_field_answers_and_stores(name: str, ask: Ask, cast: Cast, world: World) -> None:
    CASES[name](ask, cast, world)


def test_every_case_is_of_a_root_field() -> None:
    assert CASES.keys() == set(FIELDS)
    assert {case.__module__ for case in CASES.values()} == {module.__name__ for module in MODULES}
