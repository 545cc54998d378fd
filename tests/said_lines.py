"""Tables of what people say, one sentence a line, as the tests of red flags write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")


def sentences(lines: str) -> list[str]:
    """The sentences of a table, each with single spaces."""
    return [" ".join(line.split()) for line in lines.strip().splitlines()]


def labelled(tables: Mapping[Key, str]) -> list[tuple[str, Key]]:
    """Each sentence of each table with the table's name."""
    return [(said, key) for key, lines in tables.items() for said in sentences(lines)]
