"""Find and offer another time to every patient whose doctor will be off on the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import offers as rules
from medcor.domain import scheduling
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor
from medcor.domain.scheduling import Opening
from medcor.models import (
    Appointment,
    Claim,
    Clinic,
    Doctor,
    MedicalRecord,
    Offer,
    OfferState,
    Patient,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.services import agenda, notices, offered, record_drafts, waiting
from medcor.services import scheduling as search
from medcor.services.free_windows import FreeWindow
from medcor.services.offered import Cause

DaysOff = Mapping[int, Sequence[tuple[date, date]]]
# Found this many days around the old times first; only who finds nothing there is sought further.
FURTHER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A free time instead of an appointment's, and until when the patient may take it."""

    opening: Opening
    answer_by: datetime


def plan(
    session: Session, clinic: Clinic, appointment_ids: Sequence[int], off: DaysOff, now: datetime
) -> dict[int, Alternative | None]:
    """The time that each appointment would be offered, None where there is none in time.

    ``off`` are days that doctors will be off, saved or not. The times do not clash among each
    other. As many queries, however many appointments there are.
    """
    rows = sorted(agenda.load(session, appointment_ids), key=lambda each: (each.starts_at, each.id))
    if not rows:
        return {}
    finder = _Finder(session, clinic, rows, off, now)
    return {each.id: finder.best_for(each) for each in rows}


@dataclass(frozen=True, slots=True)
class _Window:
    """The free times of everybody who gives one of the treatments, over some days."""

    givers: Mapping[int, Sequence[int]]
    free: FreeWindow

    def nearest(self, row: Appointment, *, own: bool) -> Iterator[Opening]:
        """The doctor's own times, or their colleagues', the nearest to the old one first."""
        asked = search.treatment_rule(row.treatment)
        found = [
            opening
            for each in self.givers.get(row.treatment_id, ())
            if (each == row.doctor_id) is own
            for opening in self.free.free(each, asked)
        ]
        if not own:
            found.sort(key=lambda each: (each.span.start, each.slot.doctor_id))
        starts = [each.span.start for each in found]
        return (found[place] for place in rules.nearest_first(starts, row.starts_at))


