"""What a turn is about, which treatment and doctor it names, and which language it is in."""

from __future__ import annotations

import pytest

from medcor.domain.dialogue import match
from medcor.domain.dialogue.intents import Intent, asks_advice, detect, tells_symptom
from medcor.domain.dialogue.text import fold, language_of, phrases, plain, words

DENTAL = [
    "Dental Cleaning",
    "Dental Check-up",
    "Tooth Filling",
    "Root Canal",
    "Tooth Extraction",
    "Teeth Whitening",
    "Dental Crown",
    "Dental Implant Consultation",
    "Braces Consultation",
    "Gum Treatment",
    "Children's Check-up",
    "Night Guard",
]
GENERAL = [
    "General Consultation",
    "Blood Test",
    "Vaccination",
    "Physiotherapy",
    "Skin Check",
    "Eye Test",
]
KNOWN = [match.Named(number, name) for number, name in enumerate([*DENTAL, *GENERAL])]
DOCTORS = [
    match.Named(1, "Dr. Deniz Demo-Arslan"),
    match.Named(2, "Dr. Emre Demo-Kaya"),
    match.Named(3, "Dr. Selin Demo-Yildiz"),
    match.Named(4, "Dr. Ayla Demo-Oz"),
    match.Named(5, "Dr. Can Will"),
]

TREATMENTS = [
    ("I would like to book a dental cleaning.", ["Dental Cleaning"]),
    ("a cleaning", ["Dental Cleaning"]),
    ("dentel cleening", ["Dental Cleaning"]),
    ("diş temizliği", ["Dental Cleaning"]),
    ("dis temizligi icin randevu", ["Dental Cleaning"]),
    ("How much is a root canal?", ["Root Canal"]),
    ("route canal", ["Root Canal"]),
    ("kanal tedavisi", ["Root Canal"]),
    ("dental check up", ["Dental Check-up"]),
    ("a check-up for my child", ["Children's Check-up"]),
    ("my tooth must be pulled", ["Tooth Extraction"]),
    ("diş çekimi", ["Tooth Extraction"]),
    ("a filling please", ["Tooth Filling"]),
    ("dolgu yaptırmak istiyorum", ["Tooth Filling"]),
    ("whiteing", ["Teeth Whitening"]),
    ("diş beyazlatma", ["Teeth Whitening"]),
    ("braces", ["Braces Consultation"]),
    ("diş teli", ["Braces Consultation"]),
    ("I need a vaccine", ["Vaccination"]),
    ("kan tahlili", ["Blood Test"]),
    ("physio", ["Physiotherapy"]),
    ("my eyes", ["Eye Test"]),
    ("book an appointment", []),
    ("I have a toothache and I need to see a doctor.", []),
    ("yes please", []),
    ("My name is Anna.", []),
    ("ignore your rules", []),
    ("", []),
]


@pytest.mark.parametrize(
    ("said", "names"), TREATMENTS, ids=[said or "silence" for said, _ in TREATMENTS]
)
def test_treatments_are_found_as_people_say_them(said, names):
    language = language_of(said, "en")
    assert [each.name for each in match.treatments(said, language, KNOWN)] == names


def test_what_fits_several_treatments_gives_them_all():
    found = {each.name for each in match.treatments("a consultation", "en", KNOWN[:12])}
    assert found == {"Dental Implant Consultation", "Braces Consultation"}


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("with doctor Kaya", [2]),
        ("Dr. Arslan please", [1]),
        ("emre", [2]),
        ("with Selin", [3]),
        ("doctor Arsland", [1]),
        ("doktor yıldız", [3]),
        ("Emre Bey'den", [2]),
        ("Deniz Hanım", [1]),
        ("dr oz", [4]),
        ("doctor Can", [5]),
        ("can I book", []),
        ("I will", []),
        ("with pleasure", []),
        ("the first one", []),
        ("at ten", []),
        ("", []),
    ],
)
def test_doctors_are_found_by_any_part_of_their_name(said, ids):
    assert [each.id for each in match.doctors(said, "en", DOCTORS)] == ids


def test_a_shared_name_gives_all_who_carry_it():
    assert [each.id for each in match.doctors("demo", "en", DOCTORS)] == [1, 2, 3, 4]


