"""Production: it starts, it refuses what is wrong, and it tells strangers and the log nothing."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import SettingError, load_settings
from tests.app_servers import QUIET, AppServer
from tests.factories import PASSWORD
from tests.servers import ROOT, SECRET, Instance, made_instance, served
from tests.voice.client import Page, Refused

PUBLIC = "https://clinic.example"
LINK = "1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde"
KEY = "eyJhbGciOiJIUzI1NiJ9.eyJ0eXAiOiJhcGkifQ.c2lnbmF0dXJl"


@pytest.fixture(scope="module")
def instance(tmp_path_factory) -> Instance:
    return made_instance(tmp_path_factory.mktemp("production"))


@pytest.fixture(scope="module")
def server(instance: Instance) -> Iterator[AppServer]:
    settings = {**QUIET, "MEDCOR_ENV": "production", "PUBLIC_URL": PUBLIC}
    with served(instance.folder, **settings) as made:
        yield AppServer(made)


def test_every_page_keeps_browsers_safe(server):
    for path in ("/", "/login/", "/nothing-here/", "/patient/login/?clinic=1"):
        headers = server.call("GET", path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy, path
        assert "unsafe" not in policy and "object-src 'none'" in policy, path
        assert headers["strict-transport-security"] == "max-age=31536000", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["cache-control"] == "no-store", path
        for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert flag in headers["set-cookie"], (path, flag)


def test_the_refresh_cookie_is_secure_too(server, instance):
    token = server.call("POST", "/generate-chatbot-token/1/").json["data_token"]
    body = {"email": instance.world.one.patient.email, "password": PASSWORD}
    answer = server.call("POST", f"/chatbot/login/1/{token}/", body)
    assert answer.status == 200
    for flag in ("Secure", "HttpOnly", "Path=/chatbot/token/"):
        assert flag in answer.headers["set-cookie"]


def test_no_mail_is_readable(server):
    for path in ("/dev/mail/", "/dev/mail/x/", "/dev/mail/x/html/", "/dev/mail/..%2fsecret_key/"):
        assert server.call("GET", path).status == 404, path


@pytest.mark.parametrize(
    "path",
    ["/static/../config.py", "/static/%2e%2e/%2e%2e/config.py", "/static/..%2f..%2fconfig.py"],
)
def test_no_file_outside_the_static_folder_is_served(server, path):
    assert server.call("GET", path).status == 404


def test_demo_data_is_refused(instance):
    made = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo"],
        cwd=ROOT,
        env={
            "MEDCOR_ENV": "production",
            "MEDCOR_INSTANCE": str(instance.folder),
            "PUBLIC_URL": PUBLIC,
            "SECRET_KEY": SECRET,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 1
    assert "demo data is not for production" in made.stderr


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "http://clinic.example", f"{PUBLIC}.evil.test"]
)
def test_no_other_site_opens_a_socket(server, origin):
    with pytest.raises(Refused):
        Page(server.url, Origin=origin)


@pytest.mark.parametrize("key", ["", "x", KEY, {"$ne": 1}, [1], "x" * 50_000])
def test_no_socket_opens_without_a_key_that_holds(server, key):
    with pytest.raises(Refused, match="auth"):
        Page(server.url, key or None, Origin=PUBLIC)


def test_the_log_tells_no_secret_and_takes_no_line_from_strangers(server):
    server.call("GET", f"/home/?api_key={KEY}")
    server.call("GET", f"/nothing/?api_key={KEY}")
    server.call("GET", f"/password-resets/{LINK}")
    server.call("PUT", f"/email-verifications/{LINK}/")
    server.call("GET", f"/verify-token/1/{KEY}/")
    server.call("GET", "/socket.io/?EIO=4&transport=polling&sid=x%0aforged%20line")
    server.call("POST", "/chatbot/login/1/x/", {"email": "a@b.test", "password": "typed-secret"})
    too_many = "".join(f"X-{number}: y\r\n" for number in range(200))
    with socket.create_connection(("127.0.0.1", server.port), 5) as raw:
        raw.sendall(f"GET /home/?api_key={KEY} HTTP/1.1\r\n{too_many}\r\n".encode())
        raw.recv(1000)
    text = server.log.read_text()
    assert KEY not in text and LINK not in text and "typed-secret" not in text
    assert "a request could not be read" in text
    lines = text.splitlines()
    assert all(json.loads(line) for line in lines if line.strip())
    assert not [line for line in lines if line.startswith("forged")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", ""),
        ("secret_key", "short"),
        ("public_url", ""),
        ("public_url", "ftp://clinic.example"),
        ("public_url", "http://clinic.example"),
        ("public_url", "http:/clinic.example"),
        ("public_url", "https://clinic.example/below?x=1#y"),
        ("public_url", "https://user:password@clinic.example"),
        ("public_url", "https://clinic.example:99999"),
        ("public_url", 'https://clinic.example"><script>'),
        ("medcor_env", "prod"),
        ("port", "0"),
        ("trusted_proxies", "yes"),
        ("database_url", "mysql://x"),
        ("smtp_url", "http://x"),
        ("mongodb_uri", "mongodb://"),
        ("deepgram_ws_url", "ws:x"),
        ("socketio_async_mode", "gevent"),
        ("limit_sign_ins_per_account", "lots"),
        ("limit_email_lookups", "5"),
        ("limit_mails_per_account", "-1 per minute"),
        ("medcor_instance", "/proc/not/here"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(tmp_path, name, value):
    right = {
        "_env_file": None,
        "medcor_env": "production",
        "medcor_instance": tmp_path,
        "secret_key": SECRET,
        "public_url": PUBLIC,
    }
    assert load_settings(**right).public_url == PUBLIC
    with pytest.raises(SettingError) as stopped:
        load_settings(**{**right, name: value})
    sentence = str(stopped.value)
    assert re.fullmatch(r"Medcor can't start: [^\n]+\.", sentence), sentence
    assert name.upper() in sentence


def test_the_public_address_is_kept_as_browsers_write_it(tmp_path):
    made = load_settings(
        _env_file=None,
        medcor_instance=tmp_path / "made",
        secret_key=SECRET,
        public_url="https://Clinic.Example:443/",
    )
    assert made.public_url == PUBLIC
    assert Path(made.medcor_instance).stat().st_mode & 0o077 == 0
