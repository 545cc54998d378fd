"""The clinic's front: landing, health, patient home and the staff's Today page."""

from .routes import blueprint

__all__ = ["blueprint"]
