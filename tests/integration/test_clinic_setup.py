"""The setup of a new clinic: what is done is told by its data, until it is done or dismissed."""

from __future__ import annotations

from datetime import time

import pytest

from medcor.domain.permissions import Actor, Role, system_actor
from medcor.extensions import db
from medcor.models import Clinic, ClinicHours, Doctor, Slot, Treatment
from medcor.services import setup
from medcor.services.slots import add_slot
from medcor.web.transaction import reading, transaction
from tests.factories import make_clinic, make_doctor, make_treatment, make_user
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff, text_of


@pytest.fixture()
def fresh_clinic(app) -> Actor:
    """The admin of a clinic that has nothing yet."""
    with transaction(None) as session:
        number = make_clinic(session, name="Fresh", setup_done=False).id
    with transaction(number) as session:
        user = make_user(session, number, Role.ADMIN, "admin@fresh.test")
        return Actor(number, user.id, Role.ADMIN, None, user.name, user.email)


@pytest.fixture()
def admin(app, fresh_clinic):
    client = app.test_client()
    sign_in_staff(client, fresh_clinic)
    return client


def done(clinic_id: int) -> list[str]:
    db.session.remove()
    return [name for name, is_done in setup.steps_done(reading(clinic_id)).items() if is_done]


def test_each_step_is_done_by_its_data(fresh_clinic):
    number = fresh_clinic.clinic_id
    assert done(number) == []
    with transaction(number) as session:
        session.add(ClinicHours(clinic_id=number, weekday=0, opens=time(9), closes=time(17)))
    assert done(number) == ["hours"]
    with transaction(number) as session:
        doctor = make_doctor(session, number, "doctor@fresh.test").profile_id
        make_treatment(session, number, "Given by nobody", [])
    assert done(number) == ["hours", "doctor"]
    with transaction(number) as session:
        treatment = make_treatment(session, number, "Check-up", [doctor]).id
        slot = add_slot(session, system_actor(number), doctor, 0, time(9), time(10)).id
    assert done(number) == ["hours", "doctor", "treatment", "slots"]
    with transaction(number) as session:
        session.get_one(Slot, slot).is_paused = True
        session.get_one(Treatment, treatment).is_active = False
    assert done(number) == ["hours", "doctor"]
    with transaction(number) as session:
        session.get_one(Slot, slot).is_paused = False
        session.get_one(Doctor, doctor).is_active = False
    assert done(number) == ["hours"]


def test_another_clinics_data_counts_for_nothing(world, fresh_clinic):
    assert done(fresh_clinic.clinic_id) == []
    assert done(world.one.id) == ["doctor", "treatment", "slots"]


def test_today_shows_the_steps_until_they_are_dismissed_and_again(fresh_clinic, admin):
    shown = admin.get("/today/")
    assert "Set up your clinic" in shown.text and "0 / 4" in shown.text
    assert "/clinic/edit/?part=hours" in shown.text and "/add_treatment/" in shown.text
    assert "0 / 4" in admin.get("/setup/").text
    token = csrf_token(admin, "/setup/")
    gone = admin.post("/setup/dismissal/", data={"csrf_token": token, "next": "/today/"})
    assert gone.headers["Location"] == "/today/"
    assert "0 / 4" not in admin.get("/today/").text
    # Twice is harmless, and the setup itself is still there.
    assert admin.post("/setup/dismissal/", data={"csrf_token": token}).status_code == 302
    assert "0 / 4" in admin.get("/setup/").text
    admin.post("/setup/dismissal/", data={"csrf_token": token, "undo": "1"})
    assert "0 / 4" in admin.get("/today/").text
    body = admin.get("/setup/", headers={"Accept": "application/json"}).json
    assert body == {"done": dict.fromkeys(("hours", "doctor", "treatment", "slots"), False)}


def test_a_complete_setup_leaves_today_by_itself(world, app):
    with transaction(world.one.id) as session:
        session.get_one(Clinic, world.one.id).setup_done = False
    client = app.test_client()
    sign_in_staff(client, world.one.admin)
    assert "3 / 4" in client.get("/today/").text
    with transaction(world.one.id) as session:
        session.add(ClinicHours(clinic_id=world.one.id, weekday=0, opens=time(9), closes=time(17)))
    assert "/ 4" not in client.get("/today/").text
    assert "Patients can book now" in text_of(client.get("/setup/"))


@pytest.mark.parametrize("who", ["doctor", "patient"])
def test_only_admins_set_a_clinic_up(app, world, who):
    with transaction(world.one.id) as session:
        session.get_one(Clinic, world.one.id).setup_done = False
    client = app.test_client()
    sign_in = sign_in_patient if who == "patient" else sign_in_staff
    sign_in(client, getattr(world.one, who))
    assert client.get("/setup/").status_code == 403
    token = csrf_token(client, "/view_clinic_details/")
    assert client.post("/setup/dismissal/", data={"csrf_token": token}).status_code == 403
    if who == "doctor":
        assert "3 / 4" not in client.get("/today/").text
