"""Days as URLs and bodies write them."""

from __future__ import annotations

import re
from datetime import date

from medcor.domain import errors

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_day(text: object) -> date:
    """Read ``YYYY-MM-DD`` and nothing looser; InvalidDate otherwise."""
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        raise errors.InvalidDate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise errors.InvalidDate() from None
