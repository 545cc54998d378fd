"""Who may do what: roles, permissions and the actor that services are told of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    DOCTOR = "doctor"
    PATIENT = "patient"


class Permission(StrEnum):
    """One name per thing a route or socket event lets somebody do."""

    USE_ACCOUNT = "use_account"
    VIEW_TREATMENTS = "view_treatments"
    VIEW_TIMES = "view_times"
    BOOK_OWN = "book_own"
    VIEW_OWN_APPOINTMENTS = "view_own_appointments"
    VIEW_APPOINTMENT = "view_appointment"
    CANCEL_APPOINTMENT = "cancel_appointment"
    VIEW_DAY = "view_day"
    MANAGE_APPOINTMENTS = "manage_appointments"
    VIEW_PATIENT_HOME = "view_patient_home"
    TALK_TO_ASSISTANT = "talk_to_assistant"
    VIEW_CLINIC = "view_clinic"
    MANAGE_CLINIC = "manage_clinic"
    MANAGE_DOCTORS = "manage_doctors"
    MANAGE_PATIENTS = "manage_patients"
    MANAGE_TREATMENTS = "manage_treatments"
    LIST_TREATMENTS = "list_treatments"
    MANAGE_SLOTS = "manage_slots"
    MOVE_APPOINTMENT = "move_appointment"
    BOOK_FOR_PATIENT = "book_for_patient"
    WRITE_RECORDS = "write_records"
    VIEW_RECORDS = "view_records"
    VIEW_REPORTS = "view_reports"
    VIEW_AUDIT = "view_audit"
    USE_CALENDAR_FEED = "use_calendar_feed"
    VIEW_OWN_DATA = "view_own_data"
    MANAGE_ERASURES = "manage_erasures"
    USE_WAITING_LIST = "use_waiting_list"
    LOOK_AFTER_HANDOVERS = "look_after_handovers"


_EVERYONE = {
    Permission.USE_ACCOUNT,
    Permission.VIEW_TREATMENTS,
    Permission.VIEW_TIMES,
    Permission.VIEW_APPOINTMENT,
    Permission.CANCEL_APPOINTMENT,
    Permission.MOVE_APPOINTMENT,
    Permission.VIEW_CLINIC,
    Permission.VIEW_RECORDS,
    Permission.USE_CALENDAR_FEED,
    Permission.USE_WAITING_LIST,
}
_STAFF = _EVERYONE | {
    Permission.VIEW_DAY,
    Permission.MANAGE_APPOINTMENTS,
    Permission.LIST_TREATMENTS,
    Permission.MANAGE_SLOTS,
    Permission.BOOK_FOR_PATIENT,
    Permission.LOOK_AFTER_HANDOVERS,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(
        _STAFF
        | {
            Permission.MANAGE_CLINIC,
            Permission.MANAGE_DOCTORS,
            Permission.MANAGE_PATIENTS,
            Permission.MANAGE_TREATMENTS,
            Permission.VIEW_REPORTS,
            Permission.VIEW_AUDIT,
            Permission.MANAGE_ERASURES,
        }
    ),
    Role.DOCTOR: frozenset(_STAFF | {Permission.TALK_TO_ASSISTANT, Permission.WRITE_RECORDS}),
    Role.PATIENT: frozenset(
        _EVERYONE
        | {
            Permission.BOOK_OWN,
            Permission.VIEW_OWN_APPOINTMENTS,
            Permission.VIEW_PATIENT_HOME,
            Permission.TALK_TO_ASSISTANT,
            Permission.VIEW_OWN_DATA,
        }
    ),
}


def may(role: Role, permission: Permission) -> bool:
    """Say whether ``role`` holds ``permission``."""
    return permission in GRANTS[role]


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the clinic's widget, with no user) on whose behalf something is done.

    ``profile_id`` is the id of the doctor's or patient's profile row; None for an admin.
    """

    clinic_id: int
    user_id: int | None = None
    role: Role | None = None
    profile_id: int | None = None
    name: str = ""
    email: str = ""

    @property
    def is_staff(self) -> bool:
        return self.role in (Role.ADMIN, Role.DOCTOR)

    @property
    def is_patient(self) -> bool:
        return self.role is Role.PATIENT


def system_actor(clinic_id: int) -> Actor:
    """The actor of commands and tickers: no person, one clinic."""
    return Actor(clinic_id=clinic_id, name="system")
