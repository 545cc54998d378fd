"""Security headers: a strict content policy with a nonce, no sniffing, frames by consent only."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from flask import Flask, Response, g, request

from medcor.web.state import settings


def csp_nonce() -> str:
    """The nonce of this answer, for the few inline blocks that templates need."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def allow_framing(origins: Iterable[str]) -> None:
    """Let pages of these origins show this answer in a frame, beside this server's own.

    An origin must be one as ``cors.origin_of`` writes it: it goes into the policy as it stands.
    """
    g.frame_ancestors = ("'self'", *origins)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        if response.location and response.location.startswith(request.host_url):
            # A missing slash: the host in that address would be the caller's own word.
            response.location = "/" + response.location.removeprefix(request.host_url).lstrip("/")
        if response.mimetype == "text/html":
            headers.setdefault("Content-Security-Policy", _policy())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
        if settings().secure_cookies:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return response


def _policy() -> str:
    nonce = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    ancestors = " ".join(g.get("frame_ancestors", ("'self'",)))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {nonce}".strip(),
            f"style-src 'self' {nonce}".strip(),
            "img-src 'self' data:",
            "connect-src 'self'",
            f"frame-ancestors {ancestors}",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
        )
    )
