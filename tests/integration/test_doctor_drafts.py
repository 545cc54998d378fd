"""The record's form with a dictated note, and Today with what waits for a signature."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.models import RecordDraft
from medcor.services import record_drafts
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.doctor_helpers import dictate, draft_of, drafts, name_patient, visit_today
from tests.integration.test_doctor_dictation import NOTE, PIECES
from tests.page_helpers import sign_in_staff, text_of
from tests.record_helpers import (
    FORM,
    acts,
    form_path,
    post,
    sign_in,
    token_of,
    versions,
    view_path,
    write_record,
)

TAKEN = {
    "version": "0",
    "complaint": NOTE.complaint,
    "findings": NOTE.findings,
    "diagnosis": NOTE.diagnosis,
    "advice": NOTE.plan,
}


def removal(visit: int) -> str:
    return f"/appointments/{visit}/record/draft/removal/"


def restoration(visit: int) -> str:
    return f"/appointments/{visit}/record/draft/restoration/"


@pytest.fixture()
def people(world):
    name_patient(world.one.patient, "Ayşe", "Kaya")
    return world.one


@pytest.fixture()
def visit(people) -> int:
    return visit_today(people, 9)


@pytest.fixture()
def doctor(people, client):
    sign_in_staff(client, people.doctor)
    return client


@pytest.fixture()
def draft(people, visit):
    return dictate(people.doctor, visit, *PIECES)


def test_the_form_tells_of_a_draft_and_shows_what_was_heard(doctor, visit, draft):
    told = text_of(doctor.get(form_path(visit)))
    assert "Dictated at 09:00, not signed" in told and "Take it into the form" in told
    for piece in PIECES:
        assert piece in told
    assert "It is deleted on Friday, 3 April 2026 unless you sign it." in told
    assert "Save the record" in told and "Sign and save" not in told


def test_a_form_without_a_draft_says_nothing_of_one(doctor, visit):
    page = doctor.get(form_path(visit))
    assert "Dictated" not in text_of(page) and "dictation.css" not in page.text


def test_taking_it_in_fills_the_fields_and_saves_nothing(people, doctor, visit, draft):
    page = post(doctor, form_path(visit), version="0", take_draft="1", follow_up="2026-04-01")
    assert page.status_code == 200
    for words in (NOTE.complaint, NOTE.findings, NOTE.diagnosis, NOTE.plan):
        assert f"{words}</textarea>" in page.text
    assert f'name="draft" type="hidden" value="{draft.stamp}"' in page.text
    assert "Sign and save" in text_of(page) and 'data-sent="yes"' in page.text
    assert 'value="2026-04-01"' in page.text
    assert versions(people.id, visit) == [] and draft_of(people.doctor, visit) == draft


def test_what_is_typed_stays_and_nothing_is_added_twice(doctor, visit, draft):
    typed = {"version": "0", "complaint": "Pain at night.", "findings": NOTE.findings}
    page = post(doctor, form_path(visit), **typed, take_draft="1")
    assert f"Pain at night.\n{NOTE.complaint}</textarea>" in page.text
    assert page.text.count(f"{NOTE.findings}</textarea>") == 1
    assert f"{NOTE.findings}\n" not in page.text
    again = post(
        doctor,
        form_path(visit),
        **{**typed, "complaint": f"Pain at night.\n{NOTE.complaint}"},
        take_draft="1",
        draft=draft.stamp,
    )
    assert again.text.count(NOTE.complaint + "</textarea>") == 1


def test_signing_makes_the_version_and_takes_the_draft_away(people, doctor, visit, draft):
    answer = post(doctor, form_path(visit), **TAKEN, draft=draft.stamp)
    assert answer.status_code == 302 and answer.headers["Location"] == view_path(visit)
    (saved,) = versions(people.id, visit)
    assert (saved.text.complaint, saved.text.advice) == (NOTE.complaint, NOTE.plan)
    assert saved.author == "Dr. Doctor Test"
    assert draft_of(people.doctor, visit) is None
    assert "Signed and saved as version 1." in text_of(doctor.get(view_path(visit)))
    done = [act for act, *_rest in acts(people.id, "record")]
    assert done[:3] == ["record.dictated", "record.written", "record.draft_signed"]


def test_signing_twice_is_harmless(people, doctor, visit, draft):
    for _copy in range(2):
        assert post(doctor, form_path(visit), **TAKEN, draft=draft.stamp).status_code == 302
    assert len(versions(people.id, visit)) == 1 and drafts(people.id) == []


def test_a_record_that_is_typed_leaves_the_draft_unsigned(people, doctor, visit, draft):
    assert post(doctor, form_path(visit), **FORM).status_code == 302
    assert len(versions(people.id, visit)) == 1
    assert draft_of(people.doctor, visit) == draft


def test_a_save_that_is_refused_keeps_the_draft(people, doctor, visit, draft):
    write_record(people.doctor, visit)
    stale = post(doctor, form_path(visit), **TAKEN, draft=draft.stamp)
    assert stale.status_code == 409 and "Somebody else saved this" in text_of(stale)
    assert "Sign and save" in text_of(stale)
    wrong = post(
        doctor,
        form_path(visit),
        **{**TAKEN, "version": "1", "follow_up": "soon"},
        draft=draft.stamp,
    )
    assert wrong.status_code == 400
    empty = post(doctor, form_path(visit), version="1", draft=draft.stamp)
    assert empty.status_code == 400
    assert draft_of(people.doctor, visit) == draft and len(versions(people.id, visit)) == 1


def test_what_was_dictated_since_is_told_before_it_is_signed(people, doctor, visit, draft):
    newer = dictate(people.doctor, visit, "Plan: antibiotics as well.", turn="more")
    answer = post(doctor, form_path(visit), **TAKEN, draft=draft.stamp)
    assert answer.status_code == 409
    told = text_of(answer)
    assert "The dictated note has changed since you took it into the form." in told
    assert "Take it in again" in told and "Plan: antibiotics as well." in told
    assert versions(people.id, visit) == [] and draft_of(people.doctor, visit) == newer
    taken = post(doctor, form_path(visit), **TAKEN, draft=newer.stamp, take_draft="1")
    assert f"{NOTE.plan}\nantibiotics as well.</textarea>" in taken.text
    assert post(doctor, form_path(visit), **TAKEN, draft=newer.stamp).status_code == 302
    assert drafts(people.id) == []


@pytest.mark.parametrize("stamp", ["x", "0" * 16, "<b>"])
def test_a_stamp_that_nobody_issued_signs_nothing(people, doctor, visit, draft, stamp):
    assert post(doctor, form_path(visit), **TAKEN, draft=stamp).status_code == 409
    assert versions(people.id, visit) == [] and draft_of(people.doctor, visit) == draft


def test_a_script_signs_with_the_stamp_too(people, doctor, visit, draft):
    body = {**TAKEN, "draft": draft.stamp}
    headers = {"X-CSRFToken": token_of(doctor), "Accept": "application/json"}
    answer = doctor.post(form_path(visit), json=body, headers=headers)
    assert answer.status_code == 201 and drafts(people.id) == []


def test_discarding_asks_first_and_can_be_taken_back(people, doctor, visit, draft):
    asked = doctor.get(removal(visit))
    assert asked.status_code == 200 and "Discard the dictated note?" in text_of(asked)
    assert draft_of(people.doctor, visit).discarded_at is None
    for _copy in range(2):
        done = post(doctor, removal(visit))
        assert done.status_code == 302 and done.headers["Location"] == form_path(visit)
    told = text_of(doctor.get(form_path(visit)))
    assert "The note is discarded." in told and "Bring it back" in told
    assert "Take it into the form" not in told and PIECES[0] not in told
    assert post(doctor, restoration(visit)).status_code == 302
    assert "Take it into the form" in text_of(doctor.get(form_path(visit)))
    done = [act for act, *_rest in acts(people.id, "record.draft")]
    assert done == ["record.draft_discarded", "record.draft_restored"]


def test_scripts_discard_and_restore(doctor, visit, draft):
    headers = {"X-CSRFToken": token_of(doctor), "Accept": "application/json"}
    assert doctor.post(removal(visit), headers=headers).json["appointment_id"] == visit
    assert doctor.post(restoration(visit), headers=headers).status_code == 200


def test_nobody_else_discards_or_restores(app, people, world, visit, draft):
    for who, status in (
        (people.other_doctor, 404),
        (people.admin, 403),
        (people.patient, 403),
        (world.two.doctor, 404),
    ):
        other = sign_in(app.test_client(), who)
        assert other.get(removal(visit)).status_code == status
        assert post(other, removal(visit)).status_code == status
        assert post(other, restoration(visit)).status_code == status
        assert PIECES[0] not in other.get(form_path(visit)).text
        assert "dictated" not in other.get("/today/").text.lower().replace("dictate a visit", "")
    assert draft_of(people.doctor, visit) == draft


def test_a_visit_without_a_draft_has_nothing_to_discard(doctor, visit):
    assert doctor.get(removal(visit)).status_code == 404
    assert post(doctor, removal(visit)).status_code == 404
    assert post(doctor, restoration(visit)).status_code == 404


def test_today_lists_what_waits_for_a_signature(people, doctor, visit, draft):
    other = visit_today(people, 8, patient=people.other_patient)
    dictate(people.doctor, other, *PIECES, turn="other")
    page = doctor.get("/today/")
    told = text_of(page)
    assert "2 dictated notes wait for your signature" in told
    assert form_path(visit) in page.text and form_path(other) in page.text
    assert "unless signed" not in told
    assert "wait for your signature" not in text_of(doctor.get("/today/?date=2026-03-05"))
    post(doctor, form_path(visit), **TAKEN, draft=draft.stamp)
    assert "1 dictated note waits for your signature" in text_of(doctor.get("/today/"))


def test_today_warns_in_the_week_before_a_draft_goes(app, people, doctor, visit):
    late = NOW - record_drafts.KEEP + record_drafts.WARN
    dictate(people.doctor, visit, *PIECES)
    for age, warned in ((timedelta(minutes=1), False), (timedelta(), True)):
        _age(people, late + age)
        assert ("unless signed" in text_of(doctor.get("/today/"))) is warned


def _age(people, instant) -> None:
    with transaction(people.id) as session:
        session.scalars(sa.select(RecordDraft)).one().updated_at = instant
