"""The world that the tests of access ask about."""

from __future__ import annotations

import logging

import pytest

from tests.access.asking import Asker
from tests.access.world import World, build
from tests.recalling import recalled


@pytest.fixture
def world(db: None) -> World:
    return recalled(build)


@pytest.fixture
def asker(world: World, caplog: pytest.LogCaptureFixture) -> Asker:
    """Without a line in the log for each of thousands of refusals."""
    caplog.set_level(logging.CRITICAL, logger="django.request")
    return Asker(world)
