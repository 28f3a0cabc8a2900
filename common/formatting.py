"""How numbers, sizes, times and people's names are written on pages."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

from django.utils.translation import gettext, ngettext

MISSING = "–"
MINUS = "\N{MINUS SIGN}"
UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
AVATAR_COLOURS = 8
MAX_DECIMALS = 6
MAX_DIGITS = 9  # of the largest value, where a small one asks for decimals
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\Z|[-+]?(nan|inf)\Z", re.ASCII | re.IGNORECASE)


def filesize(count: int | None) -> str:
    """Write a number of bytes in binary units: `312 B`, `84.0 KiB`, `212 KiB`, `1.1 GiB`; missing is an en dash."""
    if count is None:
        return MISSING
    if count < 1024:
        return f"{count} B"
    value, unit = float(count), 0
    while round(value, 1) >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if round(value, 1) >= 100 else f"{value:.1f} {UNITS[unit]}"


def size_change(count: int) -> str:
    """Write how many bytes more or less, always with a sign: `+0.3 MiB`, `−2.7 MiB`."""
    return f"{MINUS if count < 0 else '+'}{filesize(abs(count))}"


def relative_time(moment: datetime, now: datetime) -> str:
    """Write how long ago an aware time was, or how long until it comes, in the reader's language."""
    ahead = moment > now
    past = abs(now - moment)
    if past < timedelta(minutes=1):
        return gettext("in a moment") if ahead else gettext("just now")
    if not ahead and timedelta(days=1) <= past < timedelta(days=2):
        return gettext("yesterday")
    amount = duration(past)
    return gettext("in %(amount)s") % {"amount": amount} if ahead else gettext("%(amount)s ago") % {"amount": amount}


def duration(span: timedelta) -> str:
    """Write a span of at least a minute in its largest whole unit, in the reader's language: `15 minutes`."""
    minutes, days = int(span.total_seconds() // 60), span.days
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if days < 1:
        return ngettext("%(count)d hour", "%(count)d hours", minutes // 60) % {"count": minutes // 60}
    if days < 14:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if days < 60:
        return ngettext("%(count)d week", "%(count)d weeks", days // 7) % {"count": days // 7}
    if days < 730:
        return ngettext("%(count)d month", "%(count)d months", days // 30) % {"count": days // 30}
    return ngettext("%(count)d year", "%(count)d years", days // 365) % {"count": days // 365}


def exact_time(moment: datetime) -> str:
    """Write an aware time to the second in UTC: `2026-11-23 02:14:08 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def column_format(values: Iterable[float | None], differences: Iterable[float | None] = ()) -> str:
    """Choose one format spec for a column of metrics, so that its decimals line up.

    Three significant digits of the largest value, and more (up to six decimals) as long as two different values would
    read the same, the smallest would read as zero, or one of the `differences` that stand beside them would have less than
    two digits. Whole numbers have no decimals; very small and very large columns are written with an exponent.
    """
    present = {value for value in values if value is not None and math.isfinite(value)}
    largest = max(map(abs, present), default=0.0)
    if largest and not 1e-3 <= largest < 1e9:
        return ".2e"
    if all(value == int(value) for value in present):
        return ",.0f"
    decimals = max(0, 2 - math.floor(math.log10(largest)))
    while decimals < MAX_DECIMALS and len({f"{value:.{decimals}f}" for value in present}) < len(present):
        decimals += 1
    smallest = min(abs(value) for value in present if value)
    room = MAX_DIGITS - 1 - math.floor(math.log10(largest))
    decimals = max(decimals, min(MAX_DECIMALS, room, -math.floor(math.log10(smallest))))
    for difference in differences:
        if difference and math.isfinite(difference):
            decimals = max(decimals, min(MAX_DECIMALS, 1 - math.floor(math.log10(abs(difference)))))
    return f",.{decimals}f"


def metric(value: float | None, spec: str | None = None) -> str:
    """Write a metric by its column's format spec, with a real minus sign; missing is an en dash."""
    if value is None:
        return MISSING
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else (MINUS if value < 0 else "") + "∞"
    return format(value, spec or column_format([value])).replace("-", MINUS)


def difference(value: float, spec: str) -> str:
    """Write a difference by its column's format spec, always with its sign."""
    written = metric(value, spec)
    return written if written.startswith(MINUS) else f"+{written}"


def python_text(text: str) -> str:
    """Write a text as Python does, in double quotes: whatever is in a name, code that holds it means the name alone."""
    return json.dumps(text, ensure_ascii=False)


def short_digest(digest: str) -> str:
    """The first eight characters of a digest, enough to tell versions apart by eye."""
    return digest[:8]


def initials(name: str) -> str:
    """Up to two letters for a person's or organization's avatar: `Adam Okafor` is AO, `ci-release` is CI."""
    words = name.split()
    letters = words[0][0] + words[-1][0] if len(words) > 1 else name.strip()[:2]
    return letters.upper()


def colour_index(name: str) -> int:
    """One of the eight avatar colours, the same for a name everywhere."""
    return crc32(name.encode()) % AVATAR_COLOURS + 1


def spark_points(values: Sequence[float | None], width: int = 72, height: int = 20) -> list[tuple[float, float]]:
    """Place the known values of a series in a box of the given pixels, two pixels from its edges, in order."""
    known = [(index, value) for index, value in enumerate(values) if value is not None and math.isfinite(value)]
    if not known:
        return []
    low, high = min(value for _, value in known), max(value for _, value in known)
    step = (width - 4) / max(1, len(values) - 1)
    scale = (height - 4) / (high - low) if high > low else 0.0
    middle = height / 2
    return [
        (
            round(2 + index * step, 1),
            round(height - 2 - (value - low) * scale, 1) if scale else middle,
        )
        for index, value in known
    ]


def numeric_columns(rows: Iterable[Sequence[str]]) -> set[int]:
    """The columns, from 1, that hold numbers alone, or nothing in some rows; they are written at the right."""
    cells = [(number, cell) for row in rows for number, cell in enumerate(row, 1) if cell]
    return {number for number, _ in cells} - {number for number, cell in cells if not NUMBER.match(cell)}
