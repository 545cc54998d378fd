"""Icons as inline SVG, read from the files that `npm run vendor` puts below the static folder."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup, escape

ICON_FOLDER = Path(__file__).parent.parent / "static" / "vendor" / "icons"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_FRAME = (
    '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none"'
    ' stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    ' focusable="false" {}>{}</svg>'
)


class UnknownIcon(LookupError):
    """Raised for an icon that is not among the vendored ones."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown icon {name!r} (icons come with `npm run vendor`)")


@cache
def icon_body(folder: Path, name: str) -> str:
    """Return the shapes of an icon, or raise UnknownIcon."""
    file = folder / f"{name}.svg"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise UnknownIcon(name)
    found = _BODY.search(file.read_text(encoding="utf-8"))
    if found is None:
        raise UnknownIcon(name)
    return re.sub(r"\s*\n\s*", "", found.group(1)).strip()


def icon(name: str, label: str | None = None, folder: Path = ICON_FOLDER) -> Markup:
    """Return an icon as SVG: an image with a name if it has a label, else hidden from readers."""
    # Lists draw the same few icons again and again; a lazy label is made a text of its language.
    return _drawn(name, str(label) if label else "", folder)


@lru_cache(maxsize=2048)
def _drawn(name: str, label: str, folder: Path) -> Markup:
    if label:
        attributes = Markup('role="img" aria-label="{}"').format(escape(label))
    else:
        attributes = Markup('aria-hidden="true"')
    # The files come from a pinned package, and _NAME keeps a name inside their folder.
    return Markup(_FRAME).format(attributes, Markup(icon_body(folder, name)))  # noqa: S704
