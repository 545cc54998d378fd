"""Values out of a form or a JSON body, and where to go next."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import request

from medcor.domain.texts import storable

_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def posted(name: str) -> str:
    """A posted value as text, from a form or a JSON object; empty when it is missing."""
    return storable(_posted(name))


def _posted(name: str) -> str:
    if not request.is_json:
        return request.form.get(name, "")
    value = json_object().get(name)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def json_object() -> dict[str, Any]:
    """The posted JSON object; anything else, thousands of nested brackets too, is an empty one."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        return {}
    return body if isinstance(body, dict) else {}


def posted_id(name: str) -> int | None:
    """A posted id, or None where it is missing or no whole number."""
    value = posted(name).strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None


def safe_path(target: str) -> str:
    """``target`` if it is a path of this site, else empty; foreign hosts hide behind // and \\."""
    if not target.startswith("/") or target.startswith("//") or _CONTROL.search(target):
        return ""
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else ""


def safe_next(default: str) -> str:
    """Where the form asked to go next, as long as it stays on this site."""
    return safe_path(request.values.get("next", "")) or default
