"""The whole product in processes of its own, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.servers import ROOT, SECRET, Served, served

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PASSWORD = "medcor-demo"
TALK = ROOT / "tests" / "data" / "speech" / "booking_talk.wav"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def demo_instance(folder: Path) -> Path:
    """A migrated database with the demo clinics, made by the product's own commands."""
    env = {
        **os.environ,
        "MEDCOR_ENV": "development",
        "MEDCOR_INSTANCE": str(folder),
        "SECRET_KEY": SECRET,
    }
    for command in (("db", "upgrade"), ("demo",)):
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *command],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
        )
    return folder


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory) -> Path:
    return demo_instance(tmp_path_factory.mktemp("demo"))


@pytest.fixture()
def instance(demo_template: Path, tmp_path: Path) -> Path:
    """A fresh copy of the demo database for one test."""
    folder = tmp_path / "instance"
    shutil.copytree(demo_template, folder)
    return folder


@pytest.fixture(scope="module")
def module_instance(demo_template: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("module") / "instance"
    shutil.copytree(demo_template, folder)
    return folder


@pytest.fixture(scope="module")
def product(module_instance: Path) -> Iterator[Served]:
    """One server for the pages of a module, on the demo data."""
    with served(module_instance, MEDCOR_ENV="development") as made:
        yield made


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield made
    made.close()


@pytest.fixture()
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages whose console errors and failed requests fail the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(width: int = 1440, height: int = 900, scheme: str = "light", **options) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="en-GB",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
        page.on(
            "console",
            lambda line: (
                complaints.append(f"console: {line.text}")
                if line.type == "error" and "status of 4" not in line.text
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints


def sign_in(page: Page, base: str, who: str, clinic: int = 1) -> None:
    """Sign in as admin, doctor or patient of a demo clinic, through the form."""
    domain = {1: "demo.medcor.test", 2: "second.medcor.test"}[clinic]
    path = f"/patient/login/?clinic={clinic}" if who == "patient" else "/login/"
    page.goto(base + path)
    page.get_by_label("Email").fill(f"{who}@{domain}")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/{'patient/' if who == 'patient' else 'today/'}")


@pytest.fixture()
def microphone_page(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[], Page]]:
    """A browser whose microphone plays the talk once; a page in it."""
    contexts: list[BrowserContext] = []

    def make() -> Page:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=CHROMIUM,
            viewport={"width": 1440, "height": 900},
            args=[
                *FLAGS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={TALK}%noloop",
            ],
        )
        contexts.append(context)
        context.grant_permissions(["microphone"])
        return context.pages[0]

    yield make
    for context in contexts:
        context.close()


def rows(folder: Path, statement: str, *values: object) -> list[tuple]:
    connection = sqlite3.connect(f"file:{folder / 'medcor.db'}?mode=ro", uri=True)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def journal(folder: Path) -> list[tuple[str, str]]:
    """What was said and answered since the demo data was made, oldest first."""
    return rows(
        folder,
        "SELECT message_type, content FROM conversation_messages"
        " WHERE session_id NOT LIKE 'demo-%' ORDER BY created_at, id",
    )
