"""Media that a run logged: pictures, tables, HTML, sound and film, by key and step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.addresses import address
from common.formatting import MISSING
from common.sheets.choosing import text_of
from common.sheets.reading import read_table
from common.sheets.sheet import Cell, Kind, Media
from projects import values
from projects.models import Run, RunFile
from projects.services import history
from projects.streams import parse_row, step_of
from storage.models import Blob
from storage.stores import store

IMAGE, IMAGES, TABLE, INCREMENT, HTML, AUDIO, VIDEO = (
    "image-file",
    "images/separated",
    "table-file",
    "incremental-table-file",
    "html-file",
    "audio-file",
    "video-file",
)
SHOWN = {IMAGE, IMAGES, TABLE, INCREMENT, HTML, AUDIO, VIDEO}
MAX_KEYS = 48
MAX_STEPS = 2_000
MAX_IMAGES = 48
MAX_CAPTION = 200
TABLE_BYTES = 2**20  # of which the first rows are shown here; a page of its own looks through all
MAX_CELL = 500
FIRST_ROWS, MORE_ROWS = 10, 50


@dataclass(frozen=True)
class Picture:
    """A picture among the run's files."""

    path: str
    caption: str


@dataclass(frozen=True)
class Grid:
    """The first rows of a table: cells are texts, each with the address of its picture, if it is one; `numeric` are columns
    from 1. `total` is None where the table is too large to be counted here; all of it is at `url`.
    """

    columns: Sequence[str]
    rows: list[list[tuple[str, str]]]
    numeric: set[int]
    total: int | None
    url: str


@dataclass(frozen=True)
class Source:
    """Where a table is read: its bytes, its own page, and what gives the small picture of a file that a cell names."""

    blob: Blob
    url: str
    thumbnail: Callable[[str], str]


FindSources = Callable[[Run, Sequence[str]], Mapping[str, Source]]


@dataclass(frozen=True)
class Item:
    """What a key held at or before the step that is looked at; `path` is the file of everything but pictures, `held` what
    the SDK calls the same table in a version, where its pictures are.
    """

    key: str
    kind: str
    step: int
    path: str = ""
    held: str = ""
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
        kind = TABLE if kind == INCREMENT else kind
        return Item(key, kind, step, path=_text(value.get("path")), held=_text(value.get("artifact_path")))
    paths = value.get("filenames") if kind == IMAGES else [value.get("path")]
    captions = value.get("captions") if kind == IMAGES else [value.get("caption")]
    texts = captions if isinstance(captions, list) else []
    pictures = [
        Picture(_text(path), _text(texts[index])[:MAX_CAPTION] if index < len(texts) else "")
        for index, path in enumerate(paths if isinstance(paths, list) else [])
    ]
    return Item(key, IMAGE, step, pictures=[picture for picture in pictures if picture.path][:MAX_IMAGES])


def _text(value: Any) -> str:
    return values.text(value) if isinstance(value, str) else ""  # the database is asked for it


def blobs_of(run: Run, paths: Sequence[str]) -> dict[str, Blob]:
    """The bytes of those of the run's files that have arrived: one query."""
    files = RunFile.objects.filter(run=run, name__in=paths, upload__blob__isnull=False).select_related("upload__blob")
    return {file.name: file.upload.blob for file in files if file.upload.blob is not None}


def own_source(run: Run, path: str, blob: Blob) -> Source:
    """A table among the files of the run, whose pictures lie there, too."""
    names = (run.project.namespace.name, run.project.name, run.name)
    return Source(
        blob,
        address("projects:run_table", *names, path),
        lambda picture: f"{address('projects:run_thumbnail', *names, picture)}?small=1",
    )


def grid(source: Source, rows: int) -> Grid | None:
    """The first `rows` rows of a table, of which no more than 1 MiB is read. None for what is no table."""
    with store().open(source.blob.sha256) as file:
        sheet = read_table(file, TABLE_BYTES)
    if sheet is None:
        return None
    shown = [[_cell(cell, source) for cell in row] for row in sheet.rows[:rows]]
    numeric = {number for number, kind in enumerate(sheet.kinds, 1) if kind == Kind.NUMBER}
    return Grid(sheet.columns, shown, numeric, None if sheet.is_cut else len(sheet.rows), source.url)


def _cell(cell: Cell, source: Source) -> tuple[str, str]:
    """(text, address of its picture, or nothing)."""
    if isinstance(cell, Media) and cell.kind == "image":
        return (cell.caption or cell.path)[:MAX_CELL], source.thumbnail(cell.path)
    text = MISSING if cell is None else text_of(cell)
    return (text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"), ""
