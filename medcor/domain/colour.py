"""Readable variants of a clinic's accent colour for the light and the dark theme.

Contrast is WCAG 2.2's: relative luminance of sRGB, (lighter + 0.05) / (darker + 0.05).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RGB = tuple[int, int, int]

TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0
DEFAULT_ACCENT = "#0b655d"

WHITE: RGB = (255, 255, 255)
BLACK: RGB = (0, 0, 0)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STEPS = 50


@dataclass(frozen=True)
class Theme:
    """The grounds an accent has to be read on, and the tint of its soft variant (0 to 1)."""

    surface: RGB
    sunken: RGB
    ink: RGB
    soft_share: float


# The same grounds as --surface, --sunken and --ink in static/css/tokens.css.
LIGHT = Theme(surface=(255, 255, 255), sunken=(241, 239, 233), ink=BLACK, soft_share=0.09)
DARK = Theme(surface=(22, 31, 30), sunken=(11, 17, 16), ink=WHITE, soft_share=0.16)


@dataclass(frozen=True)
class Accent:
    """One theme's variants of an accent, each as #rrggbb."""

    fill: str
    on_fill: str
    hover: str
    text: str
    soft: str
    edge: str


@dataclass(frozen=True)
class Palette:
    """The variants of an accent for both themes."""

    light: Accent
    dark: Accent


def is_colour(value: str) -> bool:
    """Tell whether a text is a colour as #rrggbb."""
    return _HEX.fullmatch(value) is not None


def parse(value: str) -> RGB:
    """Read #rrggbb; raise ValueError on anything else."""
    if not is_colour(value):
        raise ValueError(f"not a colour as #rrggbb: {value!r}")
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def to_hex(colour: RGB) -> str:
    """Write a colour as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(colour: RGB) -> float:
    """Return the relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (_linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: RGB, other: RGB) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: RGB, other: RGB, share: float) -> RGB:
    """Blend `share` (0 to 1) of the second colour into the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def readable_on(grounds: tuple[RGB, ...], colour: RGB, towards: RGB, ratio: float) -> RGB:
    """Move a colour towards another until it has the contrast on every ground."""
    for step in range(_STEPS + 1):
        candidate = mix(colour, towards, step / _STEPS)
        if all(contrast(candidate, ground) >= ratio for ground in grounds):
            return candidate
    return towards


def ink_on(ground: RGB) -> RGB:
    """Choose white or black text for a ground; white wins where it is readable."""
    return WHITE if contrast(WHITE, ground) >= TEXT_CONTRAST else BLACK


def _accent(colour: RGB, theme: Theme) -> Accent:
    on_fill = ink_on(colour)
    soft = mix(theme.surface, colour, theme.soft_share)
    grounds = (theme.surface, theme.sunken, soft)
    return Accent(
        fill=to_hex(colour),
        on_fill=to_hex(on_fill),
        hover=to_hex(mix(colour, BLACK if on_fill == WHITE else WHITE, 0.14)),
        text=to_hex(readable_on(grounds, colour, theme.ink, TEXT_CONTRAST)),
        soft=to_hex(soft),
        edge=to_hex(readable_on(grounds, colour, theme.ink, EDGE_CONTRAST)),
    )


def _lit(colour: RGB) -> RGB:
    """Lift a dark accent so that its fill stands out from the dark theme's grounds."""
    return readable_on((DARK.surface,), colour, WHITE, TEXT_CONTRAST)


def palette(accent: str) -> Palette:
    """Return the readable variants of #rrggbb for both themes."""
    colour = parse(accent)
    return Palette(light=_accent(colour, LIGHT), dark=_accent(_lit(colour), DARK))
