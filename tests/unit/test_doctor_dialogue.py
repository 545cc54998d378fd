"""What doctors ask for: their goals, the days they are away, and the patients whom they name."""

from __future__ import annotations

from datetime import date

import pytest

from medcor.domain.dialogue import absence, doctor_intents, patients
from medcor.domain.dialogue.absence import Away
from medcor.domain.dialogue.doctor_intents import DoctorIntent
from medcor.domain.dialogue.match import Named

# A Wednesday.
TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("said", "language", "intent"),
    [
        ("What happened last time?", "en", DoctorIntent.LAST_VISIT),
        ("what did I do last time with Ayse", "en", DoctorIntent.LAST_VISIT),
        ("Ayşe Hanım'la geçen sefer ne yaptık", "tr", DoctorIntent.LAST_VISIT),
        ("mehmet beyin son muayenesi", "tr", DoctorIntent.LAST_VISIT),
        ("free my Friday", "en", DoctorIntent.FREE_DAYS),
        ("free friday please", "en", DoctorIntent.FREE_DAYS),
        ("I'm away next Tuesday because of a congress", "en", DoctorIntent.FREE_DAYS),
        ("take Friday off", "en", DoctorIntent.FREE_DAYS),
        ("I am off from Monday to Wednesday", "en", DoctorIntent.FREE_DAYS),
        ("cuma günümü boşalt", "tr", DoctorIntent.FREE_DAYS),
        ("pazartesi izinliyim", "tr", DoctorIntent.FREE_DAYS),
        ("yarın yokum", "tr", DoctorIntent.FREE_DAYS),
        ("dictate a visit", "en", DoctorIntent.DICTATE),
        ("dictate for Ayse", "en", DoctorIntent.DICTATE),
        ("muayene notu yazdır", "tr", DoctorIntent.DICTATE),
        ("dikte başlat", "tr", DoctorIntent.DICTATE),
        ("my drafts", "en", DoctorIntent.DRAFTS),
        ("imza bekleyen notlar", "tr", DoctorIntent.DRAFTS),
        ("am I off on Friday", "en", None),
        ("free times on friday", "en", None),
        ("who is next", "en", None),
        ("what is my day like tomorrow", "en", None),
        ("yarın izinli miyim", "tr", None),
        ("sıradaki hasta kim", "tr", None),
    ],
)
def test_goals_of_a_doctor(said, language, intent):
    assert doctor_intents.detect(said, language) is intent


def days(first: int, last: int | None = None, several: bool = False) -> Away:
    return Away(date(2026, 3, first), date(2026, 3, last or first), several)


@pytest.mark.parametrize(
    ("said", "language", "away"),
    [
        ("free my friday", "en", days(6)),
        ("I'm away next Tuesday because of a congress", "en", days(10)),
        ("off from Monday to Wednesday", "en", days(9, 11)),
        ("away from 9 March to 12 March", "en", days(9, 12)),
        ("clear my days 9 to 12 March", "en", days(9, 12)),
        ("away from friday to tuesday", "en", days(6, 10)),
        ("on holiday until friday", "en", days(4, 6)),
        ("on leave from 2026-03-09 until 2026-03-10", "en", days(9, 10)),
        ("block next week", "en", days(9, 15)),
        ("free my monday and wednesday", "en", days(9, 11, several=True)),
        ("free yesterday", "en", days(3)),
        ("cuma günümü boşalt", "tr", days(6)),
        ("gelecek salı kongre nedeniyle yokum", "tr", days(10)),
        ("pazartesiden çarşambaya kadar izinliyim", "tr", days(9, 11)),
        ("9 marttan 12 marta kadar yokum", "tr", days(9, 12)),
        ("haftaya izinliyim", "tr", days(9, 15)),
        ("dün yokum", "tr", days(3)),
        ("I'm away", "en", Away()),
        ("izinliyim", "tr", Away()),
    ],
)
def test_days_away(said, language, away):
    assert absence.read(said, language, TODAY) == away


@pytest.mark.parametrize(
    ("said", "language", "reason"),
    [
        ("I'm away next Tuesday because of a congress", "en", "a congress"),
        ("Friday off for my daughter's wedding, please", "en", "my daughter's wedding"),
        ("off 9 to 13 March due to a conference in Ankara.", "en", "a conference in Ankara"),
        ("because of a congress next Tuesday", "en", "a congress"),
        ("free my Friday", "en", ""),
        ("free Friday for the day", "en", ""),
        ("gelecek salı kongre nedeniyle yokum", "tr", "kongre"),
        ("yarın yokum çünkü hastayım", "tr", "hastayım"),
        ("cuma günümü boşalt", "tr", ""),
        (f"away because of {'x' * 400}", "en", "x" * 200),
    ],
)
def test_why_somebody_is_away(said, language, reason):
    assert absence.reason(said, language) == reason


KNOWN = [
    Named(1, "Ayşe Kaya"),
    Named(2, "Ayşe Demir"),
    Named(3, "Mehmet Yılmaz"),
    Named(4, "Next Patient"),
    Named(5, "John Smith"),
    Named(6, "Can Er"),
    Named(7, "Ayşe Kaya"),
]


@pytest.mark.parametrize(
    ("said", "language", "ids", "named"),
    [
        ("what did I do last time with Ayse?", "en", [1, 2, 7], True),
        ("dictate for ayse demir", "en", [2], True),
        ("last time with Ayşe Kaya", "en", [1, 7], True),
        ("what happened last time with mehmed", "en", [3], True),
        ("what about mr smith's last visit", "en", [5], True),
        ("Ayşe Demir'le geçen sefer ne yaptık", "tr", [2], True),
        ("mehmet beyin son muayenesinde ne olmuştu", "tr", [3], True),
        ("canla geçen sefer ne yaptık", "tr", [6], True),
        ("what happened last time with zeynep", "en", [], True),
        ("what happened last time", "en", [], False),
        ("what happened with my next patient last time", "en", [], False),
        ("the nine o'clock patient", "en", [], False),
        ("saat dokuzdaki hastayla geçen sefer ne oldu", "tr", [], False),
        ("muayene notu yazdır", "tr", [], False),
    ],
)
def test_patients_are_found_by_any_part_of_their_names(said, language, ids, named):
    found = patients.find(said, language, KNOWN)
    assert [each.id for each in found.found] == ids
    assert found.named is named


def test_thousands_of_names_are_searched_at_once():
    many = [Named(number, f"First{number} Last{number % 700}") for number in range(5000)]
    assert patients.find("last time with xylophonia", "en", [*many, *KNOWN]).found == ()
    assert [each.id for each in patients.find("for Mehmett", "en", [*many, *KNOWN]).found] == [3]


@pytest.mark.parametrize(
    ("said", "patterns"),
    [
        ("last time with Mehmet", ("m_h",)),
        ("what did I do with Ayşe Kaya", ("_y_", "k_y")),
        ("last time with Can", ()),
        ("what happened last time", ()),
    ],
)
def test_a_name_is_looked_up_by_letters_that_no_accent_hides(said, patterns):
    assert patients.beginnings(said, "en") == patterns
