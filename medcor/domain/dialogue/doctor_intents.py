"""What a doctor's turn is about, beyond what everybody may ask; English and Turkish alike."""

from __future__ import annotations

import re
from enum import StrEnum

from .text import has, phrases, plain


class DoctorIntent(StrEnum):
    """One goal of a doctor's turn. The order of ``_PHRASES`` decides where several fit."""

    DICTATE = "dictate"
    DRAFTS = "drafts"
    FREE_DAYS = "free_days"
    LAST_VISIT = "last_visit"


_PHRASES: tuple[tuple[DoctorIntent, tuple[str, ...]], ...] = (
    (
        DoctorIntent.DRAFTS,
        phrases(
            """
            my drafts, unsigned, not signed, drafts, dictated notes, what did i dictate,
            notes wait*, imzasiz*, imzalanmamis*, taslaklar*, imza bekleyen*
            """
        ),
    ),
    (
        DoctorIntent.DICTATE,
        phrases(
            """
            dictate, dictation, dictating, take a note, take notes, take down a note, write a note,
            write a visit note, visit note, examination note, go on dictating, dikte*, not al,
            not alir misin*, not alin, not yaz*, not yazdir*, notu yaz*, muayene notu*, muayene
            kaydi yaz*, not dikte*
            """
        ),
    ),
    (
        DoctorIntent.FREE_DAYS,
        phrases(
            """
            free my, free up, free the, free tomorrow, free today, free next, free this, free on,
            free monday*, free tuesday*, free wednesday*, free thursday*, free friday*, free
            saturday*, free sunday*, free days, free a day, clear my, clear the day, clear
            tomorrow, block my, block the, block off, block next, block tomorrow, close my, im
            away, i am away, ill be away, i will be away, i be away, away next, away on, away from,
            im off, i am off, ill be off, i will be off, off on, off from, off next, day off, days
            off, take off, time off, on leave, on holiday, on vacation, holiday on, vacation, not
            here, wont be here, cant come in, cannot come in, i am ill, im ill, im sick, i am sick,
            not working, bosalt*, izinliyim, izinli olacagim, izin al*, izin yap*, izin gir*, izne
            cik*, izinde olacagim, yokum, olmayacagim, gelmeyecegim, gelemeyecegim, gelemem,
            gunumu kapat*, gunu kapat*, takvimimi kapat*, kapatir misin, tatile cik*, tatildeyim,
            calismayacagim, calismiyorum, raporluyum
            """
        ),
    ),
    (
        DoctorIntent.LAST_VISIT,
        phrases(
            """
            last time, last visit, last appointment, last record, previous visit, visit before,
            time before, what happened, what did i do, what did we do, what did i find, what did i
            write, what did i prescribe, what do we know, what was it about, medical history, last
            seen, gecen sefer*, gecen defa*, gecen gelis*, gecen muayene*, gecen kez, son muayene*,
            son ziyaret*, son gelis*, son kayit*, son kaydi*, son randevu*, onceki muayene*,
            onceki gelis*, onceki ziyaret*, en son ne, ne yapmistik, ne yapmistim, ne yazmistim, ne
            bulmustum, ne olmustu, gecmisi, gecmisine
            """
        ),
    ),
)
# ``free Friday`` and ``take the whole of Friday off``, whatever the day is called.
_OFF = re.compile(r"^free (?!times?\b|slots?\b|appointments?\b|hours?\b)|\btake (?:\w+ ){1,6}off\b")
# Who asks whether a day is free asks for the day.
_ASKING = phrases(
    """
    am i, do i, when am, when do, have i got, is my, are my, which days, what days, muyum, miyim,
    izinli miyim, ne zaman, hangi gun*, bos mu, bosum
    """
)
_HERE = phrases(
    """
    this patient, current patient, this visit, current visit, bu hasta*, su anki hasta*, su anki
    muayene*
    """
)


def detect(text: str, language: str) -> DoctorIntent | None:
    """The goal of a turn that only a doctor has, or None."""
    said = plain(text, language)
    for intent, telling in _PHRASES:
        off = intent is DoctorIntent.FREE_DAYS and _OFF.search(said)
        if off or has(said, *telling):
            asking = intent is DoctorIntent.FREE_DAYS and has(said, *_ASKING)
            return None if asking else intent
    return None


def means_present_visit(text: str, language: str) -> bool:
    """Say whether the patient who is in the room is meant."""
    return has(plain(text, language), *_HERE)
