"""A patient holds a time while they confirm it, or gives it back."""

from __future__ import annotations

import math
from datetime import UTC

from flask import Response

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.models import Clinic
from medcor.services import holds
from medcor.services.holds import HoldWish
from medcor.web.access import widget
from medcor.web.calendar_days import parse_day
from medcor.web.state import now
from medcor.web.transaction import in_transaction

from . import blueprint, guards, schemas

_TO_THE_PATIENT = "the clinic's chatbot token in the Authorization header and the patient's key"


@blueprint.post(
    "/<row_id:clinic_id>/treatments/<row_id:treatment_id>/get-doctors/slots/<row_id:slot_id>/hold/"
)
@widget(_TO_THE_PATIENT)
def hold(clinic_id: int, treatment_id: int, slot_id: int):
    """Keep a time for the patient for five minutes; the same time again is the same hold."""
    _session, clinic = guards.with_bearer(clinic_id)
    patient = _patient(clinic)
    body = schemas.body()
    doctor_id, date_text = schemas.read_id(body.get("doctor_id")), body.get("appointment_date")
    if doctor_id is None or date_text in (None, ""):
        raise errors.MissingParameter()
    wish = HoldWish(doctor_id, treatment_id, slot_id, parse_day(date_text))
    moment = now()
    kept = in_transaction(
        clinic_id, patient, lambda session: holds.hold_time(session, patient, wish, moment)
    )
    return {
        "hold_id": kept.id,
        "expires_at": f"{kept.expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        # What is left, so that nobody's clock need be right.
        "seconds": math.ceil((kept.expires_at - moment).total_seconds()),
    }, 201


@blueprint.delete("/<row_id:clinic_id>/holds/<row_id:hold_id>/")
@widget(_TO_THE_PATIENT)
def release(clinic_id: int, hold_id: int):
    """Give a held time back before its five minutes are over."""
    _session, clinic = guards.with_bearer(clinic_id)
    patient = _patient(clinic)
    in_transaction(
        clinic_id, patient, lambda session: holds.release_hold(session, patient, hold_id, now())
    )
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer


def _patient(clinic: Clinic) -> Actor:
    person = guards.patient_by_key(clinic, needed=True)
    if person is None:
        raise errors.KeyRefused()
    return person.actor
