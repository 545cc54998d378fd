"""Mails about hand-overs: to the clinic that nobody has taken one, and to the patient.

None says what the patient said: that is read on the page, by whoever signs in.
"""

from __future__ import annotations

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from medcor.domain.handovers import HandoverState, state_of
from medcor.domain.triage import emergency_number
from medcor.models import Clinic, Handover, User
from medcor.services import lookup
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import format_clock, format_short_day
from medcor.web.state import now

from .content import Content, Writer, page


def _open_handover(session: Session, mail: DueMail) -> Handover | None:
    """The hand-over, if it still waits when the mail goes out."""
    row = lookup.find(session, Handover, mail.details.get("handover_id"))
    if row is None or state_of(row.taken_at, row.closed_at) is not HandoverState.OPEN:
        return None
    return row


def _waits(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    row = _open_handover(session, mail)
    if row is None:
        return None
    user = session.get_one(User, row.user_id)
    return Content(
        subject=_subject(row, clinic),
        lines=(_what_waits(row), gettext("Nobody has taken it yet.")),
        facts=_facts(row, user, clinic),
        button=(gettext("Look after it"), page("clinic.handover", handover_id=row.id)),
        note=_note(row, clinic),
    )


def _subject(row: Handover, clinic: Clinic) -> str:
    if row.flag:
        return gettext("Emergency: a patient of %(clinic)s may be in danger", clinic=clinic.name)
    return gettext("A patient of %(clinic)s waits for a person", clinic=clinic.name)


def _what_waits(row: Handover) -> str:
    if row.flag:
        return gettext(
            "A patient told the assistant something that sounds like an emergency. The patient "
            "was told to call the emergency number; please call them now."
        )
    return gettext("A patient asked the assistant for a person of the clinic.")


def _facts(row: Handover, user: User, clinic: Clinic) -> tuple[tuple[str, str], ...]:
    since = row.alarm_at or row.created_at
    local = since.astimezone(clinic.zone_info)
    minutes = int((now() - since).total_seconds() // 60)
    facts = (
        (gettext("Patient"), user.name),
        (gettext("Phone"), user.patient.phone if user.patient else ""),
        (
            gettext("Since"),
            f"{format_short_day(local.date())}, {format_clock(local)} "
            f"({ngettext('%(num)s minute', '%(num)s minutes', minutes)})",
        ),
    )
    return tuple(fact for fact in facts if fact[1])


def _note(row: Handover, clinic: Clinic) -> str:
    if row.flag:
        return gettext("This mail is sent again every ten minutes, three times, until it is taken.")
    return gettext("Clinic settings say after how many minutes such a mail is sent.")


def _untaken(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    row = _open_handover(session, mail)
    if row is None:
        return None
    number = emergency_number(clinic.country)
    lines = [
        gettext("Nobody at the clinic has been able to look at your message yet."),
        gettext("In an emergency, call %(number)s.", number=number),
    ]
    if row.flag:
        lines[1] = gettext(
            "Do not wait for the clinic: if you are in danger, call %(number)s now.", number=number
        )
    if clinic.phone:
        lines.append(gettext("You can reach the clinic at %(phone)s.", phone=clinic.phone))
    return Content(
        subject=gettext("%(clinic)s has not seen your message yet", clinic=clinic.name),
        lines=tuple(lines),
        button=(gettext("Open my page"), page("clinic.patient_home")),
        note=gettext("Your message is still there; you need not send it again."),
    )


WRITERS: dict[MailKind, Writer] = {
    MailKind.HANDOVER_WAITS: _waits,
    MailKind.HANDOVER_UNTAKEN: _untaken,
}
