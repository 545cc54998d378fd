"""Take a picture of every page of every role: ``python -m tests.browser.screenshots``.

At 360 and 1440 px, in the light and the dark theme, on fresh demo data, with contact sheets. What
is too wide, lacks its one heading or complains on the console is printed, and fails the run.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from jinja2 import Template
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from medcor import create_app
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import User
from medcor.web.transaction import transaction
from tests.browser.conftest import CHROMIUM, FLAGS, demo_instance
from tests.conftest import test_settings
from tests.page_walk import PageUrl, session_cookie, walk
from tests.servers import SECRET, served

WIDTHS, SCHEMES = (360, 1440), ("light", "dark")
HEIGHTS = {360: 780, 1440: 900}
ROLES: dict[str, Role | None] = {"visitor": None, **{role.value: role for role in Role}}
# A contact sheet has so many rows of pages, each cut off below this height.
ROWS, THUMB_HEIGHT, THUMB_WIDTHS, GAP = 5, 460, {360: 210, 1440: 480}, 12
INDEX = Template(
    """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{{ title }}</title>
<style>
  body { font: 14px system-ui; margin: 24px; background: #ddd; color: #111; }
  section { margin: 0 0 32px; } h2 { font-size: 16px; margin: 0 0 8px; }
  div { display: flex; gap: 12px; align-items: flex-start; }
  a { max-height: 420px; overflow: hidden; border: 1px solid #999; }
  img { display: block; } .bad { color: #a00; }
</style>
<h1>{{ title }}</h1>
{% for shot in shots %}<section>
<h2>{{ shot.page.endpoint }} <small>{{ shot.page.url }}</small></h2>
{% for each in shot.complaints %}<p class="bad">{{ each }}</p>{% endfor %}
<div>{% for file, width in shot.files %}<a href="{{ file }}"><img src="{{ file }}" loading="lazy"
 width="{{ width }}" alt=""></a>{% endfor %}</div>
</section>
{% endfor %}""",
    autoescape=True,
)


@dataclass
class Shot:
    """The pictures of one page, and what is wrong with it."""

    page: PageUrl
    files: list[tuple[str, int]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def complain(self, text: str) -> None:
        if text not in self.complaints:
            self.complaints.append(text)


class Photographer:
    """Opens a role's pages in one browser context."""

    def __init__(self, browser: Browser, base: str, language: str, folder: Path) -> None:
        locale = {"en": "en-GB", "tr": "tr-TR"}[language]
        self.context = browser.new_context(locale=locale, reduced_motion="reduce")
        self.base, self.folder = base, folder
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.shot.complain(f"script: {error}"))
        self.page.on("console", self._heard)
        self.shot = Shot(PageUrl("", ""))
        # Pages that are gone leave no picture behind.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def _heard(self, line) -> None:
        if line.type == "error":
            self.shot.complain(f"console: {line.text} ({line.location.get('url', '')})")

    def take(self, number: int, wanted: PageUrl) -> Shot:
        """Open the page at each width and take it in each theme."""
        self.shot = shot = Shot(wanted)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.page.emulate_media(color_scheme=SCHEMES[0])
            self.page.goto(self.base + wanted.url)
            self.page.wait_for_load_state("networkidle")
            self._judge(width)
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                name = f"{number:03}-{wanted.endpoint.replace('.', '-')}-{width}-{scheme}.png"
                self.page.screenshot(path=self.folder / name, full_page=True, animations="disabled")
                shot.files.append((name, THUMB_WIDTHS[width]))
        return shot

    def _judge(self, width: int) -> None:
        wide = too_wide(self.page)
        if wide > 0:
            self.shot.complain(f"{wide} px too wide at {width}")
        headings = self.page.locator("h1").count()
        if headings != 1:
            self.shot.complain(f"{headings} first headings")


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def write_sheets(title: str, shots: list[Shot], folder: Path) -> None:
    """One page of all pictures for a browser, and pictures of some rows each."""
    (folder / "index.html").write_text(INDEX.render(title=title, shots=shots))
    for first in range(0, len(shots), ROWS):
        sheet = contact_sheet(shots[first : first + ROWS], folder)
        sheet.save(folder / f"sheet-{first // ROWS + 1:02}.png", optimize=True)


def contact_sheet(shots: list[Shot], folder: Path) -> Image.Image:
    row = THUMB_HEIGHT + 30
    wide = sum(width + GAP for _file, width in shots[0].files) + GAP
    sheet = Image.new("RGB", (wide, row * len(shots) + GAP), "#d8d8d8")
    pen = ImageDraw.Draw(sheet)
    for number, shot in enumerate(shots):
        left, top = GAP, number * row + GAP
        pen.text((left, top), f"{shot.page.endpoint}   {shot.page.url}", fill="#111", font_size=15)
        for name, width in shot.files:
            sheet.paste(thumb(folder / name, width), (left, top + 22))
            left += width + GAP
    return sheet


def thumb(file: Path, width: int) -> Image.Image:
    """The picture's top, scaled to a width."""
    with Image.open(file) as whole:
        high = min(whole.height, round(THUMB_HEIGHT * whole.width / width))
        scaled = round(width * high / whole.width)
        return whole.crop((0, 0, whole.width, high)).convert("RGB").resize((width, scaled))


def read_in(app: Flask, language: str) -> None:
    """Let everybody of the demo clinics read in the language."""
    with app.app_context():
        for clinic_id in (1, 2):
            with transaction(clinic_id) as session:
                session.execute(sa.update(User).values(language=language))
            db.session.remove()


def run(out: Path, language: str, roles: Iterable[str], only: str) -> int:
    """Take everything; prints what is wrong and returns how many pages have something."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        instance = demo_instance(Path(name))
        settings = test_settings(instance, secret_key=SECRET, medcor_env="development")
        app = create_app(settings)
        read_in(app, language)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with served(instance, MEDCOR_ENV="development") as server:
            for role in roles:
                found = walk(ROLES[role], app)
                wrong += len(found.complaints)
                for each in found.complaints:
                    print(f"{role}: {each}", flush=True)
                camera = Photographer(browser, server.url, language, out / language / role)
                if ROLES[role]:
                    cookie, value = session_cookie(app, ROLES[role])
                    camera.context.add_cookies(
                        [{"name": cookie, "value": value, "url": server.url}]
                    )
                pages = [each for each in found.pages if only in each.endpoint + each.url]
                shots = [camera.take(number, page) for number, page in enumerate(pages)]
                camera.context.close()
                write_sheets(f"Medcor, {role}, {language}", shots, out / language / role)
                wrong += report(role, shots)
        browser.close()
    return wrong


def report(role: str, shots: list[Shot]) -> int:
    bad = [shot for shot in shots if shot.complaints]
    print(f"{role}: {len(shots)} pages, {len(bad)} with complaints")
    for shot in bad:
        print(f"  {shot.page.url}: {'; '.join(shot.complaints)}", flush=True)
    return len(bad)


def main() -> int:
    """Read the command's options and take the pictures."""
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--language", choices=["en", "tr"], default="en")
    parser.add_argument("--role", choices=ROLES, action="append", help="only this one; repeatable")
    parser.add_argument("--only", default="", help="only pages whose endpoint or address has this")
    options = parser.parse_args()
    wrong = run(options.out, options.language, options.role or list(ROLES), options.only)
    print(f"see {options.out}/{options.language}/<role>/index.html")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
