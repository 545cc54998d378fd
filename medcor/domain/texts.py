"""What every database can hold of a text."""

from __future__ import annotations

import re

# PostgreSQL's texts hold no zero byte, and no database half of a surrogate pair, which JSON allows.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """``text`` without the characters that a database refuses."""
    return _UNSTORABLE.sub("", text)
