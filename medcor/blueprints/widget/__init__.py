"""The widget that a clinic puts on its own site: loader, frame page, and the admin's page of it."""

from flask import Blueprint

blueprint = Blueprint("widget", __name__)

from . import embed, sites  # noqa: E402  (they hang their routes on it)

__all__ = ["blueprint", "embed", "sites"]
