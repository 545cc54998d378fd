"""Deleting doctors and patients: erased without history, deactivated with, and taken back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.permissions import Actor, Role
from medcor.extensions import db
from medcor.models import (
    Appointment,
    AuditEvent,
    AuthSession,
    Doctor,
    ExclusionDate,
    Handover,
    MailedLink,
    OutboxMail,
    Patient,
    Slot,
    SlotStep,
    StoredFile,
    TreatmentDoctor,
    User,
)
from medcor.services import doctors
from medcor.services.people import Removal
from medcor.services.slots import exclude_days
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import (
    link_in,
    sent_mails,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)
from tests.people_helpers import (
    DOCTOR,
    MONDAY,
    PATIENT,
    actions,
    book,
    counted_queries,
    picture,
    send,
    send_json,
)


@pytest.fixture()
def admin(client, world):
    sign_in_staff(client, world.one.admin)
    return client


@pytest.fixture()
def mails(app):
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    return lambda: sent_mails(folder)


def count(clinic_id: int, model, *conditions) -> int:
    db.session.remove()
    wanted = sa.select(sa.func.count()).select_from(model).where(*conditions)
    return reading(clinic_id).scalar(wanted)


def fresh(clinic_id: int, model, row_id):
    db.session.remove()
    return reading(clinic_id).get(model, row_id)


def delete(admin, kind: str, subject_id: int):
    page = f"/{kind}s/{subject_id}/deletion/"
    return send(admin, f"/delete_{kind}/", page=page, **{f"{kind}_id": subject_id})


def test_a_doctor_without_history_is_erased_with_all_they_had(admin, world, mails):
    doctor_id = world.one.doctor.profile_id
    send(
        admin,
        f"/edit_doctor/{doctor_id}/",
        picture=picture(),
        **{**DOCTOR, "email": "doctor@one.test"},
    )
    with transaction(world.one.id) as session:
        exclude_days(session, world.one.admin, doctor_id, MONDAY, MONDAY)
    page = text_of(admin.get(f"/doctors/{doctor_id}/deletion/"))
    assert "is erased for good" in page and "can't be undone" in page
    answer = delete(admin, "doctor", doctor_id)
    assert answer.headers["Location"] == "/list_doctors/"
    assert "The doctor is erased." in text_of(admin.get("/list_doctors/"))
    clinic = world.one.id
    assert fresh(clinic, Doctor, doctor_id) is None
    assert fresh(clinic, User, world.one.doctor.user_id) is None
    for model in (Slot, SlotStep, ExclusionDate):
        assert count(clinic, model, model.doctor_id == doctor_id) == 0
    assert count(clinic, TreatmentDoctor, TreatmentDoctor.doctor_id == doctor_id) == 0
    assert count(clinic, StoredFile) == 0
    assert actions(clinic)[-1] == "doctor.erased"
    assert fresh(clinic, Doctor, world.one.other_doctor.profile_id).is_active


def test_a_person_who_was_invited_by_mistake_is_gone_with_the_mail(admin, world, app):
    send(admin, "/create_patient/", **PATIENT)
    made = reading(world.one.id).scalar(sa.select(Patient).order_by(Patient.id.desc()).limit(1))
    patient_id, user_id = made.id, made.user_id
    assert delete(admin, "patient", patient_id).headers["Location"] == "/list_patients/"
    assert fresh(world.one.id, User, user_id) is None
    assert count(world.one.id, OutboxMail) == 0 and count(world.one.id, MailedLink) == 0
    # The address is free again.
    assert send(admin, "/create_patient/", **PATIENT).status_code == 302


def test_signing_in_alone_is_no_history_and_stays_in_the_log(admin, app, world):
    patient = app.test_client()
    sign_in_patient(patient, world.one.other_patient)
    user_id = world.one.other_patient.user_id
    delete(admin, "patient", world.one.other_patient.profile_id)
    assert fresh(world.one.id, User, user_id) is None
    assert signed_in_name(patient) is None
    about = sa.select(AuditEvent).where(
        AuditEvent.action == "account.signed_in", AuditEvent.subject_id == user_id
    )
    (event,) = reading(world.one.id).scalars(about)
    assert event.actor_id is None


def test_a_doctor_with_appointments_is_deactivated_and_they_stay_booked(admin, app, world):
    clinic, doctor_id = world.one.id, world.one.doctor.profile_id
    made = book(world.one, world.one.patient)
    doctor = app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    page = text_of(admin.get(f"/doctors/{doctor_id}/deletion/"))
    assert "is deactivated, not erased" in page
    assert "1 appointment stays booked until you move or cancel it" in page
    assert "Still booked" in page and "Patient Test" in page
    answer = delete(admin, "doctor", doctor_id)
    assert answer.headers["Location"] == f"/doctors/{doctor_id}/deletion/"
    row = fresh(clinic, Doctor, doctor_id)
    assert not row.is_active and not row.user.is_active
    assert fresh(clinic, Appointment, made).is_live
    assert signed_in_name(doctor) is None
    assert sign_in_staff(doctor, world.one.doctor).status_code == 400
    assert count(clinic, AuthSession, AuthSession.revoked_at.is_(None)) == 1
    assert actions(clinic)[-1] == "doctor.deactivated"
    with pytest.raises(errors.DoctorNotFound):
        book(world.one, world.one.other_patient, 1)


def test_what_is_left_of_a_deactivated_doctor_stays_within_reach(admin, world):
    doctor_id = world.one.doctor.profile_id
    made = book(world.one, world.one.patient)
    delete(admin, "doctor", doctor_id)
    left = admin.get(f"/doctors/{doctor_id}/deletion/").get_data(as_text=True)
    assert "is deactivated" in left and "Activate again" in left
    assert f"/cancel_appointment/{made}/" in left and f"/appointment-details/{made}/" in left
    listed = admin.get("/list_doctors/").get_data(as_text=True)
    row = listed.split("doctor@one.test")[1].split("</tr>")[0]
    assert f'/doctors/{doctor_id}/deletion/">1</a>' in row and "Deactivated" in row
    cancelled = send(admin, f"/cancel_appointment/{made}/", reason="The doctor has left.")
    assert cancelled.status_code == 302
    assert "No appointment lies ahead." in text_of(admin.get(f"/doctors/{doctor_id}/deletion/"))


def test_a_deactivated_doctor_is_taken_back(admin, app, world):
    doctor_id = world.one.doctor.profile_id
    book(world.one, world.one.patient)
    delete(admin, "doctor", doctor_id)
    path = f"/doctors/{doctor_id}/activation/"
    answer = send(admin, path, page=f"/doctors/{doctor_id}/deletion/")
    assert answer.headers["Location"] == f"/edit_doctor/{doctor_id}/"
    assert fresh(world.one.id, Doctor, doctor_id).is_active
    assert sign_in_staff(app.test_client(), world.one.doctor).status_code == 302
    book(world.one, world.one.other_patient, 1)
    before = actions(world.one.id)
    send(admin, path, page=f"/edit_doctor/{doctor_id}/")
    assert actions(world.one.id) == before


def test_taking_back_somebody_without_a_password_invites_them_anew(admin, app, world, mails):
    send(admin, "/create_patient/", **PATIENT)
    (first,) = mails()
    made = reading(world.one.id).scalar(sa.select(Patient).order_by(Patient.id.desc()).limit(1))
    actor = Actor(world.one.id, made.user_id, Role.PATIENT, made.id)
    book(world.one, actor)
    mails()
    delete(admin, "patient", made.id)
    assert app.test_client().get(link_in(first, "invitations")).status_code == 400
    send(admin, f"/patients/{made.id}/activation/", page=f"/patients/{made.id}/")
    (second,) = mails()
    assert app.test_client().get(link_in(second, "invitations")).status_code == 200


def test_an_invitation_is_not_sent_to_a_closed_account(admin, world, mails):
    send(admin, "/create_patient/", **PATIENT)
    made = reading(world.one.id).scalar(sa.select(Patient).order_by(Patient.id.desc()).limit(1))
    book(world.one, Actor(world.one.id, made.user_id, Role.PATIENT, made.id))
    delete(admin, "patient", made.id)
    mails()
    path = f"/patients/{made.id}/invitations/"
    answer = send(admin, path, page=f"/patients/{made.id}/")
    assert answer.status_code == 409 and "Activate it first" in text_of(answer)
    assert not mails()


def test_a_patient_with_appointments_is_deactivated(admin, app, world):
    patient_id = world.one.patient.profile_id
    made = book(world.one, world.one.patient)
    patient = app.test_client()
    sign_in_patient(patient, world.one.patient)
    page = text_of(admin.get(f"/patients/{patient_id}/deletion/"))
    assert "Nobody can book for Patient Test any more" in page
    delete(admin, "patient", patient_id)
    assert signed_in_name(patient) is None
    assert not fresh(world.one.id, Patient, patient_id).is_active
    assert fresh(world.one.id, Appointment, made).is_live
    assert "Activate again" in text_of(admin.get(f"/patients/{patient_id}/"))
    with pytest.raises(errors.PatientNotFound):
        book(world.one, world.one.patient, 1)


@pytest.mark.parametrize("trace", ["talk", "act"])
def test_other_traces_than_appointments_keep_a_person_too(world, trace):
    with transaction(world.one.id) as session:
        if trace == "talk":
            session.add(Handover(clinic_id=world.one.id, user_id=world.one.doctor.user_id))
        else:
            exclude_days(session, world.one.doctor, world.one.doctor.profile_id, MONDAY, MONDAY)
    with transaction(world.one.id) as session:
        removal = doctors.delete_doctor(session, world.one.admin, world.one.doctor.profile_id, NOW)
    assert removal is Removal.DEACTIVATED


def test_deleting_twice_does_nothing_more(admin, world):
    doctor_id = world.one.doctor.profile_id
    book(world.one, world.one.patient)
    delete(admin, "doctor", doctor_id)
    before = actions(world.one.id)
    again = delete(admin, "doctor", doctor_id)
    assert again.status_code == 302 and actions(world.one.id) == before
    other = world.one.other_doctor.profile_id
    delete(admin, "doctor", other)
    gone = send(admin, "/delete_doctor/", page="/create_doctor/", doctor_id=other)
    assert gone.status_code == 404


@pytest.mark.parametrize("value", ["", "x", "-1", "0", str(2**40)])
def test_an_id_that_is_none_is_not_found(admin, world, value):
    for kind in ("doctor", "patient"):
        answer = send(admin, f"/delete_{kind}/", page="/create_doctor/", **{f"{kind}_id": value})
        assert answer.status_code == 404


def test_a_script_is_told_what_happened(admin, world):
    book(world.one, world.one.patient)
    for doctor, outcome in (
        (world.one.doctor, "deactivated"),
        (world.one.other_doctor, "erased"),
    ):
        body = {"doctor_id": doctor.profile_id}
        answer = send_json(admin, "/delete_doctor/", body, "/create_doctor/")
        assert answer.get_json() == {"id": doctor.profile_id, "outcome": outcome}


def test_the_confirm_page_asks_little_of_the_database(admin, world, engine):
    book(world.one, world.one.patient)
    with counted_queries(engine) as sent:
        admin.get(f"/doctors/{world.one.doctor.profile_id}/deletion/")
    assert len([each for each in sent if each.startswith("SELECT")]) <= 12


def test_nothing_is_half_done_when_it_fails(world, monkeypatch):
    book(world.one, world.one.patient)

    def fail(*_args):
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("medcor.services.people.links.close_links", fail)
    with pytest.raises(RuntimeError), transaction(world.one.id) as session:
        doctors.delete_doctor(session, world.one.admin, world.one.doctor.profile_id, NOW)
    row = fresh(world.one.id, Doctor, world.one.doctor.profile_id)
    assert row.is_active and row.user.is_active
    assert "doctor.deactivated" not in actions(world.one.id)
