"""One process of the storm: ``python -m tests.storm_worker``, told by JSON on its standard input.

Eight threads book, hold, move, confirm, exclude and cancel at random, all in one small clinic, and
write down what each of them was told.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time as clock
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config import Settings
from medcor import create_app
from medcor.domain import errors
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor, Role
from medcor.extensions import db
from medcor.models import Appointment, ExclusionDate, Hold, Slot
from medcor.services import booking, days_off, holds, moving
from medcor.services.booking import BookingRequest
from medcor.services.days_off import CANCEL, Absence, Decision
from medcor.services.holds import HoldWish
from medcor.services.moving import Target
from medcor.web.transaction import in_transaction, reading

# A second of the run is a minute of the clinic, so that holds run out while it lasts.
HASTE = 60
Answers = Counter[tuple[str, str]]


@dataclass(frozen=True)
class Plan:
    """What the processes of one storm share."""

    database_url: str
    clinic_id: int
    admin_user_id: int
    patients: list[list[int]]
    treatments: list[int]
    first_day: date
    weeks: int
    begins: datetime
    started: float
    seconds: float

    @classmethod
    def read(cls, told: dict[str, Any]) -> Plan:
        told["first_day"] = date.fromisoformat(told["first_day"])
        told["begins"] = datetime.fromisoformat(told["begins"])
        return cls(**told)

    def now(self) -> datetime:
        return self.begins + timedelta(seconds=(clock.time() - self.started) * HASTE)


@dataclass
class Storm:
    """One thread's part; ``answers`` counts (what was tried, what was told)."""

    plan: Plan
    chance: random.Random
    answers: Answers = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def run(self) -> None:
        tries = [self.book] * 6 + [self.hold] * 4 + [self.book_held] * 3 + [self.move] * 4
        tries += [self.confirm] * 2 + [self.cancel] * 3 + [self.exclude, self.include] * 1
        while clock.time() < self.plan.started + self.plan.seconds:
            chosen = self.chance.choice(tries)
            try:
                told = chosen()
            except errors.DomainError as error:
                told = error.code
            except Exception:
                told = "fault"
                self.faults.append(traceback.format_exc())
            finally:
                db.session.remove()
            self.answers[chosen.__name__, told] += 1

    def somebody(self) -> Actor:
        user_id, patient_id = self.chance.choice(self.plan.patients)
        return Actor(self.plan.clinic_id, user_id, Role.PATIENT, patient_id, "racer", "")

    @property
    def admin(self) -> Actor:
        return Actor(self.plan.clinic_id, self.plan.admin_user_id, Role.ADMIN, None, "admin", "")

    def day(self) -> date:
        """One of the days from Monday to Thursday, on which the clinic's doctors have openings."""
        offset = 7 * self.chance.randrange(self.plan.weeks) + self.chance.randrange(4)
        return self.plan.first_day + timedelta(days=offset)

    def pick(self, wanted: sa.Select) -> Any:
        """One of the rows that there are right now, which may be gone in a moment."""
        rows = reading(self.plan.clinic_id).execute(wanted).all()
        return self.chance.choice(rows) if rows else None

    def slot_on(self, day: date) -> Any:
        wanted = sa.select(Slot.id, Slot.doctor_id).where(Slot.weekday == day.weekday())
        return self.pick(wanted)

    def do(self, who: Actor, work: Callable[[Any], Any]) -> str:
        in_transaction(self.plan.clinic_id, who, work)
        return "done"

    def book(self) -> str:
        who, day, now = self.somebody(), self.day(), self.plan.now()
        slot = self.slot_on(day)
        wish = BookingRequest(
            slot.doctor_id, self.chance.choice(self.plan.treatments), slot.id, day
        )
        return self.do(who, lambda session: booking.book_appointment(session, who, wish, now))

    def hold(self) -> str:
        who, day, now = self.somebody(), self.day(), self.plan.now()
        slot = self.slot_on(day)
        wish = HoldWish(slot.doctor_id, self.chance.choice(self.plan.treatments), slot.id, day)
        return self.do(who, lambda session: holds.hold_time(session, who, wish, now))

    def book_held(self) -> str:
        now = self.plan.now()
        held = self.pick(
            sa.select(Hold.patient_id, Hold.doctor_id, Hold.treatment_id, Hold.slot_id, Hold.day)
        )
        if held is None:
            return "nothing"
        user_id = next(user for user, patient in self.plan.patients if patient == held.patient_id)
        who = Actor(self.plan.clinic_id, user_id, Role.PATIENT, held.patient_id, "racer", "")
        wish = BookingRequest(held.doctor_id, held.treatment_id, held.slot_id, held.day)
        return self.do(who, lambda session: booking.book_appointment(session, who, wish, now))

    def _live(self) -> Any:
        return self.pick(sa.select(Appointment.id).where(Appointment.status.in_(sorted(LIVE))))

    def move(self) -> str:
        found, day, now = self._live(), self.day(), self.plan.now()
        if found is None:
            return "nothing"
        target = Target(self.slot_on(day).id, day)
        return self.do(
            self.admin,
            lambda session: moving.move_appointment(
                session, self.admin, found.id, target, now, reason="storm"
            ),
        )

    def confirm(self) -> str:
        found, now = self._live(), self.plan.now()
        if found is None:
            return "nothing"
        return self.do(
            self.admin,
            lambda session: booking.confirm_appointment(session, self.admin, found.id, now),
        )

    def cancel(self) -> str:
        found, now = self._live(), self.plan.now()
        if found is None:
            return "nothing"
        return self.do(
            self.admin,
            lambda session: booking.cancel_appointment(session, self.admin, found.id, "storm", now),
        )

    def exclude(self) -> str:
        """As the page does: whom it hits is shown, then all of them are cancelled."""
        day, now = self.day(), self.plan.now()
        doctor_id = self.slot_on(day).doctor_id
        absence = Absence(day, day)
        hit = days_off.find_affected(reading(self.plan.clinic_id), [doctor_id], absence, now)
        decision = Decision(CANCEL, frozenset(each.id for each in hit), "storm")
        return self.do(
            self.admin,
            lambda session: days_off.add_days_off(
                session, self.admin, doctor_id, absence, decision, now
            ),
        )

    def include(self) -> str:
        found, now = self.pick(sa.select(ExclusionDate.id)), self.plan.now()
        if found is None:
            return "nothing"
        return self.do(
            self.admin,
            lambda session: days_off.delete_days_off(session, self.admin, found.id, None, now),
        )


def main() -> None:
    """Say ``ready`` once all is loaded, wait until everybody begins, and storm."""
    told = json.loads(sys.stdin.readline())
    app = create_app(
        Settings(
            _env_file=None,
            medcor_env="testing",
            medcor_instance=Path(told.pop("folder")),
            socketio_async_mode="threading",
            database_url=told["database_url"],
        )
    )
    seed, threads = told.pop("seed"), told.pop("threads")
    print("ready", flush=True)
    plan = Plan.read({**told, "started": float(sys.stdin.readline())})
    storms = [Storm(plan, random.Random(f"{seed}:{number}")) for number in range(threads)]

    def work(storm: Storm) -> None:
        with app.app_context():
            storm.run()

    runners = [threading.Thread(target=work, args=(storm,)) for storm in storms]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    total: Answers = sum((storm.answers for storm in storms), Counter())
    faults = [fault for storm in storms for fault in storm.faults]
    counted = [[*key, count] for key, count in sorted(total.items())]
    print(json.dumps({"answers": counted, "faults": faults[:5]}))


if __name__ == "__main__":
    main()
