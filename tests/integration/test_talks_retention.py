"""Talks go when the clinic's time for them is over, and with the person; what is open stays."""

from __future__ import annotations

import os
import threading
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import (
    AssistantAct,
    AssistantDay,
    Clinic,
    CreditReservation,
    Handover,
    TalkSession,
)
from medcor.services import deleted_talks
from medcor.services.prompts import prompt_path, save_prompt
from medcor.web import privacy_ticker, talk_ticker
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.erasure_helpers import ask, carry_out
from tests.page_helpers import text_of
from tests.servers import made_instance, served, wait_until
from tests.talk_helpers import (
    ALL_ROWS,
    audited,
    forgotten,
    hand_over,
    left_of,
    make_talk,
    names_of,
)
from tests.week_helpers import Desk, fresh

SAID = ("My tooth hurts", "I am sorry.")
SETTINGS = "/clinic/edit/?part=talks"


def keep(clinic_id: int, days: int) -> None:
    with transaction(clinic_id) as session:
        session.get(Clinic, clinic_id).talks_keep_days = days
    db.session.remove()


def test_each_clinic_keeps_talks_as_long_as_it_says(world):
    keep(world.one.id, 30)
    for clinic in (world.one, world.two):
        for days in (29, 32, 366):
            make_talk(clinic.patient, f"{clinic.id}-{days}", SAID, ago=timedelta(days=days))
    make_talk(world.one.doctor, "dictated", SAID, ago=timedelta(days=40))
    make_talk(world.one.patient, "silent", ago=timedelta(days=40))
    assert talk_ticker.purge_talks() == 5
    assert names_of(world.one.id) == {f"{world.one.id}-29"}
    assert names_of(world.two.id) == {f"{world.two.id}-29", f"{world.two.id}-32"}
    for name in (f"{world.one.id}-32", "dictated", "silent"):
        assert left_of(world.one.id, name) == set()
    assert left_of(world.one.id, f"{world.one.id}-29") == ALL_ROWS
    assert audited(world.one.id, "talks.purged") == [("talks.purged", {"talks": 4})]
    assert set(forgotten(world.two.id)) == {f"{world.two.id}-366"}
    assert talk_ticker.purge_talks() == 0


def test_a_day_is_the_clinics_own_and_kept_whole(world):
    keep(world.one.id, 1)
    # In Istanbul the third of March began three hours before it did in UTC.
    for name, began in (("before", 20), ("within", 21)):
        at = datetime(2026, 3, 2, began, 59, tzinfo=NOW.tzinfo)
        make_talk(world.one.patient, name, SAID, ago=NOW - at)
    talk_ticker.purge_talks()
    assert names_of(world.one.id) == {"within"}


@pytest.mark.parametrize("what", ["running", "handed"])
def test_what_is_open_stays(world, what):
    make_talk(world.one.patient, "kept", SAID, ago=timedelta(days=400), running=what == "running")
    if what == "handed":
        hand_over(world.one.patient, "kept", closed=False)
    assert talk_ticker.purge_talks() == 0
    assert left_of(world.one.id, "kept") >= ALL_ROWS - {"assistant_acts"}


def test_a_closed_hand_over_loses_the_words_of_its_talk(world):
    make_talk(world.one.patient, "old", SAID, ago=timedelta(days=400))
    make_talk(world.one.patient, "new", SAID)
    hand_over(world.one.patient, "old", closed=True, ago=timedelta(days=400))
    hand_over(world.one.patient, "new", closed=True)
    assert talk_ticker.purge_talks() == 1
    rows = reading(world.one.id).scalars(sa.select(Handover).order_by(Handover.id)).all()
    assert [(each.session_id, each.reason, each.outcome) for each in rows] == [
        ("old", "", ""),
        ("new", "Please call me.", "Called."),
    ]


def test_many_talks_go_batch_by_batch(world, monkeypatch):
    monkeypatch.setattr(deleted_talks, "BATCH", 2)
    for number in range(5):
        make_talk(world.one.patient, f"old-{number}", SAID, ago=timedelta(days=400))
    assert talk_ticker.purge_talks() == 5
    assert [each["talks"] for _action, each in audited(world.one.id, "talks.purged")] == [2, 2, 1]


