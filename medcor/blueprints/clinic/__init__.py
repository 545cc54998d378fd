"""The clinic's front: landing, health, patient home and the staff's Today page."""

from . import (  # noqa: F401  (they add routes)
    assistant_measures,
    audit_log,
    handovers,
    public_page,
    reports,
    routes,
    setup,
    signup,
    webhook_deliveries,
    webhooks,
)
from .blueprint import blueprint

__all__ = ["blueprint"]
