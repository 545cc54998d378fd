"""Values out of a form or a JSON body, and where to go next."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import request

_CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def posted(name: str) -> str:
    """A posted value as text, from a form or a JSON object; empty when it is missing."""
    if request.is_json:
        body = request.get_json(silent=True)
        value = body.get(name) if isinstance(body, dict) else None
        return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return request.form.get(name, "")


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
