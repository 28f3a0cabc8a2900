"""Servers keep house by turns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connections

from operations import housekeeping
from operations.periods import parse_period


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_one_takes_the_turn() -> None:
    cache.clear()

    def take(_: int) -> bool:
        try:
            return housekeeping.take_turn()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(take, range(12))) == 1
    cache.clear()


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("7", 604_800)]
)
def test_periods_are_written_with_a_unit_and_days_without(text: str, seconds: int) -> None:
    assert parse_period(text).total_seconds() == seconds
