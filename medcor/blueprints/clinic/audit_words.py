"""What each act of the audit log is called, and which kinds of act there are to look for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

# An act that is not here is shown by its own name.
ACTS: dict[str, Any] = {
    "account.edited": _l("Changed an account"),
    "account.email_changed": _l("Changed an account's email"),
    "account.invitation_accepted": _l("Accepted an invitation"),
    "account.invited": _l("Sent an invitation"),
    "account.password_changed": _l("Changed a password"),
    "account.registered": _l("Registered as a patient"),
    "account.signed_in": _l("Signed in"),
    "account.signed_out_elsewhere": _l("Signed out everywhere else"),
    "account.verified": _l("Confirmed an email address"),
    "appointment.booked": _l("Booked an appointment"),
    "appointment.cancelled": _l("Cancelled an appointment"),
    "appointment.completed": _l("Marked an appointment as completed"),
    "appointment.confirmed": _l("Confirmed an appointment"),
    "appointment.moved": _l("Moved an appointment"),
    "appointment.no-show": _l("Marked an appointment as a no-show"),
    "appointment.taken_back": _l("Took back the last step of an appointment"),
    "appointments.exported": _l("Exported the list of appointments"),
    "audit.exported": _l("Exported the audit log"),
    "clinic.edited": _l("Changed the clinic's details"),
    "clinic.hours_changed": _l("Changed the clinic's hours"),
    "clinic.opened": _l("Opened the clinic on Medcor"),
    "clinic.records_closed": _l("Closed the medical records to admins"),
    "clinic.records_opened": _l("Opened the medical records to admins"),
    "clinic.setup_dismissed": _l("Put the setup guide away"),
    "clinic.setup_reopened": _l("Opened the setup guide again"),
    "clinic.signed_up": _l("Signed the clinic up"),
    "credit.spent": _l("Used a credit for the assistant"),
    "data.exported": _l("Downloaded their own data"),
    "doctor.activated": _l("Activated a doctor again"),
    "doctor.created": _l("Added a doctor"),
    "doctor.deactivated": _l("Deactivated a doctor"),
    "doctor.edited": _l("Changed a doctor"),
    "doctor.erased": _l("Erased a doctor"),
    "erasure.asked": _l("Asked to have their data erased"),
    "erasure.done": _l("Erased a patient's data"),
    "erasure.exported": _l("Exported the requests for erasure"),
    "erasure.purged": _l("Erased records after the time that the law keeps them"),
    "erasure.refused": _l("Refused to erase a patient's data for now"),
    "erasure.withdrawn": _l("Took back a wish to erase data"),
    "exclusion.added": _l("Added days off"),
    "exclusion.deleted": _l("Deleted days off"),
    "exclusion.edited": _l("Changed days off"),
    "feed.made": _l("Made a calendar link"),
    "feed.renewed": _l("Renewed a calendar link"),
    "feed.revoked": _l("Ended a calendar link"),
    "handover.taken": _l("Looked after somebody who asked for a person"),
    "patient.activated": _l("Activated a patient again"),
    "patient.created": _l("Added a patient"),
    "patient.deactivated": _l("Deactivated a patient"),
    "patient.edited": _l("Changed a patient's details"),
    "patient.erased": _l("Erased a patient without history"),
    "patients.exported": _l("Exported the list of patients"),
    "doctors.exported": _l("Exported the list of doctors"),
    "treatments.exported": _l("Exported the list of treatments"),
    "record.file_added": _l("Added a file to a medical record"),
    "record.file_opened": _l("Opened a file of a medical record"),
    "record.file_removed": _l("Removed a file from a medical record"),
    "record.file_restored": _l("Put a file back into a medical record"),
    "record.printed": _l("Printed a medical record"),
    "record.read": _l("Read a medical record"),
    "record.written": _l("Wrote a medical record"),
    "report.exported": _l("Exported figures of the reports"),
    "slot.added": _l("Added an opening"),
    "slot.deleted": _l("Deleted an opening"),
    "slot.edited": _l("Changed an opening"),
    "slot.paused": _l("Paused an opening"),
    "slot.restored": _l("Brought an opening back"),
    "slot.resumed": _l("Resumed an opening"),
    "slots.added": _l("Added several openings"),
    "slots.copied": _l("Copied a day of openings"),
    "slots.paused": _l("Paused a day of openings"),
    "slots.resumed": _l("Resumed a day of openings"),
    "treatment.activated": _l("Offered a treatment again"),
    "treatment.added": _l("Added a treatment"),
    "treatment.deactivated": _l("Stopped offering a treatment"),
    "treatment.edited": _l("Changed a treatment"),
    "treatment.erased": _l("Erased a treatment"),
}

# By the value of the filter: its label and the first parts of its acts.
KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "appointments": (_l("Appointments"), ("appointment", "appointments")),
    "weeks": (_l("Weeks and days off"), ("slot", "slots", "exclusion")),
    "records": (_l("Medical records"), ("record",)),
    "people": (_l("Doctors and patients"), ("doctor", "doctors", "patient", "patients")),
    "accounts": (_l("Accounts and sign-ins"), ("account",)),
    "treatments": (_l("Treatments"), ("treatment", "treatments")),
    "clinic": (_l("The clinic"), ("clinic", "handover", "credit")),
    "data": (_l("Exports and erasure"), ("data", "erasure", "report", "audit", "feed")),
}

SUBJECTS: dict[str, Any] = {
    "appointment": _l("Appointment"),
    "audit": _l("Audit log"),
    "clinic": _l("The clinic"),
    "doctor": _l("Doctor"),
    "exclusion": _l("Days off"),
    "feed": _l("Calendar link"),
    "handover": _l("Asked for a person"),
    "patient": _l("Patient"),
    "record": _l("Medical record"),
    "report": _l("Reports"),
    "slot": _l("Opening"),
    "treatment": _l("Treatment"),
    "turn": _l("Talk with the assistant"),
    "user": _l("Account"),
}


def act_text(action: str) -> str:
    """What was done, in words; an act without any by its own name."""
    return str(ACTS.get(action, action))


def subject_text(subject: str) -> str:
    """What it was done to, in words."""
    return str(SUBJECTS.get(subject, subject))
