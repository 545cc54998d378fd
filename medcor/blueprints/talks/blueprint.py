"""The blueprint of one's own talks, which the modules beside it add their routes to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("talks", __name__, url_prefix="/talks")
