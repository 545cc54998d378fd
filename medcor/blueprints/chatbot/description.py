"""The OpenAPI 3.1 document of these endpoints, for whoever wants to call them."""

from __future__ import annotations

import json
from functools import lru_cache

from flask import Response, request

from medcor.web.access import public
from medcor.web.state import settings

from . import blueprint
from .openapi import document

KEPT_SECONDS = 300


@blueprint.get("/openapi.json")
@public("it describes a public API and holds nothing of any clinic")
def openapi_document():
    """Serve the description of the API; it is the same for everybody and may be kept a while.

    Every origin may read it, since tools that show or try an API run on pages of their own.
    """
    answer = Response(_text(settings().public_url), mimetype="application/json")
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    return answer.make_conditional(request)


@lru_cache(maxsize=4)
def _text(public_url: str) -> str:
    return json.dumps(document(public_url), ensure_ascii=False)
