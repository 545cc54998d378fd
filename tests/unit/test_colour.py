import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcor.domain import colour

COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(colour.to_hex)


def ratio(one: str, other: str | colour.RGB) -> float:
    second = colour.parse(other) if isinstance(other, str) else other
    return colour.contrast(colour.parse(one), second)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#0b655d", "#0b655d", 1.0)],
)
def test_contrast_is_wcags(one, other, expected):
    assert ratio(one, other) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("value", ["", "#fff", "0b655d", "#0b655g", "#0b655d;", "#0b655d\n", "red"])
def test_only_six_hex_digits_are_a_colour(value):
    assert not colour.is_colour(value)
    with pytest.raises(ValueError, match="not a colour"):
        colour.palette(value)


@given(COLOURS)
def test_any_accent_is_readable_in_both_themes(accent):
    palette = colour.palette(accent)
    for variants, theme in ((palette.light, colour.LIGHT), (palette.dark, colour.DARK)):
        assert ratio(variants.fill, variants.on_fill) >= 4.5
        assert ratio(variants.hover, variants.on_fill) >= 4.5
        for ground in (theme.surface, theme.sunken, colour.parse(variants.soft)):
            assert ratio(variants.text, ground) >= 4.5
            assert ratio(variants.edge, ground) >= 3


@given(COLOURS)
def test_ink_stays_readable_on_the_soft_variant(accent):
    palette = colour.palette(accent)
    assert ratio(palette.light.soft, "#172220") >= 4.5
    assert ratio(palette.dark.soft, "#e8eeec") >= 4.5


def test_an_accent_that_reads_well_is_kept():
    light = colour.palette(colour.DEFAULT_ACCENT).light
    assert light.fill == light.text == light.edge == colour.DEFAULT_ACCENT
    assert light.on_fill == "#ffffff"


def test_a_pale_accent_keeps_its_fill_and_gets_dark_words():
    light = colour.palette("#ffe27a").light
    assert light.fill == "#ffe27a"
    assert light.on_fill == "#000000"
    assert light.text != "#ffe27a"
