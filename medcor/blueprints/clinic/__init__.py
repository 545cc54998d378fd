"""The clinic's front: landing, health, patient home and the staff's Today page."""

from . import audit_log, public_page, reports, routes, setup, signup  # noqa: F401  (they add routes)
from .blueprint import blueprint

__all__ = ["blueprint"]
