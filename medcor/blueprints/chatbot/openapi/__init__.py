"""The OpenAPI 3.1 document of the chatbot API, put together from one module per group of paths."""

from __future__ import annotations

from typing import Any

from . import catalogue, confirming, free_times, schemas, sessions, shared

VERSION = "1.1.0"
_DESCRIPTION = """\
What a clinic's widget calls: tokens, sign-in, treatments, doctors, free times, holds and bookings.

Checks run in this order: the clinic (404), the chatbot token (401), the patient's `X-Api-Key` if it
is needed (401), then the body or query. A row of another clinic is as unknown as none at all. Dates
are `YYYY-MM-DD`, times are `HH:MM`, both on the clinic's own calendar and clock. Bodies may be JSON
or a form. A token in a path is the same chatbot token that other calls carry as a Bearer token.
"""
_TAGS = (
    ("tokens", "The clinic's chatbot token, which names a widget and never a person."),
    ("sessions", "A patient registers, signs in, gets a new key and signs out."),
    ("catalogue", "What the clinic offers, who gives it, and when."),
    ("booking", "Hold a time, give it back, book it."),
    ("description", "This document."),
)


def document(public_url: str) -> dict[str, Any]:
    """The whole document for a server that is reached at ``public_url``."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Medcor chatbot API", "version": VERSION, "description": _DESCRIPTION},
        "servers": [{"url": public_url}],
        "tags": [{"name": name, "description": told} for name, told in _TAGS],
        "paths": sessions.PATHS | catalogue.PATHS | free_times.PATHS | confirming.PATHS,
        "components": {
            "securitySchemes": shared.SECURITY_SCHEMES,
            "parameters": shared.PARAMETERS,
            "headers": shared.HEADERS,
            "schemas": schemas.SCHEMAS,
            "responses": shared.RESPONSES,
        },
    }
