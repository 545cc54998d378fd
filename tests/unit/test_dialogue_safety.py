"""Red flags in both languages, and words that only look like one."""

from __future__ import annotations

import pytest

from medcor.domain.triage import Flag, emergency_number, red_flag
from medcor.domain.triage.flags import more_telling

FLAGS = [
    ("I have chest pain", Flag.CHEST_PAIN),
    ("my chest hurts", Flag.CHEST_PAIN),
    ("My chest feels really tight", Flag.CHEST_PAIN),
    ("there is a pressure in my chest", Flag.CHEST_PAIN),
    ("I think it's a heart attack", Flag.CHEST_PAIN),
    ("göğsüm ağrıyor", Flag.CHEST_PAIN),
    ("göğsümde ağrı var", Flag.CHEST_PAIN),
    ("göğsüm sıkışıyor", Flag.CHEST_PAIN),
    ("kalp krizi geçiriyorum", Flag.CHEST_PAIN),
    ("I can't breathe", Flag.BREATHING),
    ("i cant breath", Flag.BREATHING),
    ("it is hard to breathe", Flag.BREATHING),
    ("shortness of breath", Flag.BREATHING),
    ("he is choking", Flag.BREATHING),
    ("nefes alamıyorum", Flag.BREATHING),
    ("nefes almakta zorlanıyorum", Flag.BREATHING),
    ("nefesim kesiliyor", Flag.BREATHING),
    ("my face is drooping", Flag.STROKE),
    ("I think she has a stroke", Flag.STROKE),
    ("my left arm went numb", Flag.STROKE),
    ("I suddenly can't see", Flag.STROKE),
    ("felç geçiriyor", Flag.STROKE),
    ("yüzüm kaydı", Flag.STROKE),
    ("heavy bleeding", Flag.BLEEDING),
    ("I am bleeding a lot", Flag.BLEEDING),
    ("the bleeding won't stop", Flag.BLEEDING),
    ("there is so much blood", Flag.BLEEDING),
    ("I am vomiting blood", Flag.BLEEDING),
    ("kanamam durmuyor", Flag.BLEEDING),
    ("çok kan var", Flag.BLEEDING),
    ("kan kusuyorum", Flag.BLEEDING),
    ("she passed out", Flag.UNCONSCIOUS),
    ("he is unconscious", Flag.UNCONSCIOUS),
    ("bayıldı", Flag.UNCONSCIOUS),
    ("bilincini kaybetti", Flag.UNCONSCIOUS),
    ("he has a seizure", Flag.SEIZURE),
    ("nöbet geçiriyor", Flag.SEIZURE),
    ("my throat is swelling", Flag.ALLERGY),
    ("a severe allergic reaction", Flag.ALLERGY),
    ("dilim şişti", Flag.ALLERGY),
    ("alerjik şok", Flag.ALLERGY),
    ("I took too many pills", Flag.OVERDOSE),
    ("an overdose", Flag.OVERDOSE),
    ("çok ilaç içtim", Flag.OVERDOSE),
    ("zehirlendim", Flag.OVERDOSE),
    ("I want to kill myself", Flag.SELF_HARM),
    ("I don't want to live", Flag.SELF_HARM),
    ("intihar etmek istiyorum", Flag.SELF_HARM),
    ("ölmek istiyorum", Flag.SELF_HARM),
    ("call an ambulance", Flag.EMERGENCY),
    ("ambulans çağırın", Flag.EMERGENCY),
    ("no chest pain yet", Flag.CHEST_PAIN),
    ("I would like a cleaning, and I have chest pain", Flag.CHEST_PAIN),
]
HARMLESS = [
    "I would like to book a dental cleaning.",
    "my tooth hurts",
    "a blood test",
    "Heart Check",
    "my gums bleed a little when I brush",
    "dişim ağrıyor",
    "kan tahlili",
    "can you hear me",
    "how long does it take",
    "stop",
    "I can't come on Monday",
    "the second one",
    "göz muayenesi",
    "next to the chest of drawers",
    "I am dying to see my new teeth, said nobody",
    "",
]


@pytest.mark.parametrize(("said", "flag"), FLAGS, ids=[said for said, _ in FLAGS])
def test_red_flags(said, flag):
    assert red_flag(said) is flag
    assert red_flag(said.upper().replace("I", "I")) is flag or "ı" in said


@pytest.mark.parametrize("said", HARMLESS)
def test_harmless_words(said):
    assert red_flag(said) is None


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("TR", "112"),
        ("DE", "112"),
        ("US", "911"),
        ("ca", "911"),
        ("GB", "999"),
        ("AU", "000"),
        ("", "112"),
        ("XX", "112"),
    ],
)
def test_the_number_is_the_countrys(country, number):
    assert emergency_number(country) == number


@pytest.mark.parametrize(
    ("earlier", "later", "kept"),
    [
        ("", "", ""),
        ("", "breathing", "breathing"),
        ("breathing", "", "breathing"),
        ("emergency", "breathing", "breathing"),
        ("breathing", "emergency", "breathing"),
        ("breathing", "bleeding", "breathing"),
    ],
)
def test_a_talk_never_loses_its_flag(earlier, later, kept):
    assert more_telling(earlier, later) == kept
