"""Language and clock of what is shown: English and Turkish, times in the clinic's zone."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

from babel import dates, numbers
from flask import Flask, g, has_request_context, request
from flask import session as cookie
from flask_babel import get_locale
from flask_login import current_user

from medcor.extensions import babel

LANGUAGES = {"en": "English", "tr": "Türkçe"}


def choose_language() -> str:
    """The visitor's choice, else their account's, else the browser's, else English."""
    if not has_request_context():
        return g.get("language", "en") if g else "en"
    chosen = cookie.get("language")
    if chosen in LANGUAGES:
        return chosen
    if current_user and current_user.is_authenticated and current_user.language in LANGUAGES:
        return current_user.language
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    babel.init_app(app, locale_selector=choose_language)
    app.jinja_env.filters.update(
        day=format_day, short_day=format_short_day, clock=format_clock, money=format_money
    )


def format_day(value: date) -> str:
    """A day in full, as ``Tuesday, 24 November 2026`` or ``24 Kasım 2026 Salı``."""
    return _written(value, _in_language("EEEE, d MMMM y", "d MMMM y EEEE"), str(get_locale()))


def format_short_day(value: date) -> str:
    """A day for narrow places, as ``Tue 24 Nov`` or ``24 Kas Sal``."""
    return _written(value, _in_language("EEE d MMM", "d MMM EEE"), str(get_locale()))


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, locale: str) -> str:
    # Lists show the same days again and again, and Babel takes its time for each.
    return dates.format_date(value, pattern, locale=locale)


def _in_language(english: str, turkish: str) -> str:
    return turkish if str(get_locale()) == "tr" else english


def format_clock(value: time | datetime) -> str:
    """A time of day on the 24-hour clock, as ``09:30``."""
    return value.strftime("%H:%M")


def format_span(start: time, end: time) -> str:
    """A span of times that no line break tears apart, as ``09:30–10:00``."""
    return f"{format_clock(start)}–\N{WORD JOINER}{format_clock(end)}"


def format_money(minor: int, currency: str) -> str:
    """Minor units of a currency in the reader's way of writing money."""
    return numbers.format_currency(minor / 100, currency, locale=get_locale())
