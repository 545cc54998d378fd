"""The audit log: who did what and when, in words, and nothing of another clinic."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from medcor.blueprints.clinic.audit_words import KINDS
from medcor.domain.permissions import system_actor
from medcor.models import AuditEvent
from medcor.services import audit
from medcor.web.transaction import transaction
from tests.page_helpers import sign_in_patient, sign_in_staff, text_of
from tests.people_helpers import counted_queries
from tests.week_helpers import acts

LOG = "/audit-log/"


def note(clinic, who, action: str, subject: str = "slot", number: int | None = 7, at=None) -> None:
    with transaction(clinic.id) as session:
        audit.record(session, who, action, subject, number)
        session.flush()
        if at is not None:
            row = session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
            row.created_at = at


def actions(answer) -> list[str]:
    return [each["action"] for each in answer.json["results"]]


def test_it_says_in_words_who_did_what(world, admin):
    one = world.one
    note(one, one.doctor, "slot.paused")
    note(one, one.admin, "doctor.edited", "doctor", one.doctor.profile_id)
    note(one, system_actor(one.id), "something.new", "thing", 3)
    note(world.two, world.two.doctor, "slot.deleted", number=4711)
    text = text_of(admin.page(LOG))
    assert "Doctor Test Doctor Paused an opening Opening 7" in text
    assert "Admin Test Admin Changed a doctor Dr. Doctor Test" in text
    assert "Medcor itself something.new thing 3" in text
    assert "4711" not in text and "Deleted an opening" not in text
    assert "slot.deleted" not in actions(admin.json(LOG))


def test_latest_first_and_paged(world, admin):
    for number in range(60):
        note(world.one, world.one.doctor, "slot.edited", number=number)
    first, second = admin.json(LOG), admin.json(f"{LOG}?page=2")
    assert first.json["count"] == len(acts(world.one))
    assert [each["subject_id"] for each in first.json["results"]][:2] == [59, 58]
    assert len(first.json["results"]) == 50
    assert not {each["subject_id"] for each in first.json["results"][:50]} & {
        each["subject_id"] for each in second.json["results"] if each["action"] == "slot.edited"
    }
    assert f"51–{first.json['count']} of {first.json['count']}" in text_of(
        admin.page(f"{LOG}?page=99")
    )


def test_by_person_kind_and_day(world, admin):
    one = world.one
    # 00:30 on the second of March on the clinic's clock.
    note(one, one.doctor, "slot.edited", at=datetime(2026, 3, 1, 21, 30, tzinfo=UTC))
    note(one, one.other_doctor, "exclusion.added", at=datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    note(one, one.patient, "appointment.booked", "appointment")
    assert actions(admin.json(f"{LOG}?kind=weeks&q=second-doctor")) == ["exclusion.added"]
    assert actions(admin.json(f"{LOG}?kind=appointments")) == ["appointment.booked"]
    assert actions(admin.json(f"{LOG}?from=2026-03-02&to=2026-03-02")) == ["slot.edited"]
    assert actions(admin.json(f"{LOG}?to=2026-03-01&kind=weeks")) == ["exclusion.added"]
    assert actions(admin.json(f"{LOG}?q=100%25")) == []
    assert "Nothing found" in text_of(admin.page(f"{LOG}?q=nobody-at-all"))
    unknown = admin.json(f"{LOG}?kind=nonsense").json["count"]
    assert unknown == len(acts(one))


@pytest.mark.parametrize("query", ["from=yesterday", "to=0001-01-01", "from=9999-12-31"])
def test_days_that_can_not_be_read(world, admin, query):
    answer = admin.page(f"{LOG}?{query}")
    assert answer.status_code == 400 and "This date can't be read." in text_of(answer)


def test_the_log_as_a_file_is_in_the_log_itself(world, admin):
    note(world.one, world.one.doctor, "slot.edited")
    answer = admin.file(f"{LOG}?format=csv&kind=weeks")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0] == ["Day", "Time", "Who", "Role", "What", "Subject", "Number"]
    assert rows[1][2:] == ["Doctor Test", "Doctor", "Changed an opening", "Opening", "7"]
    assert acts(world.one)[-1] == "audit.exported"


def test_what_has_a_page_is_linked(world, admin):
    note(world.one, world.one.patient, "appointment.booked", "appointment", 12)
    assert 'href="/appointment-details/12/"' in admin.page(LOG).get_data(as_text=True)


def test_only_admins_read_it(app, world):
    doctor, patient = app.test_client(), app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    sign_in_patient(patient, world.one.patient)
    assert doctor.get(LOG).status_code == patient.get(LOG).status_code == 403
    assert app.test_client().get(LOG).status_code == 302


def test_a_page_of_it_takes_few_queries(world, admin, engine):
    one = world.one
    for number in range(50):
        note(one, (one.doctor, one.patient)[number % 2], "account.signed_in", "user", number)
        note(one, one.admin, "doctor.edited", "doctor", one.doctor.profile_id)
    with counted_queries(engine) as counted:
        admin.page(f"{LOG}?q=test")
    assert len(counted) <= 12, "\n".join(counted)


def test_every_kind_names_its_acts():
    parts = [part for _label, kinds in KINDS.values() for part in kinds]
    assert len(parts) == len(set(parts))
