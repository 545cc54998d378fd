"""What a red flag is about. The order decides which one a sentence with several has."""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    SELF_HARM = "self_harm"
    CHEST_PAIN = "chest_pain"
    BREATHING = "breathing"
    STROKE = "stroke"
    PREGNANCY = "pregnancy"
    BABY = "baby"
    BLEEDING = "bleeding"
    UNCONSCIOUS = "unconscious"
    SEIZURE = "seizure"
    ALLERGY = "allergy"
    OVERDOSE = "overdose"
    INJURY = "injury"
    EMERGENCY = "emergency"


def more_telling(earlier: str, later: str) -> str:
    """Which of two flags of one talk is kept: the first one, unless the later says more."""
    if later and earlier in ("", Flag.EMERGENCY):
        return later
    return earlier
