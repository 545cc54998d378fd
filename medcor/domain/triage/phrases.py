"""Build patterns over words that stand near each other, in either order."""

from __future__ import annotations


def any_of(*words: str) -> str:
    return f"({'|'.join(words)})"


def near(one: str, other: str, gap: int) -> str:
    """Match a word of ``one`` and a word of ``other`` with at most ``gap`` words between them."""
    between = rf" (\w+ ){{0,{gap}}}"
    return rf"\b({one})\b{between}({other})\b|\b({other})\b{between}({one})\b"