def _givers(session: Session, treatments: set[int]) -> dict[int, list[int]]:
    """By treatment, if it is still offered, the active doctors who give it."""
    wanted = (
        sa.select(TreatmentDoctor.treatment_id, TreatmentDoctor.doctor_id)
        .join(Treatment, Treatment.id == TreatmentDoctor.treatment_id)
        .join(Doctor, Doctor.id == TreatmentDoctor.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(
            TreatmentDoctor.treatment_id.in_(treatments),
            Treatment.is_active,
            Doctor.is_active,
            User.is_active,
        )
    )
    found: dict[int, list[int]] = defaultdict(list)
    for treatment_id, doctor_id in session.execute(wanted):
        found[treatment_id].append(doctor_id)
    return found


class _Finder:
    """Hands out free times one by one, none twice."""

    def __init__(
        self,
        session: Session,
        clinic: Clinic,
        rows: Sequence[Appointment],
        off: DaysOff,
        now: datetime,
    ) -> None:
        self.session, self.clinic, self.off, self.now = session, clinic, off, now
        self.days = min(each.day for each in rows), max(each.day for each in rows)
        self.givers = _givers(session, {each.treatment_id for each in rows})
        self.notice = timedelta(minutes=clinic.min_notice_minutes)
        self.answer_time = timedelta(hours=clinic.offer_answer_hours)
        self.taken: dict[int, set[int]] = defaultdict(set)
        self.busy = _patient_steps(session, rows)
        self.bound = _bound_to_their_doctor(session, rows)
        self.windows: dict[timedelta, _Window] = {}

    def best_for(self, row: Appointment) -> Alternative | None:
        """The best time that is left for an appointment; it is nobody else's from now on."""
        reachable = row.patient.is_active and row.patient.user.is_active
        # However late the new time is, the old one leaves so long to answer at most.
        at_most = self._until(row, row.starts_at + timedelta(days=3650))
        if not reachable or at_most is None:
            return None
        kinds = (True,) if row.id in self.bound else (True, False)
        for behind, within in ((rules.NEAR, rules.NEAR), (FURTHER, None)):
            for own in kinds:
                times = self._window(behind).nearest(row, own=own)
                found = self._first(row, times, within)
                if found:
                    return found
        return None

    def _first(
        self, row: Appointment, openings: Iterator[Opening], within: timedelta | None
    ) -> Alternative | None:
        rule, busy = search.treatment_rule(row.treatment), self._busy_besides(row)
        for opening in openings:
            if within is not None and abs(opening.span.start - row.starts_at) > within:
                return None
            doctor_id = opening.slot.doctor_id
            if scheduling.is_excluded(opening.day, self.off.get(doctor_id, ())):
                continue
            needed = scheduling.steps(scheduling.with_buffers(opening.span, rule))
            own = scheduling.steps(opening.span)
            until = self._until(row, opening.span.start)
            if (
                until is not None
                and self.taken[doctor_id].isdisjoint(needed)
                and busy.isdisjoint(own)
            ):
                self.taken[doctor_id].update(needed)
                self.busy[row.patient_id].setdefault(None, set()).update(own)
                return Alternative(opening, until)
        return None

    def _until(self, row: Appointment, new_start: datetime) -> datetime | None:
        return rules.answer_by(self.now, self.answer_time, row.starts_at, new_start, self.notice)

    def _busy_besides(self, row: Appointment) -> set[int]:
        """What the patient's other appointments take, and other times found for them."""
        own = self.busy[row.patient_id]
        return set().union(*(steps for key, steps in own.items() if key != row.id))

    def _window(self, behind: timedelta) -> _Window:
        """The days around the old times, and ``behind`` them."""
        if behind not in self.windows:
            first, last = self.days[0] - rules.NEAR, self.days[1] + behind
            everybody = {each for ids in self.givers.values() for each in ids}
            free = FreeWindow.load(self.session, self.clinic, everybody, first, last, self.now)
            self.windows[behind] = _Window(self.givers, free)
        return self.windows[behind]


def _patient_steps(
    session: Session, rows: Sequence[Appointment]
) -> dict[int, dict[int | None, set[int]]]:
    """By patient the steps of each of their live appointments."""
    own = (
        sa.select(
            Claim.patient_id, Claim.appointment_id, sa.func.min(Claim.step), sa.func.max(Claim.step)
        )
        .where(Claim.patient_id.in_({each.patient_id for each in rows}))
        .group_by(Claim.patient_id, Claim.appointment_id)
    )
    found: dict[int, dict[int | None, set[int]]] = defaultdict(dict)
    for patient_id, appointment_id, first, last in session.execute(own):
        found[patient_id][appointment_id] = set(range(first, last + 1))
    return found


def _bound_to_their_doctor(session: Session, rows: Sequence[Appointment]) -> set[int]:
    """Appointments with a record or a draft of one, which ties them to the doctor who wrote it."""
    ids = [each.id for each in rows]
    wanted = sa.select(MedicalRecord.appointment_id).where(MedicalRecord.appointment_id.in_(ids))
    return set(session.scalars(wanted.union(record_drafts.ties_to_doctor(ids))))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many patients were offered another time, and how many somebody has to call."""

    offered: int = 0
    to_call: int = 0


def offer_times(
    session: Session,
    actor: Actor,
    clinic: Clinic,
    appointment_ids: Sequence[int],
    off: DaysOff,
    message: str,
    now: datetime,
) -> Outcome:
    """Offer each patient the best time that is free, held for them; the rest goes to the staff.

    The appointments stay as they are until they answer. Nobody has two offers for one.
    """
    asked = with_open_offer(session, appointment_ids)
    ids = [each for each in appointment_ids if each not in asked]
    found = plan(session, clinic, ids, off, now)
    made = 0
    for row in agenda.load(session, ids):
        made += offer_one(session, actor, clinic, row, found[row.id], off, message, now)
    return Outcome(made + len(asked), len(found) - made)


def with_open_offer(session: Session, appointment_ids: Sequence[int]) -> set[int]:
    """Those of the appointments whose patients have an offer that is open."""
    wanted = sa.select(Offer.appointment_id).where(
        Offer.appointment_id.in_(appointment_ids), Offer.state == OfferState.OPEN
    )
    return set(session.scalars(wanted))


def offer_one(
    session: Session,
    actor: Actor,
    clinic: Clinic,
    row: Appointment,
    found: Alternative | None,
    off: DaysOff,
    message: str,
    now: datetime,
) -> bool:
    """Offer what was found, or what is left if it was taken in this moment; say whether.

    Where nothing is, the appointment goes on the staff's list. It must have no offer open.
    """
    cause = Cause(now, appointment_id=row.id, message=message.strip()[:300])
    for _attempt in range(3):
        if found is None:
            break
        until = replace(cause, answer_by=found.answer_by)
        if offered.make_offer(
            session, actor, row.patient, row.treatment, found.opening, until, now
        ):
            return True
        found = plan(session, clinic, [row.id], off, now)[row.id]
    offered.note_none_found(session, actor, row.patient_id, cause, now)
    return False


def withdraw_needless(
    session: Session,
    actor: Actor,
    clinic: Clinic,
    doctor_id: int,
    days: Sequence[tuple[date, date]],
    now: datetime,
) -> int:
    """End the open offers of appointments on days that are no longer off, and tell the patients.

    The old time stands; how many offers it were.
    """
    ids = _live_on(session, doctor_id, days)
    found = offered.lock_open(session, Offer.appointment_id.in_(ids)) if ids else []
    for offer in found:
        waiting.give_back(session, actor, clinic, offer, OfferState.OVERTAKEN, now)
        patient = session.get_one(Patient, offer.patient_id)
        notices.offer_needless(session, patient.user, offer.id)
    return len(found)


def _live_on(session: Session, doctor_id: int, days: Sequence[tuple[date, date]]) -> list[int]:
    if not days:
        return []
    wanted = sa.select(Appointment.id).where(
        Appointment.doctor_id == doctor_id,
        Appointment.status.in_(sorted(LIVE)),
        sa.or_(*(Appointment.day.between(first, last) for first, last in days)),
    )
    return list(session.scalars(wanted))


def withdraw_offered(
    session: Session, actor: Actor, clinic: Clinic, off: DaysOff, now: datetime
) -> None:
    """Take back times that were offered on days that are off from now on, and offer others.

    Somebody on the waiting list is told that the time is gone and stays on it.
    """
    on_days = [
        sa.and_(Offer.doctor_id == doctor_id, Offer.day.between(first, last))
        for doctor_id, spans in off.items()
        for first, last in spans
    ]
    stranded = offered.lock_open(session, sa.or_(*on_days)) if on_days else []
    for offer in stranded:
        offered.close(session, actor, offer, OfferState.OVERTAKEN, now)
        if offer.waiting_id is not None:
            patient = session.get_one(Patient, offer.patient_id)
            notices.offer_lapsed(session, patient.user, offer.id)
    again: dict[str, list[int]] = defaultdict(list)
    for each in stranded:
        if each.appointment_id is not None:
            again[each.message].append(each.appointment_id)
    for message, ids in again.items():
        offer_times(session, actor, clinic, ids, off, message, now)
