"""The world of tests/access, to be attacked."""

from __future__ import annotations

from tests.access.conftest import asker, world

__all__ = ["asker", "world"]
