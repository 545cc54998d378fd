"""Check that a model states only prices and times that the database gave in this talk.

To a patient it names no dose and no diagnosis either, and does not say that all is well.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from medcor.domain.dialogue.medical import medical_claims

_MONEY = re.compile(
    r"(?:[€$£₺]|\b(?:EUR|USD|GBP|TRY|TL)\b)\s*(\d[\d.,]*\d|\d)"
    r"|(\d[\d.,]*\d|\d)\s*(?:[€$£₺]|\b(?:EUR|USD|GBP|TRY|TL|euros?|pounds?|dollars?|lira)\b)",
    re.I,
)
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b(?!\s*[€$£₺%])")
_DONE = re.compile(
    r"\b(?:is|are|has been|have been|i(?:'ve| have)|was|successfully)\s+(?:now\s+|just\s+)?"
    r"(?:booked|cancell?ed)\b"
    r"|randevu\w*\s+(?:\w+\s+)?(?:alındı|oluşturuldu|iptal edildi|onaylandı)"
    r"|iptal ettim|randevuyu aldım"
    r"|\b(?:i(?:'ve| have)?|(?:is|are|was|has been|have been))\s+(?:now\s+|just\s+)?freed\b"
    r"|\bdays? off (?:is|are|has been|have been) \w+|\byou are (?:now )?(?:off|away) (?:on|from)\b"
    r"|\b(?:note|record|draft) (?:is|was|has been) (?:now )?(?:saved|signed|discarded)\b"
    r"|\bizni(?:niz|n) (?:\w+ )?(?:kaydedildi|girildi|alındı)|\bizin(?:leriniz|ler)? "
    r"(?:kaydedildi|girildi|alındı)|\b(?:notunuz|kayıt) (?:kaydedildi|imzalandı)",
    re.I,
)


class Grounding:
    """The numbers that may be said: those of tool results, facts and the person's words."""

    def __init__(self) -> None:
        self._amounts: set[Decimal | None] = set()
        self._clocks: set[tuple[int, int]] = set()
        self._given: set[tuple[str, str]] = set()

    def allow(self, text: str) -> None:
        """Let prices and times of ``text`` be said; any other number in it backs nothing."""
        self._amounts.update(_amounts(text))
        self._clocks.update(_clocks(text))

    def backed(self) -> tuple[set[Decimal | None], set[tuple[int, int]]]:
        """The amounts and the clock times that may be said."""
        return self._amounts, self._clocks

    def back(self, amounts: set[Decimal | None], clocks: set[tuple[int, int]]) -> None:
        """Allow what another process had allowed in this talk."""
        self._amounts |= amounts
        self._clocks |= clocks

    def allow_given(self, text: str) -> None:
        """As :meth:`allow`, for what the database gave: its medical words may be said again too.

        A treatment may be named "Vitamin C 500 mg"; what a person said backs no dose.
        """
        self.allow(text)
        self._given.update(medical_claims(text))

    def objection(self, text: str, *, to_patient: bool = True) -> str:
        """Name the first thing in ``text`` that nothing backs; empty when all is backed.

        A change is only ever told of by the server, so a model that tells of one is wrong.
        """
        if to_patient:
            for kind, words in medical_claims(text):
                if (kind, words) not in self._given:
                    return kind
        if _DONE.search(text):
            return "claims a change"
        if not _amounts(text) <= self._amounts:
            return "price"
        for hour, minute in _clocks(text):
            if not {(hour, minute), ((hour + 12) % 24, minute)} & self._clocks:
                return "time"
        return ""


def _amounts(text: str) -> set[Decimal | None]:
    return {_amount(before or behind) for before, behind in _MONEY.findall(text)}


def _clocks(text: str) -> set[tuple[int, int]]:
    found = _CLOCK.findall(_MONEY.sub(" ", text))
    return {(int(hour), int(minute)) for hour, minute in found}


def _amount(written: str) -> Decimal | None:
    """``1.234,50`` and ``1,234.50`` alike: a mark before two last digits is the decimal one."""
    whole, _mark, cents = (
        (written[:-3], "", written[-2:]) if re.search(r"[.,]\d\d$", written) else (written, "", "0")
    )
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + "." + cents).normalize()
    except InvalidOperation:
        return None