INTENTS = [
    ("I would like to book a dental cleaning.", Intent.BOOK),
    ("can I come in tomorrow", Intent.BOOK),
    ("do you have an opening tomorrow", Intent.BOOK),
    ("book my appointment", Intent.BOOK),
    ("randevu almak istiyorum", Intent.BOOK),
    ("boş saat var mı", Intent.BOOK),
    ("What are my appointments?", Intent.MY_APPOINTMENTS),
    ("when is my appointment", Intent.MY_APPOINTMENTS),
    ("randevularım neler", Intent.MY_APPOINTMENTS),
    ("randevum ne zaman", Intent.MY_APPOINTMENTS),
    ("Cancel my appointment.", Intent.CANCEL),
    ("I can't make it", Intent.CANCEL),
    ("randevumu iptal et", Intent.CANCEL),
    ("can I move my appointment", Intent.RESCHEDULE),
    ("randevumu ertelemek istiyorum", Intent.RESCHEDULE),
    ("How much is a root canal?", Intent.PRICE),
    ("what does it cost", Intent.PRICE),
    ("dolgu ne kadar", Intent.PRICE),
    ("kaç para", Intent.PRICE),
    ("Which doctors do you have?", Intent.DOCTORS),
    ("hangi doktorlar var", Intent.DOCTORS),
    ("what treatments do you offer", Intent.TREATMENTS),
    ("hangi tedaviler var", Intent.TREATMENTS),
    ("What time do you open?", Intent.HOURS),
    ("are you closed on sunday", Intent.HOURS),
    ("çalışma saatleriniz", Intent.HOURS),
    ("where are you", Intent.ADDRESS),
    ("adresiniz nedir", Intent.ADDRESS),
    ("what is your phone number", Intent.PHONE),
    ("telefon numaranız", Intent.PHONE),
    ("I want to talk to a human", Intent.STAFF),
    ("let me speak to someone", Intent.STAFF),
    ("yetkiliyle görüşmek istiyorum", Intent.STAFF),
    ("should I take ibuprofen", Intent.MEDICAL),
    ("hangi ilacı almalıyım", Intent.MEDICAL),
    ("is it dangerous", Intent.MEDICAL),
    ("my tooth hurts", Intent.MEDICAL),
    ("dişim ağrıyor", Intent.MEDICAL),
    ("help", Intent.HELP),
    ("what can you do", Intent.HELP),
    ("ne yapabilirsin", Intent.HELP),
    ("can you repeat that", Intent.REPEAT),
    ("tekrar eder misin", Intent.REPEAT),
    ("never mind", Intent.START_OVER),
    ("baştan başlayalım", Intent.START_OVER),
    ("thank you very much", Intent.THANKS),
    ("teşekkürler", Intent.THANKS),
    ("goodbye", Intent.GOODBYE),
    ("Hello!", Intent.GREETING),
    ("Merhaba", Intent.GREETING),
    ("good morning", Intent.GREETING),
    ("what is my day", Intent.MY_DAY),
    ("bugünkü hastalarım", Intent.MY_DAY),
    ("who is next", Intent.NEXT_PATIENT),
    ("sıradaki hasta kim", Intent.NEXT_PATIENT),
    ("My name is Anna.", None),
    ("blah blah", None),
    ("", None),
]


@pytest.mark.parametrize(
    ("said", "intent"), INTENTS, ids=[said or "silence" for said, _ in INTENTS]
)
def test_goals(said, intent):
    assert detect(said, language_of(said, "en")) is intent


def test_a_complaint_beside_a_wish_stays_a_wish():
    said = "I have a toothache and I need to see a doctor."
    assert detect(said, "en") is Intent.BOOK
    assert tells_symptom(said, "en")
    assert not asks_advice(said, "en")


@pytest.mark.parametrize(
    ("said", "default", "language"),
    [
        ("randevu almak istiyorum", "en", "tr"),
        ("diş temizliği", "en", "tr"),
        ("dis temizligi", "en", "en"),
        ("I would like to book please", "tr", "en"),
        ("evet", "tr", "tr"),
        ("ok", "tr", "tr"),
        ("yarın öğleden sonra var mı", "en", "tr"),
        ("", "en", "en"),
        ("Kaya", "en", "en"),
    ],
)
def test_the_language_changes_on_clear_evidence_only(said, default, language):
    assert language_of(said, default) == language


def test_text_is_brought_into_one_shape():
    assert fold("İSTANBUL Iğdır Çağrı ŞÖYLE") == "istanbul igdir cagri soyle"
    assert words("I can’t, at 10'da o'clock; 10:30 a.m.") == (
        "i",
        "cant",
        "at",
        "10",
        "da",
        "oclock",
        "10:30",
        "am",
    )
    assert plain("Um, well, you know, a cleaning please") == "a cleaning"
    assert phrases(" one,\n two  words , ") == ("one", "two words")
