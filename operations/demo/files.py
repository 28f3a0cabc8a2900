"""Small real files: pictures, tables, JSON and binary weights, each as bytes."""

from __future__ import annotations

import csv
import io
import json
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from operations.demo.training import HEIGHT, HOURS, WIDTH, Model, Sample

INK, PAPER, SOFT, RIGHT, WRONG = "#14332f", "#ffffff", "#5f6f6c", "#0b7a6f", "#c2412d"
Table = tuple[Sequence[str], Sequence[Sequence[Any]]]


def as_json(value: Any) -> bytes:
    """Indented JSON."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def as_csv(table: Table) -> bytes:
    """Columns and rows, as a spreadsheet reads them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table[0])
    writer.writerows(table[1])
    return text.getvalue().encode()


def as_table(table: Table) -> bytes:
    """Columns and rows in the form in which the SDK stores a logged table."""
    columns, rows = table
    return json.dumps({"columns": columns, "data": rows, "ncols": len(columns), "nrows": len(rows)}).encode()


def as_floats(model: Model) -> bytes:
    """The weights, row by row, as 32-bit floats."""
    return array("f", (weight for row in model.weights for weight in row)).tobytes()


def as_int8(model: Model, scale: float) -> bytes:
    """The weights, row by row, as multiples of `scale`."""
    return array("b", (round(weight / scale) for row in model.weights for weight in row)).tobytes()


def sample_table(samples: Iterable[Sample], labels: Sequence[str]) -> Table:
    """Samples with their features in columns."""
    rows = [[labels[sample.label], int(sample.hard), *sample.features] for sample in samples]
    return ["label", "hard", *(f"x{index:02}" for index in range(len(rows[0]) - 2))], rows


def confusion(matrix: Sequence[Sequence[int]], labels: Sequence[str]) -> bytes:
    """A confusion matrix as PNG: true class downwards, predicted class across."""
    cell, margin = (44, 64) if len(labels) > 4 else (140, 90)
    side = margin + cell * len(labels) + 16
    image, draw = _canvas(side, side)
    draw.text((margin, 12), "predicted", fill=SOFT, font=_font(14))
    draw.text((10, margin - 22), "true", fill=SOFT, font=_font(14))
    for row, counts in enumerate(matrix):
        y = margin + row * cell
        draw.text((margin - 10, y + cell / 2), labels[row], fill=INK, font=_font(16), anchor="rm")
        draw.text((margin + row * cell + cell / 2, margin - 10), labels[row], fill=INK, font=_font(16), anchor="ms")
        for column, count in enumerate(counts):
            x, share = margin + column * cell, count / (sum(counts) or 1)
            draw.rectangle(
                (x, y, x + cell - 2, y + cell - 2), fill=_mix("#eef3f2", RIGHT if row == column else WRONG, share)
            )
            ink = PAPER if share > 0.5 else INK
            if count:
                draw.text((x + cell / 2, y + cell / 2), str(count), fill=ink, font=_font(15), anchor="mm")
    return _png(image)


def contact_sheet(pictures: Sequence[tuple[Sample, str, bool]], columns: int = 8) -> bytes:
    """Samples in a grid as PNG, each with its caption, which is red when it is not `right`."""
    width, height = 84, 124
    rows = -(-len(pictures) // columns)
    image, draw = _canvas(columns * width + 12, rows * height + 12)
    for index, (sample, caption, right) in enumerate(pictures):
        x, y = 12 + index % columns * width, 12 + index // columns * height
        shown = _digit(sample) if len(sample.features) == WIDTH * HEIGHT else _day(sample)
        image.paste(shown.resize((72, 93), Image.Resampling.NEAREST), (x, y))
        draw.text((x + 36, y + 98), caption, fill=SOFT if right else WRONG, font=_font(14), anchor="ma")
    return _png(image)


def shot(sample: Sample) -> bytes:
    """One sample as PNG."""
    drawn = _digit(sample) if len(sample.features) == WIDTH * HEIGHT else _day(sample)
    return _png(drawn.resize((84, 108), Image.Resampling.NEAREST))


def weights(model: Model, labels: Sequence[str]) -> bytes:
    """What a digit model looks for in each class as PNG: green for, red against."""
    image, draw = _canvas(12 + 96 * 5, 12 + 142 * 2)
    top = max(abs(weight) for row in model.weights for weight in row) or 1.0
    for index, row in enumerate(model.weights):
        x, y = 12 + index % 5 * 96, 12 + index // 5 * 142
        tile = Image.new("RGB", (WIDTH, HEIGHT))
        tile.putdata(
            [_rgb(_mix("#f4f7f6", RIGHT if weight > 0 else WRONG, min(abs(weight) / top, 1))) for weight in row[:-1]]
        )
        image.paste(tile.resize((84, 108), Image.Resampling.NEAREST), (x, y))
        draw.text((x + 42, y + 112), labels[index], fill=INK, font=_font(16), anchor="ma")
    return _png(image)


def _digit(sample: Sample) -> Image.Image:
    tile = Image.new("L", (WIDTH, HEIGHT))
    tile.putdata([255 - round(value * 215) for value in sample.features])
    return tile


def _day(sample: Sample) -> Image.Image:
    tile = Image.new("L", (HOURS, 31), 240)
    for hour, flow in enumerate(sample.features):
        for y in range(round(flow * 30) + 1):
            tile.putpixel((hour, 30 - y), 90)
    return tile


def _canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), PAPER)
    return image, ImageDraw.Draw(image)


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _mix(low: str, high: str, share: float) -> str:
    parts = zip(_rgb(low), _rgb(high), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()
