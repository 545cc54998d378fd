"""The account blueprint, which the modules beside it add their routes to."""

from __future__ import annotations

from flask import Blueprint, Response, request

blueprint = Blueprint("account", __name__)


@blueprint.after_request
def keep_tokens_out_of_referrers(response: Response) -> Response:
    """Send no address on from a page whose own address holds a token or a key."""
    if "token" in (request.view_args or {}) or "api_key" in request.args:
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
