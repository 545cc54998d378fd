"""Mails about offered times: instead of an appointment, or from the waiting list."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.models import Appointment, Clinic, Offer, OfferState, Treatment
from medcor.services import lookup
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import format_clock, format_day, format_short_day
from medcor.web.offer_words import stamp
from medcor.web.state import now

from .content import Content, Writer, page

Fact = tuple[str, str]


def _open_offer(session: Session, mail: DueMail) -> Offer | None:
    """The offer, if it can still be answered when the mail goes out."""
    offer = lookup.find(session, Offer, mail.details.get("offer_id"))
    if offer is None or offer.state is not OfferState.OPEN or offer.answer_by <= now():
        return None
    return offer


def _time_offered(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    offer = _open_offer(session, mail)
    if offer is None or offer.appointment is None or not offer.appointment.is_live:
        return None
    old = offer.appointment
    facts: list[Fact] = [
        (gettext("Treatment"), old.treatment.name),
        (gettext("Your time so far"), _time(old)),
        (gettext("The new time"), _time(offer)),
        (gettext("Answer by"), stamp(clinic, offer.answer_by)),
    ]
    if offer.message:
        facts.insert(1, (gettext("Reason"), offer.message))
    lines = [
        gettext(
            "The doctor can't see you at the time of your appointment. We hold another time for "
            "you: please say whether it suits."
        ),
        gettext(
            "Until you answer, your appointment stays as it is. If we hear nothing, the clinic "
            "will call you."
        ),
    ]
    return Content(
        subject=gettext(
            "Please answer: another time for your appointment on %(day)s, %(time)s",
            day=format_short_day(old.day),
            time=format_clock(old.start_time),
        ),
        lines=tuple(lines),
        facts=tuple(facts),
        button=_answer_link(mail),
        note=gettext("All times are the clinic's local times (%(zone)s).", zone=clinic.zone),
    )


def _time(place: Appointment | Offer) -> str:
    day, clock = format_day(place.day), format_clock(place.start_time)
    doctor = place.doctor.name if place.doctor else ""
    return gettext("%(day)s at %(time)s, %(doctor)s", day=day, time=clock, doctor=doctor)


def _answer_link(mail: DueMail) -> tuple[str, str]:
    return gettext("See it and answer"), page(
        "appointment.offer", offer_token=mail.details["token"]
    )


def _freed_time_offered(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    offer = _open_offer(session, mail)
    if offer is None or offer.waiting is None:
        return None
    return Content(
        subject=gettext(
            "A time is free for you: %(day)s, %(time)s",
            day=format_short_day(offer.day),
            time=format_clock(offer.start_time),
        ),
        lines=(
            gettext(
                "You are on the waiting list of %(clinic)s, and a time has become free. It is "
                "held for you alone until you answer.",
                clinic=clinic.name,
            ),
            gettext(
                "If you don't answer in time, it goes to the next one, and you stay on the list."
            ),
        ),
        facts=(
            (gettext("Treatment"), offer.waiting.treatment.name),
            (gettext("The free time"), _time(offer)),
            (gettext("Answer by"), stamp(clinic, offer.answer_by)),
        ),
        button=_answer_link(mail),
        note=gettext("All times are the clinic's local times (%(zone)s).", zone=clinic.zone),
    )


def _lapsed(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    offer = lookup.find(session, Offer, mail.details.get("offer_id"))
    if offer is None or offer.doctor is None:
        return None
    if offer.appointment is not None:
        return _lapsed_instead(clinic, offer) if offer.appointment.is_live else None
    treatment = session.get_one(Treatment, offer.waiting.treatment_id)
    return Content(
        subject=_lapsed_subject(offer),
        lines=(
            gettext("The time that was held for you is no longer held, and goes to others."),
            gettext(
                "You stay on the waiting list. As soon as another time that suits becomes free, "
                "you hear of it."
            ),
        ),
        facts=((gettext("Treatment"), treatment.name), (gettext("The time"), _time(offer))),
        button=(gettext("See my waiting list"), page("appointment.waiting_list")),
    )


def _lapsed_instead(clinic: Clinic, offer: Offer) -> Content:
    lines = [
        gettext("The time that was held for you is no longer held."),
        gettext("The clinic will call you. You can also choose another time yourself."),
    ]
    if clinic.phone:
        lines.append(gettext("Or call the clinic: %(phone)s", phone=clinic.phone))
    move = page("appointment.move_appointment", appointment_id=offer.appointment_id)
    return Content(
        subject=_lapsed_subject(offer),
        lines=tuple(lines),
        facts=(
            (gettext("Your time so far"), _time(offer.appointment)),
            (gettext("The time that was held"), _time(offer)),
        ),
        button=(gettext("Choose another time"), move),
    )


def _lapsed_subject(offer: Offer) -> str:
    return gettext(
        "No longer held for you: %(day)s, %(time)s",
        day=format_short_day(offer.day),
        time=format_clock(offer.start_time),
    )


def _needless(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    offer = lookup.find(session, Offer, mail.details.get("offer_id"))
    kept = offer.appointment if offer else None
    if kept is None or not kept.is_live:
        return None
    return Content(
        subject=gettext(
            "Your appointment on %(day)s, %(time)s stands",
            day=format_short_day(kept.day),
            time=format_clock(kept.start_time),
        ),
        lines=(
            gettext(
                "The doctor can see you at your appointment's time after all. You need not answer "
                "our offer of another time: it is over, and nothing has changed."
            ),
        ),
        facts=(
            (gettext("Treatment"), kept.treatment.name),
            (gettext("Your appointment"), _time(kept)),
        ),
        button=(
            gettext("See the appointment"),
            page("appointment.appointment_details", appointment_id=kept.id),
        ),
    )


WRITERS: dict[MailKind, Writer] = {
    MailKind.TIME_OFFERED: _time_offered,
    MailKind.FREED_TIME_OFFERED: _freed_time_offered,
    MailKind.OFFER_LAPSED: _lapsed,
    MailKind.OFFER_NEEDLESS: _needless,
}
