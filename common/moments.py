"""Points in time as people write them in addresses: dates, ISO 8601 times in UTC, and how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from common.errors import InvalidInputError

AGO = re.compile(r"([0-9]{1,5})([hdwmy])\Z")
HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
DAY = 10  # how long a date is, `2026-11-18`
LONGEST = 40


def parse_moment(text: str, now: datetime, *, ends_day: bool = False) -> datetime:
    """The aware time that `text` means: `2026-11-18`, `2026-11-18T09:00`, with an offset or in UTC, or `12h`, `7d`, `2w` ago.

    A date is its beginning, or with `ends_day` its last instant. Raises InvalidInputError for anything else, for a time
    ahead of `now`, and for one before 2000.
    """
    moment = _read(text.strip()[: LONGEST + 1], now, ends_day=ends_day)
    if moment is None:
        raise InvalidInputError(
            _("This is no point in time: write a date such as 2026-11-18, a time such as 2026-11-18T09:00 (UTC), or 7d for "
              "a week ago.")
        )  # fmt: skip
    if moment < EARLIEST:
        raise InvalidInputError(_("Nothing here is older than the year 2000; choose a later date."))
    return min(moment, now) if ends_day else _past(moment, now)


def _past(moment: datetime, now: datetime) -> datetime:
    if moment > now:
        raise InvalidInputError(_("This time has not come yet; choose an earlier one."))
    return moment


def _read(text: str, now: datetime, *, ends_day: bool) -> datetime | None:
    ago = AGO.match(text)
    try:
        if ago:
            return now - timedelta(hours=int(ago[1]) * HOURS[ago[2]])
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        if ends_day and len(text) == DAY:
            found += timedelta(days=1, microseconds=-1)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def written(moment: datetime) -> str:
    """An aware time as addresses hold it, to the second: `2026-11-18T09:00:00Z`; one with parts of a second keeps them."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
