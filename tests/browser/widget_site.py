"""A clinic's own web site for tests: another origin that carries the widget's one line."""

from __future__ import annotations

import contextlib
import http.server
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.conftest import PASSWORD

# A frame of another origin is a process more, and the machine may be busy.
expect.set_options(timeout=15_000)

# The site's own rules would spoil the launcher if they reached it, and its policy allows no more
# than the documentation asks for.
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Old Town Dental</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/site.css"><script src="/site.js"></script>
</head><body><main><h1>Old Town Dental</h1><p>Welcome.</p><a href="#hours">Opening hours</a></main>
<script async src="{src}" {attributes}></script></body></html>"""
STYLE = """html{font-size:62.5%}body{margin:0;font:1.6rem Georgia,serif;background:#fff;color:#222}
main{padding:2rem}a{color:#0645ad}section,div,button,dialog,h2,iframe{display:none!important}
*{letter-spacing:.1em!important}"""
SCRIPT = """window.told = []; window.messages = []; window.shift = 0;
window.before = Object.getOwnPropertyNames(window);
for (const name of ["ready", "opened", "closed", "booked"])
  document.addEventListener("medcor:" + name, ({type, detail}) => told.push([type, detail]));
addEventListener("message", ({data, origin}) => messages.push([data.type, data.detail, origin]));
new PerformanceObserver((list) => list.getEntries().forEach((each) => (shift += each.value)))
  .observe({type: "layout-shift", buffered: true});"""


@dataclass
class Site:
    """A served web site; ``origin`` is another site than the server's, not just another port."""

    origin: str

    def page(self, **attributes: object) -> str:
        """The address of a page whose script tag has these ``data-`` attributes."""
        query = "&".join(f"{name}={value}" for name, value in {"clinic": 1, **attributes}.items())
        return f"{self.origin}/?{query}"


def _handler(server: str) -> type[http.server.BaseHTTPRequestHandler]:
    policy = f"default-src 'self'; script-src 'self' {server}; connect-src {server}"

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            named = {"/site.css": ("text/css", STYLE), "/site.js": ("text/javascript", SCRIPT)}
            kind, body = named.get(parts.path, ("text/html", self.page(parts.query)))
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            # A frame of anything may be tried on this site; what may not be shown refuses itself.
            self.send_header("Content-Security-Policy", f"{policy}; frame-src *")
            self.end_headers()
            self.wfile.write(body.encode())

        def page(self, query: str) -> str:
            pairs = [f'data-{name}="{escape(value)}"' for name, value in parse_qsl(query)]
            return PAGE.format(src=f"{server}/widget.js", attributes=" ".join(pairs))

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextlib.contextmanager
def served_site(server: str) -> Iterator[Site]:
    """Serve a site that carries the widget of ``server``."""
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://localhost:{made.server_port}")
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def allow(folder: Path, *origins: str) -> None:
    """Put origins on the demo clinic's list."""
    with contextlib.closing(sqlite3.connect(folder / "medcor.db", timeout=20)) as connection:
        connection.execute(
            "UPDATE clinics SET widget_origins = ? WHERE id = 1", (json.dumps(origins),)
        )
        connection.commit()


def launcher(page: Page) -> Locator:
    return page.locator("medcor-widget .launcher")


def panel(page: Page) -> Locator:
    return page.locator("medcor-widget .panel")


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("medcor-widget iframe.frame")


def open_panel(page: Page, url: str) -> FrameLocator:
    """Open the widget on a page and wait for its first question."""
    page.goto(url)
    launcher(page).click()
    frame(page).get_by_role("button", name="Dental Cleaning").wait_for()
    return frame(page)


def choose_time(inside: FrameLocator, at: int = 0, doctor: str = "Any doctor") -> None:
    """Choose a cleaning, a doctor and one of the first free times."""
    inside.get_by_role("button", name="Dental Cleaning").click()
    inside.get_by_role("button", name=doctor).click()
    inside.locator(".days .time").nth(at).click()


def fill_sign_in(inside: FrameLocator | Locator, password: str = PASSWORD) -> None:
    inside.get_by_label("Email").fill("patient@demo.medcor.test")
    inside.get_by_label("Password", exact=True).fill(password)
    inside.get_by_role("button", name="Sign in", exact=True).click()


_FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  if (node?.tagName === "IFRAME") return null;
  return node?.getAttribute("aria-label") || node?.innerText || "";
}"""


def focused_text(page: Page) -> str:
    """The name of whatever has the focus, in the page or in the widget's frame."""
    text = page.evaluate(_FOCUSED)
    if text is None:
        inner = next((each for each in page.frames if "/widget/" in each.url), None)
        text = inner.evaluate(_FOCUSED) if inner else ""
    return " ".join(text.split())


def tab_to(page: Page, fits: Callable[[str], bool], most: int = 60) -> str:
    """Press Tab until what has the focus fits; fails if the keyboard never gets there."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(focused_text(page))
        if fits(seen[-1]):
            return seen[-1]
    raise AssertionError(f"the keyboard did not get there: {seen}")
