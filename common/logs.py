"""Logs without the secrets that stand in addresses."""

from __future__ import annotations

import logging
import re

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
