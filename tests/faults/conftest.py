"""The world of the tables that say what may be delivered."""

from __future__ import annotations

from tests.access.conftest import asker, world

__all__ = ["asker", "world"]
