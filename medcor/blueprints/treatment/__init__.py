"""Treatments: what the clinic offers, and who gives it."""

from . import routes  # noqa: F401  (it adds routes)
from .blueprint import blueprint

__all__ = ["blueprint"]
