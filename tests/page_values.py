"""What the parts of a page's address can be for somebody, from what the database holds."""

from __future__ import annotations

from datetime import time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.permissions import Actor, Role, system_actor
from medcor.domain.scheduling import local_today
from medcor.domain.webhooks import Event
from medcor.extensions import db
from medcor.models import (
    Appointment,
    AppointmentSeries,
    Clinic,
    ConversationMessage,
    Doctor,
    ErasureRequest,
    ErasureState,
    ExclusionDate,
    Handover,
    LinkPurpose,
    MedicalRecord,
    MessageType,
    Offer,
    OfferState,
    Patient,
    RecordAttachment,
    RecordDraft,
    SeriesAppointment,
    Slot,
    TalkSession,
    Treatment,
    TreatmentDoctor,
    User,
    WaitingEntry,
    WaitingState,
    WebhookDelivery,
    WebhookEndpoint,
)
from medcor.services import webhook_endpoints
from medcor.services.files import add_attachment
from medcor.services.links import digest_of, issue_link, new_token
from medcor.services.mail import queue_mail
from medcor.services.webhook_endpoints import EndpointFacts
from medcor.web.mail_ticker import send_due
from medcor.web.state import now, settings
from medcor.web.transaction import reading, transaction

# At most so many values are tried for one part of an address.
VALUES = 4
PDF = b"%PDF-1.4\n%%EOF\n"


class UnknownPart(Exception):
    """A part of an address that nothing here knows how to fill."""


