"""The admin's page of the widget: the line, the sites that may show it, how it books."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from medcor.models import AuditEvent
from medcor.services.widget_sites import MAX_SITES
from tests.clinic_helpers import bearer, clinic_of, fresh
from tests.html_page import read_page
from tests.integration.test_widget_embed import LISTED, list_sites
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff, text_of

PAGE, ADD, REMOVE = "/clinic/widget/", "/clinic/widget/sites/", "/clinic/widget/sites/removal/"


@pytest.fixture()
def admin(app, world):
    client = app.test_client()
    sign_in_staff(client, world.one.admin)
    return client


def send(client, path: str, **fields: object):
    return client.post(path, data={"csrf_token": csrf_token(client, PAGE), **fields})


def sites(world) -> list[str]:
    return clinic_of(world.one.id).widget_origins


def acts(world) -> list[tuple[str, object]]:
    wanted = sa.select(AuditEvent.action, AuditEvent.details).order_by(AuditEvent.id)
    found = fresh(world.one.id).execute(wanted)
    return [tuple(each) for each in found if each.action == "clinic.edited"]


def test_the_page_shows_the_line_for_this_clinic(world, admin):
    text = admin.get(PAGE).text
    line = f'<script async src="http://127.0.0.1:5000/widget.js" data-clinic="{world.one.id}">'
    assert line.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in text
    assert "No web site may show the widget yet" in text
    assert read_page(text).heading == "Your web site"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.clinic.example/contact?x=1", "https://www.clinic.example"),
        (" HTTPS://WWW.clinic.example:443 ", "https://www.clinic.example"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("https://münih.example", "https://xn--mnih-0ra.example"),
    ],
)
def test_a_site_is_kept_as_browsers_name_it(world, admin, typed, kept):
    assert send(admin, ADD, origin=typed).status_code == 302
    assert sites(world) == [kept]
    assert kept in admin.get(PAGE).text
    (act,) = acts(world)
    assert act[1]["fields"] == ["widget_origins"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter the address of your web site."),
        ("www.clinic.example", "is no web address"),
        ("javascript:alert(1)", "is no web address"),
        ("null", "is no web address"),
        ("*", "is no web address"),
        ("https://*.clinic.example", "is no web address"),
        ("https://a.example;script-src *", "is no web address"),
        ("ftp://a.example", "is no web address"),
        ("https://" + "a" * 300 + ".example", "Use at most 200 characters."),
        ("http://www.clinic.example", "Give the https address"),
        ("http://localhost.clinic.example", "Give the https address"),
    ],
)
def test_what_is_no_usable_site_is_refused_with_what_to_do(world, admin, typed, told):
    answer = send(admin, ADD, origin=typed)
    assert answer.status_code == 400 and told in text_of(answer)
    assert "There is 1 thing to mend" in text_of(answer)
    if typed:
        assert f'value="{typed}"' in answer.text
    assert sites(world) == [] and acts(world) == []


def test_adding_a_site_twice_is_done_once(world, admin):
    for _ in range(2):
        assert send(admin, ADD, origin=LISTED).status_code == 302
    assert sites(world) == [LISTED] and len(acts(world)) == 1


def test_twenty_sites_are_the_most(world, admin):
    list_sites(world.one.id, *(f"https://s{number}.example" for number in range(MAX_SITES)))
    answer = send(admin, ADD, origin=LISTED)
    assert answer.status_code == 400 and "Twenty web sites are the most" in text_of(answer)
    assert len(sites(world)) == MAX_SITES
    assert 'name="origin"' not in admin.get(PAGE).text


def test_a_site_is_removed_after_a_question(world, admin):
    list_sites(world.one.id, LISTED, "https://other.example")
    page = read_page(admin.get(f"{REMOVE}?site={LISTED}").text)
    assert page.heading == "Remove this web site?" and LISTED in page.text
    assert sites(world) == [LISTED, "https://other.example"]
    for _ in range(2):
        assert send(admin, REMOVE, site=LISTED).status_code == 302
        assert sites(world) == ["https://other.example"]
    assert len(acts(world)) == 1
    assert admin.get(f"{REMOVE}?site={LISTED}").status_code == 302


def test_how_it_books_is_saved_over_what_was_seen_only(world, admin):
    version = re.search(r'name="version"[^>]*value="(\d+)"', admin.get(PAGE).text).group(1)
    assert send(admin, PAGE, version=version, booking_needs_key="y").status_code == 302
    assert clinic_of(world.one.id).booking_needs_key is True
    stale = send(admin, PAGE, version=version)
    assert stale.status_code == 409 and clinic_of(world.one.id).booking_needs_key is True
    shown = re.search(r'name="version"[^>]*value="(\d+)"', stale.text).group(1)
    assert send(admin, PAGE, version=shown).status_code == 302
    assert clinic_of(world.one.id).booking_needs_key is False


def test_a_script_of_the_admin_does_the_same(app, world):
    headers = {**bearer(app, world.one.admin), "Accept": "application/json"}
    client = app.test_client()
    added = client.post(ADD, json={"origin": LISTED}, headers=headers)
    assert (added.status_code, added.json["widget_origins"]) == (200, [LISTED])
    refused = client.post(ADD, json={"origin": "x"}, headers=headers)
    assert refused.status_code == 400 and "origin" in refused.json["fields"]
    saved = client.post(PAGE, json={"booking_needs_key": True}, headers=headers)
    assert saved.json["booking_needs_key"] is True
    removed = client.post(REMOVE, json={"site": LISTED}, headers=headers)
    assert removed.json["widget_origins"] == []


def test_one_admins_list_is_no_other_clinics(app, world, admin):
    list_sites(world.two.id, "https://two.example")
    send(admin, ADD, origin=LISTED)
    send(admin, REMOVE, site="https://two.example")
    assert sites(world) == [LISTED]
    assert clinic_of(world.two.id).widget_origins == ["https://two.example"]
    admin.get(PAGE)  # what was said of the last step is gone after it
    assert "two.example" not in admin.get(PAGE).text


@pytest.mark.parametrize("who", ["doctor", "patient"])
def test_only_admins_have_the_page(app, world, who):
    client = app.test_client()
    sign_in = sign_in_patient if who == "patient" else sign_in_staff
    sign_in(client, getattr(world.one, who))
    token = csrf_token(client, "/view_clinic_details/")
    for path in (PAGE, REMOVE, f"{PAGE}preview/"):
        assert client.get(path).status_code == 403
    for path in (PAGE, ADD, REMOVE):
        answer = client.post(path, data={"csrf_token": token, "origin": LISTED, "site": LISTED})
        assert answer.status_code == 403
    assert sites(world) == []


def test_the_preview_is_a_page_with_the_widget_on_it(world, admin):
    text = admin.get(f"{PAGE}preview/").text
    assert f'<script async src="/widget.js" data-clinic="{world.one.id}"' in text
    assert read_page(text).heading == "Clinic one.test"


def test_the_settings_lead_to_the_page_and_the_old_place_is_gone(world, admin):
    assert f'href="{PAGE}"' in admin.get("/admin_clinic_details/").text
    assert admin.get("/clinic/edit/?part=widget").status_code == 404