def test_the_figures_of_a_day_outlive_its_talks(world):
    make_talk(world.one.patient, "old", SAID, SAID, ago=timedelta(days=400))
    talk_ticker.purge_talks()
    assert names_of(world.one.id) == set()
    wanted = sa.select(AssistantDay.figures).where(AssistantDay.day == date(2025, 1, 28))
    figures = reading(world.one.id).scalar(wanted)
    assert figures["turns"][0]["outcomes"] == {"answered": 2}
    assert figures["talks"] == {"stopped": [1, 0, 0, 0]}
    assert "tooth" not in str(figures)


def test_the_command_and_the_ticker_do_it(app, world, monkeypatch):
    make_talk(world.one.patient, "old", SAID, ago=timedelta(days=400))
    done = app.test_cli_runner().invoke(args=["privacy", "purge-due"])
    assert done.exit_code == 0 and "1 talks deleted" in done.output
    make_talk(world.one.patient, "older", SAID, ago=timedelta(days=500))
    # What fails in one part costs the other nothing.
    monkeypatch.setattr(privacy_ticker, "purge_due", lambda _stop: 1 / 0)
    stop = threading.Event()
    ticker = threading.Thread(target=privacy_ticker.run_privacy_ticker, args=(app, stop, 0.02))
    ticker.start()
    try:
        wait_until(lambda: not names_of(world.one.id), 20, "the ticker purged nothing")
    finally:
        stop.set()
        ticker.join(20)
    assert not ticker.is_alive()


def test_erasing_a_person_leaves_nothing_of_their_talks(world):
    one = world.one
    make_talk(one.patient, "theirs", SAID)
    make_talk(one.patient, "running", SAID, running=True)
    make_talk(one.other_patient, "others", SAID)
    with transaction(one.id) as session:
        session.add(CreditReservation(user_id=one.doctor.user_id, turn_id="doctors.1"))
    make_talk(one.doctor, "doctors", SAID)
    carry_out(one.admin, ask(one.patient))
    assert left_of(one.id, "theirs") == left_of(one.id, "running") == set()
    assert left_of(one.id, "others") == left_of(one.id, "doctors") == ALL_ROWS
    session = reading(one.id)
    mine = sa.select(AssistantAct.id).where(AssistantAct.user_id == one.patient.user_id)
    assert session.scalar(mine) is None
    assert session.scalar(sa.select(sa.func.count(CreditReservation.id))) == 1


def left_behind(world, prompts) -> None:
    """What a process leaves that is killed in the middle of two talks, yesterday."""
    one = world.one
    for who, name in ((one.patient, "left"), (one.doctor, "doctors")):
        make_talk(
            who,
            name,
            SAID,
            ago=timedelta(days=1, hours=2),
            running=True,
            owner="gone",
            prompt={"name": "secret"},
            memory={"state": "secret"},
        )
    with transaction(one.id) as session:
        session.get(Clinic, one.id).credits = 5
        session.add(
            CreditReservation(
                user_id=one.doctor.user_id,
                turn_id="doctors.2",
                reserved_at=NOW - timedelta(days=1),
            )
        )
    db.session.remove()
    file = save_prompt(prompts, {"user_id": one.patient.user_id})
    old = (NOW - timedelta(days=1, minutes=1)).timestamp()
    os.utime(file, (old, old))
    save_prompt(prompts, {"user_id": one.doctor.user_id})
    young = NOW.timestamp()
    os.utime(prompt_path(prompts, one.doctor.user_id), (young, young))


