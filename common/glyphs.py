"""A drawing for every registry, made from its name alone: four quadrants, each with a shape in one of three tones."""

import unicodedata
from hashlib import sha256
from typing import NamedTuple

CORNERS = ((0, 0), (20, 0), (0, 20), (20, 20))
TONES = ("p", "q", "s")
COLOURS = 8


class Glyph(NamedTuple):
    """A colour from 1 to 8 and SVG path data by tone (`p` pale, `q` half, `s` solid) in a box of 40 by 40."""

    colour: int
    shapes: list[tuple[str, str]]


def glyph(name: str) -> Glyph:
    """Draw a name; names that are compared as equal (NFC, case) look alike."""
    seed = sha256(b"shelf:" + unicodedata.normalize("NFC", name).casefold().encode()).digest()
    tones = [TONES[byte % len(TONES)] for byte in seed[:4]]
    tones[seed[4] % 4] = "s"  # one shape always stands out
    drawn = [_shape(seed[5 + i], x, y) for i, (x, y) in enumerate(CORNERS)]
    return Glyph(seed[9] % COLOURS + 1, list(zip(tones, drawn, strict=True)))


def _shape(choice: int, x: int, y: int) -> str:
    """Path data of one shape in the quadrant whose upper left corner is given."""
    right, low = x + 20, y + 20
    shapes = (
        f"M{x} {y + 10}a10 10 0 1 1 20 0a10 10 0 1 1-20 0z",  # disc
        f"M{x} {y}h20a20 20 0 0 1-20 20z",  # quarter discs
        f"M{right} {y}v20a20 20 0 0 1-20-20z",
        f"M{right} {low}h-20a20 20 0 0 1 20-20z",
        f"M{x} {low}v-20a20 20 0 0 1 20 20z",
        f"M{x} {low}L{right} {y}v20z",  # triangles
        f"M{x} {y}L{right} {low}h-20z",
        f"M{x} {y}h20v10h-20z",  # bars
        f"M{x} {y}h10v20h-10z",
    )
    return shapes[choice % len(shapes)]
