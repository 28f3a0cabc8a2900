"""Notebooks as source: what was written and what came out as text or picture; their HTML and scripts are left out (T26). Pure."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any

MAX_CELLS, MAX_IMAGES, MAX_TEXT = 200, 40, 20_000
IMAGES = ("image/png", "image/jpeg")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Output:
    """A text, or the number of a picture."""

    text: str = ""
    image: int | None = None


@dataclass(frozen=True)
class Cell:
    """`kind` is code, markdown or raw; `number` is the count of its execution, if it ran."""

    kind: str
    source: str
    number: int | None = None
    outputs: list[Output] = field(default_factory=list)


@dataclass(frozen=True)
class Notebook:
    """Its cells, the pictures in base64 that their outputs number, and the language of its code."""

    cells: list[Cell]
    images: list[str]
    language: str
    is_cut: bool


def read_notebook(document: Any) -> Notebook | None:
    """The notebook in parsed JSON; None for anything else. What is odd in it is skipped, never shown as it is."""
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        return None
    images: list[str] = []
    written = document["cells"]
    cells = [_cell(cell, images) for cell in written[:MAX_CELLS] if isinstance(cell, dict)]
    return Notebook(cells, images, _language(document.get("metadata")), len(written) > MAX_CELLS)


def decode_image(text: str) -> bytes:
    """The bytes of a picture; empty where they are no base64."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _cell(cell: dict[str, Any], images: list[str]) -> Cell:
    kind, number, written = cell.get("cell_type"), cell.get("execution_count"), cell.get("outputs")
    outputs: list[Output] = []
    for output in written[:MAX_CELLS] if isinstance(written, list) else ():
        if isinstance(output, dict):
            outputs += _outputs(output, images)
    known = kind if kind in {"code", "markdown"} else "raw"
    return Cell(known, _text(cell.get("source")), number if isinstance(number, int) else None, outputs)


def _outputs(output: dict[str, Any], images: list[str]) -> list[Output]:
    if output.get("output_type") == "error":
        lines = output.get("traceback")
        return [Output(_text("\n".join(map(str, lines[:100]))))] if isinstance(lines, list) else []
    if "text" in output:
        return [Output(_text(output["text"]))]
    data = output.get("data")
    if not isinstance(data, dict):
        return []
    picture = next((_join(data[kind]) for kind in IMAGES if kind in data), "")
    if picture and len(images) < MAX_IMAGES:
        images.append(picture)
        return [Output(image=len(images) - 1)]
    return [Output(_text(data["text/plain"]))] if "text/plain" in data else []


def _join(value: Any) -> str:
    if isinstance(value, list):
        return "".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return ANSI.sub("", _join(value))[:MAX_TEXT]


def _language(metadata: Any) -> str:
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    return language if isinstance(language, str) and language.isalnum() and len(language) < 20 else "python"
