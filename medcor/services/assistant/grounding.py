"""Check that a model states only prices and times that the database gave in this talk."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_MONEY = re.compile(
    r"(?:[€$£₺]|\b(?:EUR|USD|GBP|TRY|TL)\b)\s*(\d[\d.,]*\d|\d)"
    r"|(\d[\d.,]*\d|\d)\s*(?:[€$£₺]|\b(?:EUR|USD|GBP|TRY|TL|euros?|pounds?|dollars?|lira)\b)",
    re.I,
)
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b(?!\s*[€$£₺%])")
_DONE = re.compile(
    r"\b(?:is|are|has been|have been|i(?:'ve| have)|was|successfully)\s+(?:now\s+|just\s+)?"
    r"(?:booked|cancell?ed|confirmed|scheduled)\b"
    r"|randevu\w*\s+(?:\w+\s+)?(?:alındı|oluşturuldu|iptal edildi|onaylandı)"
    r"|iptal ettim|randevuyu aldım",
    re.I,
)


class Grounding:
    """The numbers that may be said: those of tool results, facts and the person's words."""

    def __init__(self) -> None:
        self._amounts: set[Decimal] = set()
        self._clocks: set[tuple[int, int]] = set()

    def allow(self, text: str) -> None:
        for found in re.findall(r"\d[\d.,]*\d|\d", text):
            if (amount := _amount(found)) is not None:
                self._amounts.add(amount)
        self._clocks.update((int(hour), int(minute)) for hour, minute in _CLOCK.findall(text))

    def objection(self, text: str) -> str:
        """Name the first thing in ``text`` that nothing backs; empty when all is backed.

        A change is only ever told of by the server, so a model that tells of one is wrong.
        """
        if _DONE.search(text):
            return "claims a change"
        money = _MONEY.search(text)
        while money:
            if _amount(money[1] or money[2]) not in self._amounts:
                return "price"
            money = _MONEY.search(text, money.end())
        for hour, minute in _CLOCK.findall(_MONEY.sub(" ", text)):
            pair = (int(hour), int(minute))
            if pair not in self._clocks and ((pair[0] + 12) % 24, pair[1]) not in self._clocks:
                return "time"
        return ""


def _amount(written: str) -> Decimal | None:
    """``1.234,50`` and ``1,234.50`` alike: a mark before two last digits is the decimal one."""
    whole, _mark, cents = (
        (written[:-3], "", written[-2:]) if re.search(r"[.,]\d\d$", written) else (written, "", "0")
    )
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + "." + cents).normalize()
    except InvalidOperation:
        return None
