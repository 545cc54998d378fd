"""What the templates of the design need from the application: one call in `create_app`."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from typing import Any

from flask import Flask, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from medcor.domain import colour
from medcor.web.icons import icon

THEMES = ("light", "dark")


def chosen_theme() -> str | None:
    """Return the theme that the visitor chose, None while the system's choice applies."""
    theme = request.cookies.get("theme")
    return theme if theme in THEMES else None


def assistant_open() -> bool:
    """Tell whether the docked assistant is open: it is until the visitor closes it."""
    return request.cookies.get("assistant") != "closed"


def page_language() -> str:
    """Return the page's language as an HTML language tag."""
    return str(get_locale() or "en").replace("_", "-")


def url_with(**changes: Any) -> str:
    """Return the current URL with some query values changed; None drops one."""
    values = request.args.to_dict(flat=False) | (request.view_args or {}) | changes
    kept = {name: value for name, value in values.items() if value is not None}
    return url_for(str(request.endpoint), **kept)


@cache
def accent_rules(accent: str) -> Markup:
    """Return the CSS custom properties of an accent; an invalid one gives none."""
    if not colour.is_colour(accent):
        return Markup("")
    rules = [
        f"--brand-{name.replace('_', '-')}-{theme}:{value}"
        for theme, variants in asdict(colour.palette(accent)).items()
        for name, value in variants.items()
    ]
    # Every value was written by colour.to_hex, so nothing of the input reaches the style sheet.
    return Markup(":root{" + ";".join(rules) + "}")  # noqa: S704


def initials(name: str) -> str:
    """Return the initials of the first and the last word of a name."""
    words = [word for word in name.split() if word[0].isalnum() and not word.endswith(".")] or ["?"]
    return "".join(word[0].upper() for word in dict.fromkeys((words[0], words[-1])))


def register(app: Flask) -> None:
    """Give the templates their globals and filters."""
    app.jinja_env.globals.update(
        icon=icon,
        chosen_theme=chosen_theme,
        assistant_open=assistant_open,
        page_language=page_language,
        url_with=url_with,
        accent_rules=accent_rules,
    )
    app.jinja_env.filters["initials"] = initials
