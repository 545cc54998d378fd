"""What a clinic's own site loads: the loader, its configuration bound to origins, the frame."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from medcor.models import Clinic
from medcor.web.cors import origin_of
from medcor.web.transaction import transaction
from tests.page_helpers import sign_in_staff

LISTED, OTHER = "https://www.clinic.test", "https://evil.test"


def list_sites(clinic_id: int, *sites: str, **values: object) -> None:
    with transaction(clinic_id) as session:
        clinic = session.get_one(Clinic, clinic_id)
        clinic.widget_origins = list(sites)
        for name, value in values.items():
            setattr(clinic, name, value)


def ancestors(answer) -> list[str]:
    found = re.search(r"frame-ancestors ([^;]*)", answer.headers["Content-Security-Policy"])
    return found.group(1).split()


def frame_config(answer) -> dict:
    return json.loads(re.search(r'id="widget-config">(.*?)</script>', answer.text, re.S).group(1))


# The loader


def test_the_loader_is_small_and_kept_for_minutes_only(client):
    answer = client.get("/widget.js")
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert len(gzip.compress(answer.data)) < 8_000


def test_the_loader_is_not_sent_twice(client):
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# The configuration


def config_of(client, clinic_id: int, origin: str | None = None, query: str = ""):
    headers = {"Origin": origin} if origin else {}
    return client.get(f"/widget/{clinic_id}/config.json{query}", headers=headers)


def test_a_listed_site_reads_what_the_launcher_looks_like(world, client):
    list_sites(world.one.id, LISTED, accent="#aa2255")
    answer = config_of(client, world.one.id, LISTED)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert "Origin" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    body = answer.json
    assert body["name"] == "Clinic one.test" and body["language"] == "en"
    assert body["accent"]["light"]["fill"] == "#aa2255"
    assert body["frame"] == f"/widget/{world.one.id}/?language=en"
    assert set(body["words"]) == {"label", "region", "close", "loading", "failed", "elsewhere"}


@pytest.mark.parametrize(
    "origin", [OTHER, "http://www.clinic.test", "https://clinic.test", "null", f"{LISTED}:8443"]
)
def test_any_other_site_gets_nothing(world, client, origin):
    list_sites(world.one.id, LISTED)
    answer = config_of(client, world.one.id, origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "accent" not in answer.json and "Origin" in answer.headers["Vary"]


def test_the_sites_of_one_clinic_are_not_those_of_another(world, client):
    list_sites(world.one.id, LISTED)
    assert config_of(client, world.two.id, LISTED).status_code == 403


def test_an_empty_list_lets_this_servers_own_pages_in(world, client):
    assert config_of(client, world.one.id).status_code == 200
    assert config_of(client, world.one.id, "http://127.0.0.1:5000").status_code == 200
    assert config_of(client, world.one.id, LISTED).status_code == 403


def test_the_language_is_the_sites_else_the_clinics(world, client):
    list_sites(world.one.id, LISTED, language="tr")
    assert config_of(client, world.one.id).json["words"]["label"] == "Randevu al"
    english = config_of(client, world.one.id, query="?language=en-GB").json
    assert english["words"]["label"] == "Book an appointment" and english["language"] == "en"
    assert config_of(client, world.one.id, query="?language=xx").json["language"] == "tr"


@pytest.mark.parametrize("number", [999, 0, 2**40, 2**70])
def test_an_unknown_clinic_has_no_widget(world, client, number):
    config, frame = config_of(client, number, LISTED), client.get(f"/widget/{number}/")
    assert config.status_code == frame.status_code == 404
    assert config.is_json and "Set-Cookie" not in config.headers


def test_a_clinic_that_nobody_has_confirmed_has_no_widget(world, client):
    list_sites(world.one.id, LISTED, is_verified=False)
    assert config_of(client, world.one.id, LISTED).status_code == 404
    assert client.get(f"/widget/{world.one.id}/").status_code == 404


# The frame


def test_the_frame_may_be_shown_by_the_listed_sites_only(world, client):
    assert ancestors(client.get(f"/widget/{world.one.id}/")) == ["'self'"]
    list_sites(world.one.id, f"{LISTED}/", "http://localhost:8080", LISTED)
    shown = ancestors(client.get(f"/widget/{world.one.id}/"))
    assert shown == ["'self'", LISTED, "http://localhost:8080"]
    assert ancestors(client.get(f"/widget/{world.two.id}/")) == ["'self'"]


@pytest.mark.parametrize("path", ["/", "/login/", "/patient/login/?clinic=1", "/nothing-here/"])
def test_no_other_page_may_be_framed(world, client, path):
    list_sites(world.one.id, LISTED)
    assert client.get(f"/widget/{world.one.id}/").status_code == 200
    assert ancestors(client.get(path)) == ["'self'"]


@pytest.mark.parametrize(
    "site",
    [
        "https://a.test;script-src *",
        "https://a.test script-src *",
        "https://*.test",
        "https://a.test,https://b.test",
        "*",
        "'unsafe-inline'",
    ],
)
def test_what_stands_in_the_list_never_changes_the_policy(world, client, site):
    list_sites(world.one.id, site)
    answer = client.get(f"/widget/{world.one.id}/")
    assert ancestors(answer) == ["'self'"]
    assert answer.headers["Content-Security-Policy"].count("script-src") == 1


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://münih.example", "https://xn--mnih-0ra.example"),
        ("https://ŞIK.example/a", "https://xn--ik-eta.example"),
        ("https://a_b.example", "https://a_b.example"),
        ("https://a..example", ""),
        ("https://*.example", ""),
        ("https://a.test;x", ""),
        ("https://a b.test", ""),
        ("https://" + "ü" * 70 + ".example", ""),
    ],
)
def test_a_host_is_written_as_a_browser_sends_it(address, origin):
    assert origin_of(address) == origin


def test_the_frame_sets_no_cookie_and_allows_its_own_microphone(world, client):
    answer = client.get(f"/widget/{world.one.id}/")
    assert "Set-Cookie" not in answer.headers
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]
    assert "csrf" not in answer.text


def test_the_frame_knows_nobody_whoever_is_signed_in(app, world):
    client = app.test_client()
    sign_in_staff(client, world.two.admin)
    answer = client.get(f"/widget/{world.one.id}/")
    assert world.two.admin.email not in answer.text
    assert frame_config(answer)["clinic"]["id"] == world.one.id


def test_the_frame_is_told_its_clinic_language_and_hosts(world, client):
    list_sites(world.one.id, LISTED, currency="TRY", accent="#aa2255")
    answer = client.get(f"/widget/{world.one.id}/?language=tr&theme=dark")
    config = frame_config(answer)
    assert (
        '<html lang="tr" data-theme="dark"' in answer.text and "--brand-fill-light" in answer.text
    )
    assert config["hosts"] == ["http://127.0.0.1:5000", LISTED]
    assert config["clinic"]["currency"] == "TRY" and config["clinic"]["today"] == "2026-03-04"
    plain = client.get(f"/widget/{world.one.id}/?theme=%22%3E%3Cscript%3E").text
    assert "data-theme" not in plain and plain.count("<script") == answer.text.count("<script")
