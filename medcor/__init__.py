"""Medcor: a multi-tenant clinic platform with an assistant that books by voice.

Importing the package imports nothing else: the async mode is patched before any library is, and
the speech server's process needs none of the application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Make one application from checked settings; ``medcor.runtime.patch`` must have run."""
    from medcor.assembly import assemble

    return assemble(settings)
