"""The demo command: what it makes, that a second run changes nothing, and where it refuses."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.extensions import db
from medcor.models import Appointment, Claim, Clinic, Doctor, Handover, Patient, Treatment
from medcor.services.accounts import authenticate_patient
from medcor.web.transaction import reading
from tests.conftest import NOW


def run_demo(app):
    db.session.remove()
    done = app.test_cli_runner().invoke(args=["demo"])
    db.session.remove()
    return done


def counts(model) -> int:
    total = 0
    for clinic_id in (1, 2):
        db.session.remove()
        wanted = sa.select(sa.func.count()).select_from(model)
        total += reading(clinic_id).scalar(wanted.where(model.clinic_id == clinic_id))
    return total


def test_two_clinics_with_people_and_a_past_and_a_future(app):
    assert run_demo(app).exit_code == 0
    made = {model.__name__: counts(model) for model in (Doctor, Treatment, Patient)}
    assert made == {"Doctor": 8, "Treatment": 20, "Patient": 300}
    db.session.remove()
    session = reading(1)
    assert session.get(Clinic, 1).credits == 500
    assert session.scalar(sa.select(sa.func.min(Treatment.price_minor))) > 0
    states = set(session.scalars(sa.select(Appointment.status).distinct()))
    assert states == set(AppointmentStatus)
    first, last = session.execute(
        sa.select(sa.func.min(Appointment.day), sa.func.max(Appointment.day))
    ).one()
    assert first <= NOW.date() - timedelta(days=88) and last >= NOW.date() + timedelta(days=28)


def test_a_second_run_changes_nothing(app):
    run_demo(app)
    before = {model: counts(model) for model in (Doctor, Patient, Appointment, Claim)}
    assert run_demo(app).exit_code == 0
    assert {model: counts(model) for model in before} == before


def test_only_live_appointments_hold_claims(app):
    run_demo(app)
    session = reading(1)
    holding = sa.select(Claim.appointment_id).distinct()
    live = (AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED)
    with_claims = set(session.scalars(holding))
    wanted = set(session.scalars(sa.select(Appointment.id).where(Appointment.status.in_(live))))
    assert with_claims == wanted


def test_the_published_sign_in_works(app):
    run_demo(app)
    user = authenticate_patient(reading(1), 1, "patient@demo.medcor.test", "medcor-demo")
    assert user.email == "patient@demo.medcor.test"


def test_it_refuses_in_production(app):
    settings = app.extensions["medcor"].settings
    settings.medcor_env = "production"
    try:
        done = run_demo(app)
    finally:
        settings.medcor_env = "testing"
    assert done.exit_code != 0 and "not for production" in done.output
    assert db.session.scalar(sa.select(sa.func.count(Clinic.id))) == 0


def test_one_hand_over_waits_and_one_is_taken_once_however_often_it_runs(app):
    for _ in range(2):
        run_demo(app)
        for clinic_id in (1, 2):
            db.session.remove()
            rows = reading(clinic_id).scalars(sa.select(Handover).order_by(Handover.id)).all()
            assert [row.taken_at is None for row in rows] == [True, False]
            assert all(row.turn_id and row.reason and not row.flag for row in rows)
