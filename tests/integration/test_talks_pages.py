"""One's own talks: listed, searched, read and saved, and by nobody else."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests.conftest import NOW
from tests.page_helpers import text_of
from tests.people_helpers import counted_queries
from tests.talk_helpers import Reader, audited, hand_over, make_talk

JSON = {"Accept": "application/json"}


@pytest.fixture()
def talks(world):
    """Three of the first patient's, one of every other person's."""
    one = world.one
    make_talk(
        one.patient,
        "old",
        ("My tooth hurts, <b>badly</b>", "I booked a cleaning: booked."),
        ("Thank you", "You are welcome, this was cut"),
        ago=timedelta(days=40),
    )
    make_talk(one.patient, "new", ("When are you open?", "From nine."), end_reason="left")
    make_talk(one.patient, "now", ("Hello there", "Good morning."), running=True, ago=timedelta(0))
    make_talk(one.patient, "silent", ago=timedelta(minutes=2))
    make_talk(one.other_patient, "theirs", ("My tooth hurts too", "I see."))
    make_talk(one.doctor, "doctors", ("What is my day like?", "Full."))
    make_talk(world.two.patient, "foreign", ("My tooth hurts as well", "I see."))
    return world


@pytest.fixture()
def patient(app, talks) -> Reader:
    return Reader(app.test_client(), talks.one.patient)


@pytest.fixture()
def doctor(app, talks) -> Reader:
    return Reader(app.test_client(), talks.one.doctor)


def listed(reader: Reader, query: str = "") -> list[str]:
    return [each["session_id"] for each in reader.json(f"/talks/{query}").json["results"]]


def test_own_talks_newest_first_without_those_that_were_silent(patient, doctor):
    found = patient.json("/talks/").json
    assert found["count"] == 3
    assert [each["session_id"] for each in found["results"]] == ["now", "new", "old"]
    assert found["results"][2] == {
        "session_id": "old",
        "began_at": (NOW - timedelta(days=40)).isoformat(),
        "ended_at": (NOW - timedelta(days=40, minutes=-5)).isoformat(),
        "ended_by": "stopped",
        "first_words": "My tooth hurts, <b>badly</b>",
        "found": "",
        "turns": 2,
        "handed_over": False,
    }
    assert listed(doctor) == ["doctors"]


def test_the_list_says_when_how_long_and_how_it_ended(patient):
    hand_over(patient.who, "old", closed=True)
    text = text_of(patient.page("/talks/"))
    assert (
        "4 Mar 2026, 08:00 When are you open? 1 turn · 5 minutes · Ended when the page was" in text
    )
    assert (
        "23 Jan 2026, 09:00 My tooth hurts, <b>badly</b> 2 turns · 5 minutes · Ended by you" in text
    )
    assert "Handed over to staff" in text and "Going on now" in text
    assert "keeps talks for 365 days" in text and "somebody" not in text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("TOOTH HURTS", ["old"]),
        ("from nine", ["new"]),
        ("o", ["now", "new", "old"]),
        ("%", []),
        (".*", []),
        ("my tooth hurts too", []),
        ("\x00", ["now", "new", "old"]),
    ],
)
def test_search_in_own_words_and_replies(patient, words, found):
    answer = patient.client.get("/talks/", query_string={"q": words}, headers=JSON)
    assert [each["session_id"] for each in answer.json["results"]] == found


def test_a_search_shows_the_line_that_matches(patient):
    text = text_of(patient.page("/talks/?q=welcome"))
    assert "You are welcome, this was cut" in text and "My tooth hurts" not in text
    assert "No talk found" in text_of(patient.page("/talks/?q=qqzz"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?from=2026-03-04", ["now", "new"]),
        ("?to=2026-03-03", ["old"]),
        ("?from=2026-01-23&to=2026-01-23", ["old"]),
        ("?from=2026-01-24&to=2026-03-03", []),
        ("?from=2026-03-04&q=tooth", []),
        ("?page=7", ["now", "new", "old"]),
    ],
)
def test_talks_of_some_days(patient, query, found):
    assert listed(patient, query) == found


@pytest.mark.parametrize("query", ["?from=yesterday", "?to=0001-01-01", "?from=2026-02-30&q=a"])
def test_days_that_are_none(patient, query):
    answer = patient.page(f"/talks/{query}")
    assert answer.status_code == 400 and "This date can't be read." in text_of(answer)


def test_whoever_has_not_talked_is_shown_the_way(app, world):
    reader = Reader(app.test_client(), world.one.patient)
    page = reader.page("/talks/")
    assert "No talks yet" in text_of(page) and "data-assistant-open" in page.text
    assert "Save all" not in text_of(page)


def test_one_talk_as_a_conversation(patient):
    page = patient.page("/talks/old/")
    text = text_of(page)
    assert "Friday, 23 January 2026" in text and "Talk at 09:00 · 5 minutes · 2 turns" in text
    assert "You 09:01 typed My tooth hurts, <b>badly</b>" in text and "<b>badly" not in page.text
    assert (
        "Assistant 09:01 I booked a cleaning: booked. Booked: Dental Cleaning · Mon 9 Mar" in text
    )
    assert "Interrupted You are welcome, this was cut" in text
    assert text.index("badly") < text.index("Thank you") < text.index("welcome")
    assert len(re.findall("<h1", page.text)) == 1 and "data-print" in page.text
    assert "going on now" in text_of(patient.page("/talks/now/"))
    assert "Nothing was said" in text_of(patient.page("/talks/silent/"))


def test_a_doctor_reads_but_does_not_delete(doctor):
    text = text_of(doctor.page("/talks/doctors/"))
    assert "What is my day like?" in text and "You can't delete a talk yourself" in text
    assert "You can't delete a talk yourself" in text_of(doctor.page("/talks/"))
    for path in ("/talks/doctors/delete/", "/talks/delete/"):
        assert path not in doctor.page("/talks/doctors/").text
        assert doctor.page(path).status_code == doctor.send(path).status_code == 403


@pytest.mark.parametrize("name", ["theirs", "doctors", "foreign", "none", "a%00b", "old%27"])
@pytest.mark.parametrize("part", ["", "export/", "export/?format=json", "delete/"])
def test_other_peoples_talks_do_not_exist(patient, name, part):
    assert patient.page(f"/talks/{name}/{part}").status_code == 404
    if part == "delete/":
        assert patient.send(f"/talks/{name}/{part}").status_code == 404


def test_admins_and_visitors_have_no_such_pages(app, talks):
    admin, visitor = Reader(app.test_client(), talks.one.admin), app.test_client()
    for path in ("/talks/", "/talks/old/", "/talks/export/", "/talks/old/export/"):
        assert admin.page(path).status_code == 403
        assert "/login/?next=" in visitor.get(path).headers["Location"]
        assert visitor.get(path, headers=JSON).status_code == 401


def test_one_talk_as_text(patient):
    answer = patient.page("/talks/old/export/")
    assert answer.mimetype == "text/plain" and answer.headers["Cache-Control"] == "no-store"
    name = 'attachment; filename="talk-2026-01-23-0900.txt"'
    assert answer.headers["Content-Disposition"] == name
    assert answer.text == (
        "Friday, 23 January 2026, 09:00\n5 minutes · 2 turns · Ended by you\n\n"
        "09:01 You: My tooth hurts, <b>badly</b>\n\n"
        "09:01 Assistant: I booked a cleaning: booked.\n"
        "  - Booked: Dental Cleaning · Mon 9 Mar, 09:00\n\n"
        "09:02 You: Thank you\n\n"
        "09:02 Assistant (interrupted): You are welcome, this was cut\n"
    )


def test_one_talk_as_json(patient):
    answer = patient.page("/talks/old/export/?format=json")
    assert (
        answer.mimetype == "application/json" and '.json"' in answer.headers["Content-Disposition"]
    )
    talk = json.loads(answer.text)
    assert talk["session_id"] == "old" and len(talk["messages"]) == 4
    assert talk["messages"][1] == {
        "from": "llm",
        "at": (NOW - timedelta(days=40, minutes=-1)).isoformat(),
        "text": "I booked a cleaning: booked.",
        "removed": False,
        "source": "assistant",
        "interrupted": False,
        "cards": ["Booked: Dental Cleaning · Mon 9 Mar, 09:00"],
    }
    assert patient.page("/talks/old/export/?format=exe").status_code == 400


def test_all_talks_as_files(patient, monkeypatch):
    monkeypatch.setattr("medcor.services.own_talks.TALKS_AT_ONCE", 2)
    answer = patient.page("/talks/export/?format=json")
    assert 'filename="talks-2026-03-04.json"' in answer.headers["Content-Disposition"]
    body = json.loads(answer.text)
    assert [each["session_id"] for each in body["talks"]] == ["old", "new", "now"]
    assert (body["clinic"], body["exported_at"]) == ("Clinic one.test", NOW.isoformat())
    text = patient.page("/talks/export/").text
    assert text.startswith("Talks with the assistant of Clinic one.test, as of 4 Mar 2026, 09:00\n")
    assert text.index("My tooth hurts") < text.index("From nine.") < text.index("Good morning.")
    assert "too" not in text.replace("tooth", "")


def test_nothing_to_save_is_a_whole_file_too(app, world):
    reader = Reader(app.test_client(), world.one.patient)
    assert json.loads(reader.page("/talks/export/?format=json").text)["talks"] == []


def test_what_is_saved_is_written_down_without_words(patient, talks):
    patient.page("/talks/export/?format=json")
    patient.page("/talks/old/export/")
    assert audited(talks.one.id, "talk.exported", "talks.exported") == [
        ("talks.exported", {"format": "json"}),
        ("talk.exported", {"format": "txt"}),
    ]


def test_a_long_list_asks_no_more_often(app, talks, patient, engine):
    def asked(path: str) -> int:
        patient.page(path)
        with counted_queries(engine) as sent:
            assert patient.page(path).status_code == 200
        return len(sent)

    few = asked("/talks/"), asked("/talks/?q=o"), asked("/talks/old/")
    for number in range(45):
        said = [(f"So {turn}", "Oh") for turn in range(3)]
        make_talk(talks.one.patient, f"more-{number}", *said, ago=timedelta(days=number + 1))
    assert (asked("/talks/"), asked("/talks/?q=o"), asked("/talks/old/")) == few
    assert max(few) <= 12
    assert len(listed(patient)) == 20 and len(listed(patient, "?page=3")) == 8


def test_a_search_with_too_many_hits_says_so(patient, monkeypatch):
    monkeypatch.setattr("medcor.services.own_talks.MOST_FOUND", 2)
    text = text_of(patient.page("/talks/?q=o"))
    assert "Many lines match" in text
    assert "Many lines match" not in text_of(patient.page("/talks/?q=nine"))


def test_why_a_talk_is_kept_is_said(patient):
    hand_over(patient.who, "new", closed=False)
    assert "staff are looking after this talk" in text_of(patient.page("/talks/new/"))
    assert "/talks/new/delete/" not in patient.page("/talks/new/").text
    assert "/talks/old/delete/" in patient.page("/talks/old/").text
