"""What must hold after a run, read from the database, the store and the page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from medcor import runtime
from medcor.models import (
    Appointment,
    AssistantAct,
    ConversationMessage,
    CreditReservation,
    MessageType,
    ReservationState,
    TalkSession,
    TurnMeasure,
    TurnOutcome,
)
from medcor.services import credits
from medcor.services.talk_sessions import turn_number
from medcor.web.tickers import ship_waiting

if TYPE_CHECKING:
    from .page import SimPage
    from .scene import Run, Scene, Store
    from .vendors import Recogniser


def check(scene: Scene, run: Run, page: SimPage, store: Store, vendor: Recogniser) -> None:
    """Raise AssertionError with what is wrong."""
    rows = scene.read(
        lambda session: {
            model: [
                {each.key: getattr(row, each.key) for each in sa.inspect(model).column_attrs}
                for row in session.scalars(sa.select(model).order_by(model.id))
            ]
            for model in (
                ConversationMessage,
                Appointment,
                AssistantAct,
                CreditReservation,
                TalkSession,
                TurnMeasure,
            )
        }
    )
    assert run.most_at_once <= 1, f"{run.most_at_once} replies of one talk at once"
    check_said(run, page, rows[ConversationMessage])
    check_answers(run, page, rows)
    check_bookings(rows[Appointment], rows[AssistantAct])
    check_credits(scene, rows)
    check_page(page, rows[ConversationMessage])
    check_store(scene, store, rows[ConversationMessage])
    assert runtime.Task.running == 0, f"{runtime.Task.running} tasks are left"
    assert vendor.open == 0, f"{vendor.open} connections to the recogniser are left"


def users(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in messages if row["message_type"] is MessageType.USER]


def check_said(run: Run, page: SimPage, messages: list[dict[str, Any]]) -> None:
    """What was typed and taken, and what was spoken, is in the log once."""
    words = Counter(
        word for row in users(messages) for word in row["content"].split() if is_mark(word)
    )
    twice = [word for word, count in words.items() if count > 1]
    log = [(row["turn_id"][-4:], row["content"], row["segments"]) for row in users(messages)]
    assert not twice, f"logged twice: {twice} in {log}"
    heard = " ".join(row["content"] for row in users(messages)).split()
    if page.lost_ms == 0 and page.trail.lost == 0 and "recogniser_unavailable" not in page.codes:
        # What the page still holds would be sent again: its talk ended before it was heard.
        held = b"".join(page.trail.frames)
        missing = [text for text in run.spoken if text.split()[-1] not in heard]
        missing = [text for text in missing if text.encode() not in held]
        assert not missing, f"spoken and never logged: {missing}"
    kept = page.lines.values()
    missing = [text for text in run.typed if text.split()[-1] not in heard and text not in kept]
    assert not missing, f"typed and never logged: {missing}"


def is_mark(word: str) -> bool:
    return word.startswith("w") and word.endswith("w") and word[1:-1].isdigit()


def check_answers(run: Run, page: SimPage, rows: dict[Any, list[dict[str, Any]]]) -> None:
    """Every committed turn of a talk that went on has its answer, or is joined in one."""
    settled: dict[str, int] = {}
    for row in rows[TurnMeasure]:
        session_id = row["session_id"]
        number = turn_number(row["turn_id"])
        settled[session_id] = max(settled.get(session_id, 0), number)
    for row in users(rows[ConversationMessage]):
        if row["session_id"] != page.session_id:
            continue
        number = turn_number(row["turn_id"])
        assert number <= settled.get(row["session_id"], 0), f"never answered: {row['content']}"
        assert row["turn_id"] in run.answered, f"nobody was asked: {row['content']}"
    replies = Counter(
        row["turn_id"]
        for row in rows[ConversationMessage]
        if row["message_type"] is MessageType.LLM
    )
    assert all(count == 1 for count in replies.values()), f"answered twice: {replies}"


def check_bookings(appointments: list[dict[str, Any]], acts: list[dict[str, Any]]) -> None:
    """An act made one appointment, an appointment came of one act."""
    booked = [row for row in acts if row["tool"] == "book_appointment"]
    assert len(booked) == len(appointments), "bookings and acts differ"
    assert len({row["subject_id"] for row in booked}) == len(booked), "one act, two bookings"
    live = [row for row in appointments if row["status"] in ("Pending", "Confirmed")]
    times = Counter((row["doctor_id"], row["starts_at"]) for row in live)
    assert all(count == 1 for count in times.values()), f"booked twice: {times}"


def check_credits(scene: Scene, rows: dict[Any, list[dict[str, Any]]]) -> None:
    """What is gone was spent on an answered turn, once; a dead process's credit comes back."""
    from .scene import CREDITS

    turns = Counter(row["turn_id"] for row in rows[CreditReservation])
    assert all(count == 1 for count in turns.values()), f"paid twice: {turns}"
    spent = {
        row["turn_id"]
        for row in rows[CreditReservation]
        if row["state"] is ReservationState.COMMITTED
    }
    held = [row for row in rows[CreditReservation] if row["state"] is ReservationState.RESERVED]
    assert scene.credits() == CREDITS - len(spent) - len(held), "the balance is wrong"
    answered = {
        row["turn_id"]
        for row in rows[TurnMeasure]
        if row["outcome"] in (TurnOutcome.ANSWERED, TurnOutcome.INTERRUPTED)
    }
    assert spent <= answered, f"paid and not answered: {spent - answered}"
    give_back(scene, held)
    assert scene.credits() == CREDITS - len(spent), "a reserved credit did not come back"


def give_back(scene: Scene, held: list[dict[str, Any]]) -> None:
    from medcor.domain.permissions import system_actor

    now = scene.state.clock() + credits.FORGOTTEN_AFTER * 2
    actor = system_actor(scene.world.one.id)
    for row in held:
        scene.read(
            lambda session, row=row: credits.release_credit(session, actor, row["turn_id"], now)
        )


def check_page(page: SimPage, messages: list[dict[str, Any]]) -> None:
    """The last thing shown of a reply is what is in the log."""
    logged = {
        row["turn_id"]: row["content"] for row in messages if row["message_type"] is MessageType.LLM
    }
    for turn_id, texts in page.replies.items():
        if turn_id in logged:
            assert texts[-1] == logged[turn_id], f"shown {texts}, logged {logged[turn_id]!r}"


def check_store(scene: Scene, store: Store, messages: list[dict[str, Any]]) -> None:
    """Once MongoDB is back, it has every message, each as it is in the journal."""
    store.faulty = 0.0
    with scene.app.app_context():
        ship_waiting()
    assert set(store.documents) == {row["message_id"] for row in messages}
    for row in messages:
        assert store.documents[row["message_id"]]["content"] == row["content"]
