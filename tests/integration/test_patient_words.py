"""What doctors' talks hold of patients' records goes with the draft, and with the patient."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.extensions import db
from medcor.integrations.conversation_log import LogUnavailable
from medcor.models import (
    ConversationMessage,
    MessageType,
    RecordDraft,
    TalkSession,
    TurnOutcome,
)
from medcor.services import conversations, patient_words, record_drafts, talk_sessions
from medcor.services.conversations import log_message
from medcor.services.log_copies import FORGET_FOR
from medcor.services.measures import Stages, record_measure
from medcor.web import privacy_ticker, tickers
from medcor.web.transaction import in_transaction, reading, transaction
from tests.assistant_helpers import Person, Said
from tests.conftest import NOW
from tests.doctor_helpers import dictate, draft_of, visit_before, visit_today
from tests.erasure_helpers import ask, carry_out, every_text
from tests.mongo import Mongo
from tests.record_helpers import TEXT, form_path, post, sign_in, write_record
from tests.talk_helpers import Reader

PIECE = "Complaint: a very secret toothache."
SECRET = "secret toothache"
TALK = "11111111-2222-3333-4444-555555555555"


class Talker:
    """A doctor in a talk that is logged as the voice session does it."""

    def __init__(self, actor: Actor, talk: str = TALK) -> None:
        self.actor, self.talk, self.turns = actor, talk, 0
        self.person = Person(actor, session_id=talk)
        with transaction(actor.clinic_id, actor) as session:
            served = talk_sessions.Served("me", talk)
            talk_sessions.begin_talk(session, actor, talk, "en", served, {}, NOW)
        db.session.remove()

    def log(self, kind: MessageType, text: str, number: int) -> None:
        turn = f"{self.talk}.{number}"
        with transaction(self.actor.clinic_id, self.actor) as session:
            log_message(
                session,
                self.actor,
                session_id=self.talk,
                turn_id=turn,
                message_id=f"{turn}.{kind.value}",
                message_type=kind,
                content=text,
                source="voice",
                interrupted=False,
                segments=[["u1", text]] if kind is MessageType.USER else None,
                cards=[{"title": text}] if kind is MessageType.LLM else None,
                now=NOW,
            )
            if kind is MessageType.LLM:
                record_measure(
                    session,
                    self.actor,
                    session_id=self.talk,
                    turn_id=turn,
                    source="voice",
                    answered_by="guided",
                    outcome=TurnOutcome.ANSWERED,
                    stages=Stages(),
                    now=NOW,
                )
        db.session.remove()

    def hear(self, text: str) -> int:
        """A turn that is logged and not answered yet."""
        self.turns += 1
        self.log(MessageType.USER, text, self.turns)
        return self.turns

    def say(self, *texts: str) -> Said:
        """One answer to several turns, as those that were said meanwhile are joined."""
        *earlier, (turn_id, text) = [(f"{self.talk}.{self.hear(each)}", each) for each in texts]
        number = self.turns
        said = self.person.say(text, turn_id, earlier=tuple(earlier))
        self.log(MessageType.LLM, said.text, number)
        return said


@pytest.fixture()
def visit(people) -> int:
    return visit_today(people, 9)


@pytest.fixture()
def dictated(people, visit) -> Talker:
    talker = Talker(people.doctor)
    talker.say("what is my day")
    talker.say("dictate a visit")
    talker.say(PIECE)
    assert SECRET in talker.say("read it back").text
    return talker


def messages(clinic_id: int) -> list[ConversationMessage]:
    db.session.remove()
    rows = reading(clinic_id).scalars(
        sa.select(ConversationMessage).order_by(ConversationMessage.id)
    )
    return list(rows)


def held(clinic_id: int) -> list[tuple[str, str]]:
    """Turn number and words of every message that has words."""
    return [
        (f"{row.turn_id.rpartition('.')[2]}.{row.message_type.value}", row.content)
        for row in messages(clinic_id)
        if row.content
    ]


def places(clinic_id: int) -> set[str]:
    return {place for place, _words in held(clinic_id)}


def test_a_dictated_turn_and_its_reply_are_known_to_be_about_the_patient(people, dictated):
    draft = record_drafts_of(people)
    marked = {
        row.message_id.removeprefix(f"{TALK}."): (row.about_patient_id, row.draft_id)
        for row in messages(people.id)
    }
    about = (people.patient.profile_id, draft)
    assert marked == {
        **dict.fromkeys(("1.user", "1.llm", "2.user", "2.llm"), (None, None)),
        **dict.fromkeys(("3.user", "3.llm"), about),
        # That it is read back takes nothing down, and is about the patient all the same.
        "4.user": about,
        "4.llm": about,
    }


def record_drafts_of(people) -> int:
    db.session.remove()
    return reading(people.id).scalars(sa.select(RecordDraft.id)).one()


def discard(people, visit: int) -> None:
    with transaction(people.id, people.doctor) as session:
        record_drafts.discard(session, people.doctor, visit, NOW)


def sign(people, visit: int) -> None:
    with transaction(people.id, people.doctor) as session:
        record_drafts.settle(session, people.doctor, visit, NOW)


def grow_old(people, visit: int) -> None:
    with transaction(people.id) as session:
        record_drafts.purge_old(session, people.id, NOW + timedelta(days=31))


@pytest.mark.parametrize("end", [discard, sign, grow_old])
def test_the_words_go_with_their_draft(people, visit, dictated, end):
    assert SECRET in str(held(people.id))
    end(people, visit)
    db.session.remove()
    # The whole journal, its pieces and its cards: a discarded draft keeps them for a day itself.
    assert SECRET not in repr(
        [(row.content, row.segments, row.cards) for row in messages(people.id)]
    )
    assert places(people.id) == {"1.user", "1.llm", "2.user", "2.llm"}
    if end is not discard:
        assert SECRET not in every_text(people.id)


def test_what_was_said_in_one_breath_goes_together(people, visit):
    talker = Talker(people.doctor)
    talker.say("dictate a visit")
    talker.say("Findings: something hidden.", "A second hidden thing.", PIECE)
    discard(people, visit)
    db.session.remove()
    assert places(people.id) == {"1.user", "1.llm"}


def test_another_draft_keeps_its_words(people, visit, dictated):
    dictated.say("end dictation")
    other = visit_today(people, 8, patient=people.other_patient)
    dictate(people.doctor, other, "Complaint: of somebody else.", turn="other.1")
    discard(people, other)
    db.session.remove()
    assert SECRET in str(held(people.id))


def test_a_reply_that_comes_after_its_draft_has_gone_has_no_words(people, visit, dictated):
    number = dictated.hear("More: a late word.")
    dictated.person.say("More: a late word.", f"{TALK}.{number}")
    discard(people, visit)
    db.session.remove()
    dictated.log(MessageType.LLM, "Noted: a late word.", number)
    assert "late word" not in str(held(people.id))


def test_a_turn_that_could_not_be_taken_down_goes_with_the_patient(people, visit, monkeypatch):
    talker = Talker(people.doctor)
    talker.say("dictate a visit")

    def refuse(*_args: object) -> None:
        raise errors.NotFound()

    monkeypatch.setattr(record_drafts.records, "get_writable", refuse)
    talker.say(PIECE)
    monkeypatch.undo()
    assert SECRET in str(held(people.id))
    carry_out(people.admin, ask(people.patient))
    assert SECRET not in str(held(people.id))


def test_erasing_the_patient_empties_what_doctors_said_of_them(people, visit, dictated):
    before = visit_before(people, 7)
    write_record(people.doctor, before, TEXT)
    dictated.say("end dictation")
    told = dictated.say("what happened last time with Ayşe Kaya")
    assert TEXT.complaint in told.text
    assert TEXT.complaint in dictated.say("say that again").text
    carry_out(people.admin, ask(people.patient))
    kept = str(held(people.id))
    assert SECRET not in kept and TEXT.complaint not in kept
    assert {"1.user", "2.user"} <= places(people.id)
    late = [row for row in messages(people.id) if row.about_patient_id]
    assert late and all(row.wiped_at == NOW and row.segments is None for row in late)


def test_erasing_another_patient_empties_nothing(people, dictated):
    before = held(people.id)
    carry_out(people.admin, ask(people.other_patient))
    assert held(people.id) == before


def test_what_was_written_in_that_very_moment_goes_with_the_next_round(people, dictated):
    carry_out(people.admin, ask(people.patient))
    dictated.log(MessageType.USER, "and she has a secret toothache still", 9)
    assert SECRET in str(held(people.id))
    privacy_ticker.purge_due()
    assert SECRET not in str(held(people.id))
    assert "1.user" in places(people.id)


def test_another_process_goes_on_and_counts_what_is_gone(people, visit, dictated):
    discard(people, visit)
    db.session.remove()
    found = talk_sessions.recover_talk(reading(people.id), TALK)
    assert found.turn_count == 4 and found.waiting == ()
    assert [body.get("utterance_id") for name, body in found.events if name == "transcript"]
    assert all(body.get("text") for _name, body in found.events)


def test_a_patients_talk_is_about_nobody(people):
    talker = Talker(people.patient, "22222222-2222-3333-4444-555555555555")
    talker.say("what are my appointments")
    assert {row.about_patient_id for row in messages(people.id)} == {None}


def test_the_pages_and_files_say_that_something_was_removed(app, people, visit, dictated):
    with transaction(people.id) as session:
        session.execute(sa.update(TalkSession).values(ended_at=NOW))
    discard(people, visit)
    db.session.remove()
    reader = Reader(app.test_client(), people.doctor)
    for path in (f"/talks/{TALK}/", f"/talks/{TALK}/export/", "/talks/export/"):
        page = reader.page(path).text
        assert page.count("Removed: this was about a patient") == 4 and SECRET not in page, path
    (talk,) = [reader.page(f"/talks/{TALK}/export/?format=json").json]
    assert [each["removed"] for each in talk["messages"]] == [False] * 4 + [True] * 4
    assert reader.json("/talks/?q=toothache").json["count"] == 0


def test_signing_on_the_form_empties_the_talk(app, people, visit, dictated):
    client = app.test_client()
    sign_in(client, people.doctor)
    draft = draft_of(people.doctor, visit)
    fields = {"version": "0", "complaint": "signed"}
    assert post(client, form_path(visit), **fields, draft=draft.stamp).status_code == 302
    assert SECRET not in str(held(people.id))


# MongoDB


def copied(mongo: Mongo) -> dict[str, str]:
    return {each["_id"].removeprefix(f"{TALK}."): each["content"] for each in mongo.messages.find()}


def later(app, after: timedelta) -> None:
    app.extensions["medcor"].clock = lambda: NOW + after


def test_the_copy_loses_its_words_too(app, people, visit, dictated, mongo):
    tickers.ship_waiting()
    assert copied(mongo)["3.user"] == PIECE
    discard(people, visit)
    assert tickers.empty_copies() == 0
    found = copied(mongo)
    assert found["3.user"] == found["4.llm"] == "" and found["1.user"] == "what is my day"
    assert len(found) == 8 and SECRET not in str(list(mongo.messages.find()))
    later(app, FORGET_FOR)
    assert tickers.empty_copies() == 4
    assert tickers.empty_copies() == 0


def test_a_batch_on_its_way_loses_its_words_when_it_has_arrived(app, people, dictated, mongo):
    on_its_way = conversations.read_pending(db.session(), 20)
    db.session.remove()
    carry_out(people.admin, ask(people.patient))
    tickers.empty_copies()
    tickers.log_store().write(on_its_way)
    assert SECRET in str(copied(mongo))
    # Until then it is on no page.
    reader = Reader(app.test_client(), people.doctor)
    with transaction(people.id) as session:
        session.execute(
            sa.update(ConversationMessage).values(shipped_at=NOW),
            execution_options={"synchronize_session": False},
        )
    assert reader.json("/talks/?q=toothache").json["count"] == 0
    later(app, FORGET_FOR)
    tickers.empty_copies()
    assert SECRET not in str(copied(mongo))


def test_an_outage_only_puts_it_off(app, people, visit, dictated, mongo):
    tickers.ship_waiting()
    discard(people, visit)
    mongo.kill()
    try:
        with pytest.raises(LogUnavailable):
            tickers.empty_copies()
        later(app, FORGET_FOR)
    finally:
        mongo.start()
    assert SECRET in str(copied(mongo))
    assert tickers.empty_copies() == 4
    assert SECRET not in str(copied(mongo))


def test_what_was_never_shipped_is_shipped_without_words(people, visit, dictated, mongo):
    discard(people, visit)
    db.session.remove()
    tickers.ship_waiting()
    assert len(copied(mongo)) == 8 and SECRET not in str(copied(mongo))


def test_each_clinics_copies_are_its_own(app, people, world, visit, dictated, mongo):
    tickers.ship_waiting()
    mongo.messages.insert_one(
        {"_id": "foreign", "tenant": f"clinic_{world.two.id}", "content": SECRET}
    )
    in_transaction(
        people.id,
        None,
        lambda session: patient_words.wipe_about(session, people.patient.profile_id, NOW),
    )
    tickers.empty_copies()
    assert mongo.messages.find_one({"_id": "foreign"})["content"] == SECRET
