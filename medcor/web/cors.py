"""Which web origins may use a clinic's widget, and the CORS answers that say so to a browser.

Only the chatbot's routes answer cross-origin calls. An origin is compared as a browser writes it:
scheme, host and port, in lower case, without the scheme's own port.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Response, request

from medcor.models import Clinic
from medcor.web.state import settings

_OWN_PORTS = {"http": 80, "https": 443}
# What a browser writes of a host. Origins go into headers, so nothing else may pass: no wildcard,
# no sign that would end a rule of a policy and begin another.
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")
_METHODS = "GET, POST, DELETE, OPTIONS"
_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Api-Key"
_EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
PREFLIGHT_SECONDS = "600"


def origin_of(address: str) -> str:
    """The origin of a web address, or an empty string for anything that has none (``null`` too)."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), _ascii_host(parts.hostname or "")
    if scheme not in _OWN_PORTS or not _HOST.fullmatch(host):
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port and port != _OWN_PORTS[scheme] else "")


def _ascii_host(host: str) -> str:
    """A host in lower case, its letters beyond ASCII as a browser sends them (punycode)."""
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def own_origin() -> str:
    """This server's origin as PUBLIC_URL gives it; the Host header is the caller's own word."""
    return origin_of(settings().public_url)


def is_own_origin() -> bool:
    """Say whether the call comes from a page of this server, or from no browser page at all."""
    origin = request.headers.get("Origin")
    return origin is None or (origin_of(origin) or "null") == own_origin()


def is_allowed(clinic: Clinic) -> bool:
    """Say whether the call's origin may use the widget; a call without one is no browser's."""
    if is_own_origin():
        return True
    origin = origin_of(request.headers["Origin"])
    return bool(origin) and origin in listed_origins(clinic)


def listed_origins(clinic: Clinic) -> list[str]:
    """The clinic's own list as browsers write its entries, each once."""
    known = dict.fromkeys(origin_of(each) for each in clinic.widget_origins)
    return [origin for origin in known if origin]


def is_widget(clinic: Clinic) -> bool:
    """Say whether a browser calls for a widget that may sit in another site's page.

    The widget's frame sends this server's own origin, so a clinic that lists origins has cross-site
    widgets whichever of its origins calls.
    """
    return "Origin" in request.headers and bool(clinic.widget_origins)


def add_headers(response: Response, clinic: Clinic | None) -> Response:
    """Let a listed origin read the answer; every answer varies by origin, a refusal too."""
    response.vary.add("Origin")
    if clinic is None or "Origin" not in request.headers or not is_allowed(clinic):
        return response
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
    headers["Access-Control-Allow-Credentials"] = "true"
    headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = _METHODS
        headers["Access-Control-Allow-Headers"] = _HEADERS
        headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response
