"""Documents for paper and for keeping: facts in, a PDF out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from .typst_printer import TypstPrinter

__all__ = ["DocumentPrinter", "make_printer"]


class DocumentPrinter(Protocol):
    """Whoever turns facts into a PDF."""

    def print(self, layout: str, facts: Mapping[str, Any]) -> bytes:
        """The PDF of ``facts``, which are JSON values, in the layout of that name."""


def make_printer(layouts: Path) -> DocumentPrinter:
    """The printer that ships with the product; ``layouts`` is the folder of its layouts."""
    return TypstPrinter(layouts)
