"""Periods of time as operators write them: `12h`, `7d`; pure."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import timedelta

PERIOD = re.compile(r"(\d{1,6})([smhd]?)\Z")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "": "days"}


def parse_period(text: str) -> timedelta:
    """`30m`, `12h`, `7d`, or a number of days. Raises ArgumentTypeError, whose message says how to write it."""
    match = PERIOD.match(text.strip())
    if match is None:
        raise ArgumentTypeError(f"{text!r} is no period: write 30m, 12h or 7d.")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
