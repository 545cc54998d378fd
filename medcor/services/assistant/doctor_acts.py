"""Changes that a doctor's turn makes, each at most once per turn: days off, and dictated words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from medcor.domain.dictation import Step
from medcor.domain.permissions import Actor
from medcor.models import Appointment, AssistantAct, ExclusionDate
from medcor.services import days_off, lookup, patient_words, record_drafts
from medcor.services.assistant.acts import begin_act, find_act
from medcor.services.assistant.doctor_facts import DaysOffDone, DaysOffPlan
from medcor.services.days_off import Absence, Decision
from medcor.services.record_drafts import Taken

FREE_DAYS, DICTATE = "free_days", "dictate"


def free_days(
    session: Session, actor: Actor, plan: DaysOffPlan, turn_ids: Sequence[str], now: datetime
) -> DaysOffDone:
    """Enter the doctor's own days off as agreed to; again for the same turn enters nothing more.

    Errors: those of ``add_days_off``, AppointmentsAffected if somebody was booked meanwhile.
    """
    known = known_days(session, actor, turn_ids)
    if known is not None:
        return known
    act = begin_act(session, actor, turn_ids[-1], FREE_DAYS, now)
    decision = Decision(plan.kind, frozenset(plan.seen), plan.message)
    absence = Absence(plan.first, plan.last, plan.reason)
    saved = days_off.add_days_off(session, actor, actor.profile_id, absence, decision, now)
    act.subject_id = saved.row.id
    session.flush()
    return DaysOffDone(
        saved.row.id,
        plan.first,
        plan.last,
        offered=saved.outcome.offered,
        to_call=saved.outcome.to_call,
        cancelled=len(plan.seen) if plan.kind == days_off.CANCEL else 0,
    )


def known_days(session: Session, actor: Actor, turn_ids: Sequence[str]) -> DaysOffDone | None:
    """The days off that a turn has entered already; None if it has not, or they are gone."""
    act = find_act(session, actor, turn_ids, FREE_DAYS)
    return days_of(session, act) if act else None


def days_of(session: Session, act: AssistantAct) -> DaysOffDone | None:
    """The days off that an act has entered; None if they are gone."""
    row = lookup.find(session, ExclusionDate, act.subject_id)
    return DaysOffDone(row.id, row.start_date, row.end_date) if row else None


def take_down(
    session: Session,
    actor: Actor,
    appointment_id: int,
    steps: Sequence[tuple[Step, str]],
    session_id: str,
    turn_id: str,
    now: datetime,
) -> Taken:
    """Write what a turn dictated into the draft; again for the same turn writes nothing more.

    Errors: those of ``records.get_writable``, and Conflict while the same turn is being written
    by another process: the next try finds what it wrote. The words are the patient's data in the
    log of the talk as well: they go from there with the draft.
    """
    if find_act(session, actor, (turn_id,), DICTATE) is not None:
        return Taken(record_drafts.find_draft(session, actor, appointment_id))
    act = begin_act(session, actor, turn_id, DICTATE, now)
    taken = record_drafts.take_down(session, actor, appointment_id, steps, session_id, now)
    act.subject_id = taken.draft.id if taken.draft else None
    visit = lookup.find(session, Appointment, appointment_id)
    turns, draft_id = (turn_id,), act.subject_id
    patient_words.mark_about(session, actor, session_id, turns, visit.patient_id, draft_id)
    session.flush()
    return taken