class Values:
    """What the parts of addresses can be for an actor, from the database."""

    def __init__(self, actor: Actor | None, clinic_id: int) -> None:
        self.actor, self.clinic_id = actor, clinic_id
        self.today = local_today(reading(clinic_id).get(Clinic, clinic_id).zone_info, now())
        self._known: dict[str, list[object]] = {}

    @property
    def session(self) -> Session:
        return reading(self.clinic_id)

    def of(self, name: str) -> list[object]:
        """Values of a part of an address; fails for a part that is not known here."""
        if name not in self._known:
            find = getattr(self, f"_{name}", None)
            if find is None:
                raise UnknownPart(f"tell tests/page_values.py what <{name}> of an address may be")
            self._known[name] = list(find())[:VALUES]
        return self._known[name]

    def queries(self, endpoint: str, filled: dict[str, object]) -> list[dict[str, object]]:
        """Queries to try with a route: most need none, some a doctor."""
        if endpoint.startswith("account.patient_") or endpoint == "account.resend_verification":
            return [{"clinic": self.clinic_id}]
        if endpoint == "appointment.appointment_success":
            return [{"appointment_id": each} for each in self.of("appointment_id")]
        if endpoint == "appointment.book_slot":
            slot = self.session.get(Slot, filled["slot_id"])
            ahead = (slot.weekday - self.today.weekday()) % 7
            # Within what may be booked, and later than anything that demo data holds.
            days = [self.today + timedelta(days=ahead + 7 * week) for week in (9, 10, 11)]
            return [{"doctor_id": slot.doctor_id, "appointment_date": day} for day in days]
        if endpoint in ("appointment.new_series", "appointment.new_series_for_patient"):
            return self._repeated(staff=endpoint.endswith("patient"))
        if endpoint == "appointment.discard_record_draft":
            self._dictate(filled["appointment_id"])
            return [{}]
        if endpoint == "appointment.cancel_following":
            self.of("series_id")
            return [{}]
        doctor = {"doctor_id": self.of("doctor_id")[0]}
        if endpoint == "appointment.why_not":
            slot = self.session.get(Slot, self.of("slot_id")[0])
            past = self.today - timedelta(days=(self.today.weekday() - slot.weekday) % 7 + 7)
            about = {"treatment_id": self.of("treatment_id")[0], "date": past}
            return [{**doctor, **about, "time": f"{slot.start_time:%H:%M}"}]
        if endpoint == "appointment.check_days_off":
            ahead = [self.today + timedelta(days=days) for days in (1, 7)]
            return [{**doctor, "date": ahead[0], "end_date": ahead[1], "reason": "Congress"}]
        return [{}, doctor]

    def _dictate(self, appointment_id: object) -> None:
        """Let something be dictated about a visit that has begun."""
        visit = self.session.get(Appointment, appointment_id)
        noted = RecordDraft.appointment_id == visit.id
        if visit.starts_at <= now() and not self._ids(RecordDraft, noted):
            about = {"appointment_id": visit.id, "doctor_id": visit.doctor_id}
            self._add(RecordDraft(**about, complaint="Pain", transcript="Complaint: pain"))

    def _repeated(self, *, staff: bool) -> list[dict[str, object]]:
        """A time to repeat, so often that some of it lies past what can be booked."""
        about = {"treatment_id": self.of("treatment_id")[0], "every_weeks": 2, "times": 8}
        if staff:
            about["patient_id"] = self.of("patient_id")[0]
        found = []
        for slot_id in self.of("slot_id"):
            slot = self.session.get(Slot, slot_id)
            day = self.today + timedelta(days=(slot.weekday - self.today.weekday()) % 7 + 7)
            found.append({**about, "slot_id": slot_id, "appointment_date": day})
        return found

    def _ids(self, model: type, *criteria: object, order: object = None) -> list[int]:
        wanted = sa.select(model.id).where(*criteria)
        return list(
            self.session.scalars(
                wanted.order_by(model.id if order is None else order).limit(VALUES)
            )
        )

    def _add(self, row: object) -> None:
        db.session.remove()
        with transaction(self.clinic_id) as session:
            session.add(row)

    def _doctor_id(self) -> list[int]:
        if self.actor and self.actor.role is Role.DOCTOR:
            return [self.actor.profile_id]
        return self._ids(Doctor, Doctor.is_active)

    def _patient_id(self) -> list[int]:
        own = Appointment.doctor_id == self.of("doctor_id")[0]
        seen = sa.select(Appointment.patient_id).where(own, Appointment.patient_id == Patient.id)
        return self._ids(Patient, Patient.is_active, seen.exists())

    def _treatment_id(self) -> list[int]:
        given = sa.select(TreatmentDoctor.treatment_id).where(
            TreatmentDoctor.doctor_id == self.of("doctor_id")[0]
        )
        return self._ids(Treatment, Treatment.is_active, Treatment.id.in_(given))

    _id = _treatment_id

    def _clinic_id(self) -> list[int]:
        return [self.clinic_id]

    def _slot_id(self) -> list[int]:
        own = Slot.doctor_id == self.of("doctor_id")[0]
        return self._ids(Slot, own, Slot.is_active, order=Slot.start_time.desc())

    def _appointment_id(self) -> list[int]:
        """One that lies ahead, one that is over, one with a record, one that has begun."""
        mine = True
        if self.actor and self.actor.profile_id:
            column = {Role.DOCTOR: Appointment.doctor_id, Role.PATIENT: Appointment.patient_id}
            mine = column[self.actor.role] == self.actor.profile_id
        recorded = sa.select(MedicalRecord.id).where(MedicalRecord.appointment_id == Appointment.id)
        live = Appointment.status.in_(LIVE), Appointment.starts_at > now() + timedelta(days=2)
        done = Appointment.status == AppointmentStatus.COMPLETED
        late = Appointment.starts_at.desc()
        found = [
            *self._ids(Appointment, mine, *live, order=late)[:1],
            *self._ids(Appointment, mine, recorded.exists(), order=late)[:1],
            *self._ids(Appointment, mine, done, order=late)[:1],
            *self._ids(Appointment, mine, order=late)[:1],
        ]
        return list(dict.fromkeys(found))

    def _exclusion_id(self) -> list[int]:
        own = ExclusionDate.doctor_id == self.of("doctor_id")[0]
        if not self._ids(ExclusionDate, own):
            away, doctor = self.today + timedelta(days=300), self.of("doctor_id")[0]
            self._add(ExclusionDate(doctor_id=doctor, start_date=away, end_date=away))
        return self._ids(ExclusionDate, own)

    def _request_id(self) -> list[int]:
        """An open request to erase, of a patient who will not be asked for anything else."""
        asked = ErasureRequest.state == ErasureState.ASKED
        if not self._ids(ErasureRequest, asked):
            last = self._ids(Patient, order=Patient.id.desc())[0]
            self._add(ErasureRequest(patient_id=last))
        return self._ids(ErasureRequest, asked)

    def _file_id(self) -> list[int]:
        """A file beside a record of the actor's, the one that ``appointment_id`` names second."""
        record = self.session.scalars(
            sa.select(MedicalRecord).where(
                MedicalRecord.appointment_id.in_(self.of("appointment_id"))
            )
        ).first()
        if record is None:
            return []
        beside = RecordAttachment.record_id == record.id
        if not self._ids(RecordAttachment, beside):
            self._attach(record)
        wanted = sa.select(RecordAttachment.file_id).where(beside)
        return list(self.session.scalars(wanted))

    def _attach(self, record: MedicalRecord) -> None:
        number, author = record.id, self.session.get(Doctor, record.doctor_id).user_id
        db.session.remove()
        with transaction(self.clinic_id) as session:
            made = add_attachment(session, system_actor(self.clinic_id), PDF, "scan.pdf")
            session.add(RecordAttachment(record_id=number, file_id=made.id, added_by_id=author))

    def _handover_id(self) -> list[int]:
        """An alarm of a patient whom the actor may see."""
        patient = self.session.get(Patient, self.of("patient_id")[0])
        own = Handover.user_id == patient.user_id
        if not self._ids(Handover, own):
            self._add(Handover(user_id=patient.user_id, flag="breathing", alarm_at=now()))
        return self._ids(Handover, own)

    def _session_id(self) -> list[str]:
        """A talk of the actor's that is over, with a turn and its reply."""
        user_id = self.actor.user_id
        own = TalkSession.user_id == user_id, TalkSession.ended_at.is_not(None)
        if not self._ids(TalkSession, *own):
            name = f"walk-{self.clinic_id}-{user_id}"
            about = {"user_id": user_id, "session_id": name}
            at = {"began_at": now() - timedelta(hours=2), "ended_at": now() - timedelta(hours=1)}
            self._add(TalkSession(**about, **at, end_reason="stopped"))
            for kind in MessageType:
                said = {"message_type": kind, "content": "Good morning.", "user_email": "x@x.test"}
                self._add(ConversationMessage(**about, **said, message_id=f"{name}.{kind}"))
        wanted = sa.select(TalkSession.session_id).where(*own)
        return list(self.session.scalars(wanted.order_by(TalkSession.id.desc())))

    def _endpoint_id(self) -> list[int]:
        """A webhook of the clinic's, with a test event that waits."""
        if not self._ids(WebhookEndpoint):
            db.session.remove()
            actor = system_actor(self.clinic_id)
            with transaction(self.clinic_id) as session:
                facts = EndpointFacts("https://hooks.test/", "Books", (Event.BOOKED,), False, True)
                made = webhook_endpoints.add_endpoint(session, actor, facts, now())
                webhook_endpoints.send_test(session, actor, made.id, now())
        return self._ids(WebhookEndpoint)[:1]

    def _delivery_id(self) -> list[int]:
        own = WebhookDelivery.endpoint_id == self.of("endpoint_id")[0]
        return self._ids(WebhookDelivery, own)

    def _series_id(self) -> list[int]:
        """A series that the actor's appointment ahead is part of."""
        first = self.session.get(Appointment, self.of("appointment_id")[0])
        place = SeriesAppointment.appointment_id == first.id
        if not self._ids(SeriesAppointment, place):
            about = {"patient_id": first.patient_id, "treatment_id": first.treatment_id}
            member, key = first.id, f"walk-{first.id}"
            self._add(AppointmentSeries(**about, every_weeks=1, request_key=key))
            made = self._ids(AppointmentSeries, AppointmentSeries.request_key == key)[0]
            self._add(SeriesAppointment(series_id=made, appointment_id=member, number=1))
        wanted = sa.select(SeriesAppointment.series_id).where(place)
        return list(self.session.scalars(wanted))

    def _token(self) -> list[str]:
        """A mailed link of every purpose."""
        db.session.remove()
        with transaction(self.clinic_id) as session:
            wanted = sa.select(User).where(User.role == Role.PATIENT).order_by(User.id).limit(1)
            user = session.scalars(wanted).one()
            return [issue_link(session, user, purpose, now()) for purpose in LinkPurpose]

    def _entry_id(self) -> list[int]:
        """An entry of the waiting list that the actor may change."""
        patient_id = self._offered_to()
        own = WaitingEntry.patient_id == patient_id, WaitingEntry.state == WaitingState.WAITING
        if not self._ids(WaitingEntry, *own):
            self._add(
                WaitingEntry(
                    patient_id=patient_id,
                    treatment_id=self.of("treatment_id")[0],
                    first_day=self.today,
                    last_day=self.today + timedelta(days=30),
                    weekdays=127,
                    earliest=time(8),
                    latest=time(18),
                )
            )
        return self._ids(WaitingEntry, *own)

    def _offered_to(self) -> int:
        own = self.actor and self.actor.role is Role.PATIENT
        return self.actor.profile_id if own else self._ids(Patient, Patient.is_active)[0]

    def _offer_id(self) -> list[int]:
        """A time that somebody on the waiting list is offered."""
        self.of("offer_token")
        return self._ids(Offer, Offer.patient_id == self._offered_to())

    def _offer_token(self) -> list[str]:
        entry_id, token = self.of("entry_id")[0], new_token(self.clinic_id)
        earlier = Offer.waiting_id == entry_id, Offer.state == OfferState.OPEN
        slot = self.session.get(Slot, self.of("slot_id")[0])
        day = self.today + timedelta(days=21)
        offer = Offer(
            patient_id=self._offered_to(),
            waiting_id=entry_id,
            doctor_id=slot.doctor_id,
            slot_id=slot.id,
            day=day,
            start_time=slot.start_time,
            end_time=slot.end_time,
            starts_at=now() + timedelta(days=21),
            token_hash=digest_of(token),
            answer_by=now() + timedelta(days=1),
        )
        db.session.remove()
        with transaction(self.clinic_id) as session:
            session.execute(sa.delete(Offer).where(*earlier))
            session.add(offer)
        return [token]

    def _name(self) -> list[str]:
        folder = settings().mail_folder
        if not list(folder.glob("*.eml")):
            db.session.remove()
            with transaction(self.clinic_id) as session:
                queue_mail(session, self.clinic_id, "password_changed", "walk@x.test", "en")
            send_due()
        return sorted(each.stem for each in folder.glob("*.eml"))
