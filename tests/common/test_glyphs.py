"""The drawings of registries."""

from common.glyphs import glyph


def test_a_name_has_one_drawing_however_it_is_typed() -> None:
    assert glyph("Café") == glyph("cafe\N{COMBINING ACUTE ACCENT}") == glyph("CAFÉ")


def test_names_have_different_drawings_in_all_colours() -> None:
    drawings = [glyph(f"registry {n}") for n in range(200)]
    assert len({str(one) for one in drawings}) == 200
    assert {one.colour for one in drawings} == set(range(1, 9))


def test_one_shape_always_stands_out() -> None:
    assert all("s" in [tone for tone, _ in glyph(f"registry {n}").shapes] for n in range(200))
