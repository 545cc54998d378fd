"""Routes of the clinic's front."""

from __future__ import annotations

from flask import Blueprint, jsonify

from medcor.web.access import public

blueprint = Blueprint("clinic", __name__)


@blueprint.get("/healthz")
@public("a probe has no account")
def healthz():
    """Answer 200 once the parts answer."""
    return jsonify(status="ok")
