"""The treatment blueprint, which the modules beside it add their routes to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("treatment", __name__)
