"""A clinic's page for everybody, and that nobody meets a clinic which nobody has confirmed."""

from __future__ import annotations

import json
import re
from datetime import time

import pytest

from medcor.models import Clinic, ClinicHours, Treatment
from medcor.web.transaction import transaction
from tests.html_page import read_page
from tests.page_helpers import sign_in_patient, text_of


def change(clinic_id: int, **values: object) -> None:
    with transaction(clinic_id) as session:
        for name, value in values.items():
            setattr(session.get_one(Clinic, clinic_id), name, value)


def structured(page: str) -> dict:
    found = re.search(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', page)
    return json.loads(found.group(1))


def test_everybody_sees_what_the_clinic_offers(world, client):
    change(world.one.id, about="Teeth & more.", directions="Ring twice.", accent="#3f51b5")
    with transaction(world.one.id) as session:
        session.add(ClinicHours(clinic_id=world.one.id, weekday=2, opens=time(8), closes=time(12)))
    answer = client.get(f"/clinics/{world.one.id}/")
    assert answer.status_code == 200
    page, shown = read_page(answer.text), text_of(answer)
    assert page.heading == "Clinic one.test" and "Clinic one.test" in page.title
    for text in (
        "Teeth & more.",
        "Dental Cleaning",
        "€100.00",
        "Dr. Doctor Test",
        "Open now, until 12:00",
        "Ring twice.",
        "Test Street 1, Istanbul, Türkiye",
        "24 hours before it begins",
    ):
        assert text in shown, text
    assert "two.test" not in answer.text
    # No address of a person is given away.
    assert "doctor@one.test" not in answer.text and "admin@one.test" not in answer.text
    for path in (
        "/patient/login/",
        "/patient/register/",
        "/patient/forgot-password/",
        "/email-verifications/",
        "/login/",
    ):
        assert f"{path}?clinic={world.one.id}" in page.links, path
    assert any(
        link.startswith("https://www.openstreetmap.org/search?query=") for link in page.links
    )
    assert '<meta name="description" content="Teeth &amp; more.">' in answer.text
    assert "--brand-fill-light:#3f51b5" in answer.text


def test_search_engines_read_the_same(world, client):
    with transaction(world.one.id) as session:
        session.add(ClinicHours(clinic_id=world.one.id, weekday=2, opens=time(8), closes=time(12)))
        session.get_one(Treatment, world.one.treatment_id).name = "</script><b>"
    page = client.get(f"/clinics/{world.one.id}/").text
    facts = structured(page)
    assert facts["@type"] == "MedicalClinic" and facts["name"] == "Clinic one.test"
    assert facts["address"]["addressCountry"] == "TR"
    assert facts["openingHoursSpecification"] == [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": "Wednesday",
            "opens": "08:00",
            "closes": "12:00",
        }
    ]
    assert facts["makesOffer"][0]["itemOffered"]["name"] == "</script><b>"
    assert facts["makesOffer"][0]["price"] == "100.00"
    assert "</script><b>" not in page


def test_scripts_get_json_without_addresses_of_people(world, client):
    answer = client.get(f"/clinics/{world.one.id}/", headers={"Accept": "application/json"})
    assert answer.json["name"] == "Clinic one.test"
    assert [each["name"] for each in answer.json["treatments"]] == ["Dental Cleaning", "Root Canal"]
    assert answer.json["doctors"][0]["specializations"] == ["General Dentistry"]
    assert "@one.test" not in answer.get_data(as_text=True)


def test_a_clinic_with_nothing_yet_says_so(app, client):
    with transaction(None) as session:
        clinic = Clinic(name="Bare")
        session.add(clinic)
        session.flush()
        number = clinic.id
    shown = text_of(client.get(f"/clinics/{number}/"))
    assert "has not listed its treatments yet" in shown and "has not told its hours" in shown
    assert "Show on a map" not in shown


def test_a_patient_of_another_clinic_sees_the_page_of_this_one(world, client):
    sign_in_patient(client, world.one.patient)
    answer = client.get(f"/clinics/{world.two.id}/")
    assert read_page(answer.text).heading == "Clinic two.test" and "one.test" not in answer.text
    # And is still signed in at their own.
    assert client.get("/patient/").status_code == 200


def test_what_is_not_offered_is_not_shown(world, client):
    with transaction(world.one.id) as session:
        session.get_one(Treatment, world.one.treatment_id).is_active = False
    shown = text_of(client.get(f"/clinics/{world.one.id}/"))
    assert "Dental Cleaning" not in shown and "Root Canal" in shown


@pytest.mark.parametrize("number", ["0", "999", str(2**31), str(2**70)])
def test_unknown_clinics_are_not_found(world, client, number):
    assert client.get(f"/clinics/{number}/").status_code == 404


def test_nobody_meets_an_unconfirmed_clinic(world, client):
    change(world.two.id, is_verified=False)
    number = world.two.id
    gets = [
        f"/clinics/{number}/",
        f"/patient/register/?clinic={number}",
        f"/patient/login/?clinic={number}",
        f"/patient/forgot-password/?clinic={number}",
        f"/email-verifications/?clinic={number}",
        f"/login/?clinic={number}",
    ]
    for path in gets:
        assert client.get(path).status_code == 404, path
    made = client.post(f"/generate-chatbot-token/{number}/")
    assert made.status_code == 404
    assert "two.test" not in client.get("/").text
    chosen = client.get("/patient/login/?clinic=")
    assert "two.test" not in chosen.text
    assert client.get(f"/{number}/treatments/").status_code == 404


def test_the_front_door_links_to_the_clinics_and_to_the_sign_up(world, client):
    links = read_page(client.get("/").text).links
    assert f"/clinics/{world.one.id}/" in links and "/clinics/new/" in links
    assert (
        f"/clinics/{world.one.id}/" in read_page(client.get("/patient/login/?clinic=").text).links
    )
