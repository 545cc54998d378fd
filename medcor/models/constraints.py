"""From a violated constraint to the domain error that a person can act on, in one place."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from medcor.domain import errors

from .base import Base

_ERRORS: dict[str, type[errors.DomainError]] = {
    "uq_claims_doctor_step": errors.SlotTaken,
    "uq_claims_patient_step": errors.PatientBusy,
    # Two copies of one request at once: the second try finds what the first made.
    "uq_appointments_request_key": errors.TryAgain,
    "uq_slot_steps_doctor_step": errors.SlotOverlap,
    "uq_users_clinic_email": errors.EmailTaken,
    "uq_treatments_clinic_id_name": errors.NameTaken,
    # Two saves of a record at once: the second one's form is older than it says.
    "uq_medical_records_appointment_id": errors.TryAgain,
    "uq_record_versions_number": errors.TryAgain,
    # Two dictations of one visit at once, or one whose visit goes to a colleague meanwhile.
    "uq_record_drafts_appointment": errors.TryAgain,
    "fk_record_drafts_doctor_of_appointment": errors.TryAgain,
    # Two processes count a day of the assistant at once: the second finds it counted.
    "uq_assistant_days_day": errors.TryAgain,
    # Two holds of one patient at once: the second try finds both seats taken.
    "uq_holds_patient_seat": errors.TryAgain,
    "uq_waiting_entries_open": errors.AlreadyWaiting,
    "uq_offers_open_appointment": errors.TryAgain,
    "uq_offers_open_waiting": errors.TryAgain,
    "uq_appointment_series_clinic_id_patient_id_request_key": errors.TryAgain,
    # A hold was released while its time was booked: the second try finds it gone.
    "fk_claims_clinic_id_hold_id_doctor_id_holds": errors.TryAgain,
    "uq_appointment_reminders_once": errors.TryAgain,
    "uq_calendar_feeds_user": errors.TryAgain,
    "uq_webhook_endpoints_url": errors.WebhookTaken,
    # An endpoint was deleted while an event for it was written: the second try passes it by.
    "fk_webhook_deliveries_clinic_id_endpoint_id_webhook_endpoints": errors.TryAgain,
    "uq_erasure_requests_open": errors.TryAgain,
    # Two processes reserve for one turn at once: the second try finds what the first took.
    "uq_credit_reservations_clinic_id_turn_id": errors.TryAgain,
    "ck_clinics_credits_not_negative": errors.CreditsExhausted,
    "uq_assistant_acts_key": errors.Conflict,
    # Two talks of one patient ask at once: the second try adds to what the first made.
    "uq_handovers_untaken": errors.TryAgain,
    "fk_conversation_messages_clinic_id_about_patient_id_patients": errors.TryAgain,
    # Two edits at once name the same new thing: the second try finds what the first made.
    "uq_specialisations_clinic_id_name": errors.TryAgain,
    "uq_doctor_specialisations_doctor_id_specialisation_id": errors.TryAgain,
    "uq_treatment_doctors_treatment_id_doctor_id": errors.TryAgain,
    # A person was erased while somebody booked with them: the second try does not find them.
    "fk_appointments_clinic_id_doctor_id_doctors": errors.TryAgain,
    "fk_appointments_clinic_id_patient_id_patients": errors.TryAgain,
    "fk_audit_events_clinic_id_actor_id_users": errors.TryAgain,
    "fk_auth_sessions_clinic_id_user_id_users": errors.TryAgain,
}
# PostgreSQL: serialization_failure, deadlock_detected, lock_not_available.
_RETRY_STATES = {"40001", "40P01", "55P03"}


def violated_constraint(error: IntegrityError) -> str | None:
    """Name the constraint that refused a statement, on PostgreSQL and on SQLite."""
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if named:
        return named
    text = str(error.orig)
    if text.startswith("CHECK constraint failed: "):
        return text.removeprefix("CHECK constraint failed: ")
    if text.startswith("UNIQUE constraint failed: "):
        return _unique_name(text.removeprefix("UNIQUE constraint failed: "))
    return None


def _unique_name(listed: str) -> str | None:
    """SQLite lists ``table.column`` pairs instead of the name."""
    pairs = [entry.strip().split(".") for entry in listed.split(",")]
    table = Base.metadata.tables.get(pairs[0][0])
    columns = {pair[-1] for pair in pairs}
    if table is None:
        return None
    unique = [each for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    unique += [each for each in table.indexes if each.unique]
    found = (each for each in unique if set(each.columns.keys()) == columns)
    return next((str(each.name) for each in found), None)


def domain_error(error: DBAPIError) -> errors.DomainError | None:
    """Translate a database error that a person or a retry can do something about; else None."""
    if isinstance(error, IntegrityError):
        known = _ERRORS.get(violated_constraint(error) or "")
        return known() if known else None
    if getattr(error.orig, "pgcode", None) in _RETRY_STATES or "database is locked" in str(
        error.orig
    ):
        return errors.TryAgain()
    return None
