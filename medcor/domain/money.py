"""Amounts of money as people type them, kept as whole hundredths of the currency."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.numbers import NumberFormatError, format_decimal, parse_decimal

MAX_MINOR = 999_999_999
# One separator and one or two digits after it: a decimal, in whichever language.
_PLAIN = re.compile(r"(\d+)[.,](\d{1,2})")
_DIGITS = re.compile(r"\d[\d.,'’\s]*")


def parse_minor(text: str, locale: Locale | str) -> int | None:
    """Read an amount as hundredths; None for what is no amount, or not certain.

    ``1.000`` is a thousand in Turkish and refused in English, where it would be one with three
    decimals: a price must never be a thousand times what somebody meant.
    """
    plain = _PLAIN.fullmatch(text)
    if plain:
        amount = Decimal(f"{plain[1]}.{plain[2]}")
    elif _DIGITS.fullmatch(text):
        try:
            amount = parse_decimal(text, locale=locale, strict=True)
        except (NumberFormatError, InvalidOperation):
            return None
    else:
        return None
    if -amount.as_tuple().exponent > 2:
        return None
    minor = int(amount * 100)
    return minor if 0 <= minor <= MAX_MINOR else None


def typed_amount(minor: int, locale: Locale | str) -> str:
    """Write hundredths as a person would type them, two decimals and no grouping."""
    return format_decimal(Decimal(minor) / 100, format="0.00", locale=locale)
