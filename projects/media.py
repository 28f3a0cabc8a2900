"""Media that a run logged: pictures, tables, HTML, sound and film, by key and step."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from common.formatting import numeric_columns
from projects import values
from projects.models import Run, RunFile
from projects.services import history
from projects.streams import parse_row, step_of
from storage.models import Blob
from storage.stores import store

IMAGE, IMAGES, TABLE, HTML, AUDIO, VIDEO = (
    "image-file",
    "images/separated",
    "table-file",
    "html-file",
    "audio-file",
    "video-file",
)
SHOWN = {IMAGE, IMAGES, TABLE, HTML, AUDIO, VIDEO}
MAX_KEYS = 48
MAX_STEPS = 2_000
MAX_IMAGES = 48
MAX_CAPTION = 200
TABLE_BYTES = 16 * 2**20
MAX_CELL = 500
MAX_COLUMNS = 50
FIRST_ROWS = 10
PAGE_ROWS = 50


@dataclass(frozen=True)
class Picture:
    """A picture among the run's files."""

    path: str
    caption: str


@dataclass(frozen=True)
class Grid:
    """A page of a table: cells are texts, or the path of a picture; `order` is how it is sorted, such as `-2`."""

    columns: list[str]
    rows: list[list[tuple[str, str]]]
    total: int
    first: int = 0
    is_cut: bool = False

    @cached_property
    def numeric(self) -> set[int]:
        """The columns, from 1, that hold numbers alone in the rows shown."""
        return numeric_columns([[text or path for text, path in row] for row in self.rows])


@dataclass(frozen=True)
class Item:
    """What a key held at or before the step that is looked at; `path` is the file of everything but pictures."""

    key: str
    kind: str
    step: int
    path: str = ""
    pictures: list[Picture] = field(default_factory=list)
    grid: Grid | None = None
    is_here: bool = True


Logged = dict[str, list[tuple[int, dict[str, Any]]]]


def media_keys(run: Run) -> list[str]:
    """The keys under which the history has media, by name."""
    return sorted(key for key, kinds in run.history_keys.items() if SHOWN.intersection(kinds))[:MAX_KEYS]


def logged(run: Run, keys: Sequence[str]) -> Logged:
    """{key: [(step, value), …]} of media, the last 2,000 of each: one pass over the history, in which only lines that have
    some are parsed.
    """
    found: Logged = defaultdict(list)
    wanted = set(keys)
    for _, line in history.numbered_lines(run, "history") if wanted else ():
        if '"_type"' not in line:
            continue
        row = parse_row(line)
        step = step_of(row)
        for key, value in values.flatten(row):
            if key in wanted and step is not None and isinstance(value, dict) and value.get("_type") in SHOWN:
                found[key].append((step, value))
                del found[key][:-MAX_STEPS]
    return found


def steps_of(found: Logged) -> list[int]:
    """Every step at which there is something, in order."""
    return sorted({step for each in found.values() for step, _ in each})


def at_step(found: Logged, step: int) -> list[Item]:
    """What each key held at `step`, or last before it."""
    items = []
    for key in sorted(found):
        before = [pair for pair in found[key] if pair[0] <= step]
        if before:
            items.append(_item(key, *before[-1]))
    return items


def _item(key: str, step: int, value: Mapping[str, Any]) -> Item:
    kind = str(value["_type"])
    if kind not in {IMAGE, IMAGES}:
        return Item(key, kind, step, path=_text(value.get("path")))
    paths = value.get("filenames") if kind == IMAGES else [value.get("path")]
    captions = value.get("captions") if kind == IMAGES else [value.get("caption")]
    texts = captions if isinstance(captions, list) else []
    pictures = [
        Picture(_text(path), _text(texts[index])[:MAX_CAPTION] if index < len(texts) else "")
        for index, path in enumerate(paths if isinstance(paths, list) else [])
    ]
    return Item(key, IMAGE, step, pictures=[picture for picture in pictures if picture.path][:MAX_IMAGES])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def blobs_of(run: Run, paths: Sequence[str]) -> dict[str, Blob]:
    """The bytes of those of the run's files that have arrived: one query."""
    files = RunFile.objects.filter(run=run, name__in=paths, upload__blob__isnull=False).select_related("upload__blob")
    return {file.name: file.upload.blob for file in files if file.upload.blob is not None}


def grid(blob: Blob, *, sort: str = "", first: int = 0, rows: int = FIRST_ROWS) -> Grid | None:
    """`rows` rows of a table from `first` on, sorted by a column's number (`-2` downwards, numbers first, missing last).

    None for what is no table, or is larger than 16 MiB.
    """
    if blob.size > TABLE_BYTES:
        return None
    with store().open(blob.sha256) as file:
        try:
            found = values.loads(file.read())
        except ValueError:
            return None
    columns, data = (found.get("columns"), found.get("data")) if isinstance(found, dict) else (None, None)
    if not isinstance(columns, list) or not isinstance(data, list):
        return None
    lines = [row if isinstance(row, list) else [row] for row in data]
    lines = _sorted(lines, sort)
    shown = [[_cell(value) for value in row[:MAX_COLUMNS]] for row in lines[first : first + rows]]
    heads = [str(column) for column in columns[:MAX_COLUMNS]]
    return Grid(heads, shown, len(lines), first, len(columns) > MAX_COLUMNS)


def _sorted(lines: list[list[Any]], sort: str) -> list[list[Any]]:
    digits = sort.removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 3:
        return lines
    column = int(digits)

    def value(row: list[Any]) -> Any:
        return row[column] if column < len(row) else None

    numbers = [row for row in lines if values.number(value(row)) is not None]
    texts = [row for row in lines if isinstance(value(row), str)]
    rest = [row for row in lines if values.number(value(row)) is None and not isinstance(value(row), str)]
    down = sort.startswith("-")
    numbers.sort(key=lambda row: float(value(row)), reverse=down)
    texts.sort(key=lambda row: str(value(row)).casefold(), reverse=down)
    return [*numbers, *texts, *rest]


def _cell(value: Any) -> tuple[str, str]:
    """(text, path of a picture): one of them is empty."""
    if isinstance(value, dict) and value.get("_type") == IMAGE and isinstance(value.get("path"), str):
        return "", value["path"]
    text = value if isinstance(value, str) else "–" if value is None else json.dumps(value, ensure_ascii=False)
    return (text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"), ""
