"""Logs without the secrets that stand in addresses."""

from __future__ import annotations

import logging
import re

from common.bodies import CutBodyError

SECRET = re.compile(r"(/(?:accounts/password/reset|invitations|storage)/)[^\s\"]+")


class HideSecrets(logging.Filter):
    """Shortens the addresses that open something to whoever has them (T45); Django logs those that it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Logging's hook; every record passes."""
        text = record.getMessage()
        hidden = SECRET.sub(r"\1…", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True


class CutBodiesInOneLine(logging.Filter):
    """A client that went away is no error of ours, and needs no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Logging's hook; every record passes."""
        if record.exc_info and isinstance(record.exc_info[1], CutBodyError):
            record.exc_info = None
        return True