def test_what_a_killed_process_left_is_put_in_order_though_nobody_talks(app, world):
    prompts = app.extensions["medcor"].settings.prompts_folder
    left_behind(world, prompts)
    make_talk(world.one.patient, "alive", SAID, running=True, owner="me", alive_at=NOW)
    assert talk_ticker.clean_up() == 2
    rows = {row.session_id: row for row in reading(world.one.id).scalars(sa.select(TalkSession))}
    for name in ("left", "doctors"):
        row = rows[name]
        assert (row.ended_at, row.end_reason, row.owner) == (NOW, "lost", "")
        assert row.prompt is None and row.memory is None
    assert rows["alive"].ended_at is None and rows["alive"].owner == "me"
    db.session.remove()
    assert reading(world.one.id).get(Clinic, world.one.id).credits == 6
    db.session.remove()
    assert [each.name for each in prompts.iterdir()] == [
        f"{world.one.doctor.user_id}_user_specific_prompts.json"
    ]
    # Only now is the day over and counted, and do the talks go in their time.
    keep(world.one.id, 1)
    app.extensions["medcor"].clock = lambda: NOW + timedelta(days=2)
    assert talk_ticker.purge_talks() == 2
    days = reading(world.one.id).scalars(sa.select(AssistantDay.day)).all()
    assert (NOW - timedelta(days=1)).date() in days
    assert talk_ticker.clean_up() == 1


def test_a_server_that_starts_again_does_so_by_itself(tmp_path):
    made = made_instance(tmp_path)
    with made.app.app_context():
        prompts = made.app.extensions["medcor"].settings.prompts_folder
        left_behind(made.world, prompts)

    def open_rows() -> int:
        with made.app.app_context():
            wanted = sa.select(sa.func.count(TalkSession.id)).where(TalkSession.ended_at.is_(None))
            found = reading(made.world.one.id).scalar(wanted)
            db.session.remove()
        return found

    def credits() -> int:
        with made.app.app_context():
            found = reading(made.world.one.id).get(Clinic, made.world.one.id).credits
            db.session.remove()
        return found

    assert open_rows() == 2
    with served(tmp_path, DEEPGRAM_WS_URL="ws://127.0.0.1:9/v1/listen"):
        wait_until(lambda: open_rows() == 0, 20, "what was left behind stayed")
        wait_until(lambda: credits() == 6, 20, "the credit was not given back")
    assert not list(prompts.glob("*.json"))


def test_erasing_a_person_takes_their_prompt_away(app, world):
    prompts = app.extensions["medcor"].settings.prompts_folder
    for who in (world.one.patient, world.one.other_patient):
        save_prompt(prompts, {"user_id": who.user_id})
    number = ask(world.one.patient)
    desk = Desk(app.test_client(), world.one.admin)
    desk.send(f"/erasure-requests/{number}/carry-out/")
    assert not prompt_path(prompts, world.one.patient.user_id).exists()
    assert prompt_path(prompts, world.one.other_patient.user_id).exists()


@pytest.fixture()
def admin(app, world) -> Desk:
    return Desk(app.test_client(), world.one.admin)


def version_of(clinic_id: int) -> int:
    return fresh(clinic_id).get(Clinic, clinic_id).version


def test_the_clinic_sets_how_long(world, admin):
    text = text_of(admin.page(SETTINGS))
    assert "Days that talks are kept" in text and "within the hour" in text
    seen = version_of(world.one.id)
    answer = admin.send(SETTINGS, talks_keep_days="90", version=str(seen))
    assert answer.status_code == 302
    assert "Talks are kept for 90 days" in text_of(admin.page("/admin_clinic_details/"))
    assert admin.json("/admin_clinic_details/").json["talks_keep_days"] == 90
    stale = admin.send(SETTINGS, talks_keep_days="10", version=str(seen))
    assert stale.status_code == 409
    assert fresh(world.one.id).get(Clinic, world.one.id).talks_keep_days == 90


@pytest.mark.parametrize("days", ["0", "3651", "", "many", "-1"])
def test_a_time_that_is_none(world, admin, days):
    seen = str(version_of(world.one.id))
    answer = admin.send(SETTINGS, talks_keep_days=days, version=seen)
    assert answer.status_code == 400
    assert fresh(world.one.id).get(Clinic, world.one.id).talks_keep_days == 365
