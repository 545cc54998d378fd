"""Versions of records: races lose nothing, and the database refuses to change one."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from medcor.domain import errors
from medcor.domain.records import RecordText
from medcor.extensions import db
from medcor.models import MedicalRecord, PrescriptionLine, RecordVersion
from medcor.services.record_writing import RecordWish, save_record
from medcor.web.transaction import in_transaction, transaction
from tests.conftest import NOW
from tests.record_helpers import TEXT, count, make_visit, versions, write_record


@pytest.fixture()
def visit(world) -> int:
    return make_visit(world.one)


def test_two_saves_at_once_lose_nothing(app, world, visit):
    outcomes: list[object] = []
    line = threading.Barrier(6)

    def save(number: int) -> None:
        wish = RecordWish(RecordText(complaint=f"Words of {number}"), seen_version=0)
        actor = world.one.doctor
        with app.app_context():
            line.wait(20)
            try:
                work = lambda session: save_record(session, actor, visit, wish, NOW)  # noqa: E731
                outcomes.append(in_transaction(actor.clinic_id, actor, work).version)
            except errors.DomainError as error:
                outcomes.append(type(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, outcomes)) == sorted(["1", *[str(errors.StaleEdit)] * 5])
    assert len(versions(world.one.id, visit)) == 1 and count(world.one.id, MedicalRecord) == 1


def test_saves_at_once_that_showed_no_version_all_become_versions(app, world, visit):
    line, made = threading.Barrier(4), []

    def save(number: int) -> None:
        wish = RecordWish(RecordText(complaint=f"Words of {number}"))
        actor = world.one.doctor
        with app.app_context():
            line.wait(20)
            work = lambda session: save_record(session, actor, visit, wish, NOW)  # noqa: E731
            for _try in range(5):
                try:
                    made.append(in_transaction(actor.clinic_id, actor, work).version)
                    break
                except errors.TryAgain:
                    continue
            db.session.remove()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(made) == [1, 2, 3, 4]
    assert {each.text.complaint for each in versions(world.one.id, visit)} == {
        f"Words of {number}" for number in range(4)
    }


@pytest.mark.parametrize(
    "change",
    [
        sa.update(RecordVersion).values(findings="changed"),
        sa.update(PrescriptionLine).values(dose="changed"),
    ],
)
def test_the_database_refuses_to_change_a_version(world, visit, change):
    write_record(world.one.doctor, visit)
    with pytest.raises(DBAPIError, match="never changed"), transaction(world.one.id) as session:
        session.execute(change)
    (saved,) = versions(world.one.id, visit)
    assert saved.text == TEXT
