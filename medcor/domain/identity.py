"""What makes an address or an id the same one."""

from __future__ import annotations

import unicodedata

MAX_ID = 2**31 - 1


def email_key(email: str) -> str:
    """Normalise an address for comparison; in Python, because SQLite's lower() knows ASCII only."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def is_known_id(value: object) -> bool:
    """Say whether ``value`` can be a row's id at all; larger ones would overflow the column."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID
