"""Red flags: words after which a person needs an emergency service and no assistant.

Read in English and Turkish whatever the talk's language is. A wrong alarm costs one sentence, a
missed one may cost a life: a denial such as "no chest pain" is not trusted.
"""

from __future__ import annotations

import re
from enum import StrEnum

from medcor.domain.dialogue.text import fold


class Flag(StrEnum):
    CHEST_PAIN = "chest_pain"
    BREATHING = "breathing"
    STROKE = "stroke"
    BLEEDING = "bleeding"
    UNCONSCIOUS = "unconscious"
    SEIZURE = "seizure"
    ALLERGY = "allergy"
    OVERDOSE = "overdose"
    SELF_HARM = "self_harm"
    EMERGENCY = "emergency"


_FLAGS: tuple[tuple[Flag, str], ...] = (
    (
        Flag.SELF_HARM,
        r"suicid|kill(ing)? myself|end my life|ending my life|hurt myself|harm myself"
        r"|(want|wanna|going) to die|dont want to live|do not want to live|better off dead"
        r"|intihar|kendimi oldur|canima kiy|yasamak istemiyorum|olmek istiyorum"
        r"|kendime zarar",
    ),
    (
        Flag.CHEST_PAIN,
        r"chest (is |really |so |very |feels? |a |has )*(pain|hurt|tight|pressure|ache"
        r"|heavy|crush)|(pain|pressure|tightness|ache|hurts?) (\w+ )?(in|on|across"
        r"|inside) (my |the |his |her )?chest|heart attack|gogsum\w* (\w+ )?(agri|sikis"
        r"|sanci|bas[ki])|gogus\w* (\w+ )?(agri|sikis|sanci|baski)|kalp krizi"
        r"|kalbim (sikis|agri|duru)",
    ),
    (
        Flag.BREATHING,
        r"(cant|cannot|can not|cant hardly|hard to|difficult to|difficulty|struggling to"
        r"|trouble|unable to|not able to|barely|hardly) (\w+ )?breath"
        r"|short(ness)? of breath|not breathing|out of breath and|stopped breathing|chok(e"
        r"|ing)\b|suffocat|nefes (\w+ )?(ala?m[ai]|almakta (zor|guc)|darli|yetmiyor)"
        r"|nefesim (kesil|daral|yetm)|boguluyor",
    ),
    (
        Flag.STROKE,
        r"\bstroke\b|face (is |has )?(droop|numb|drop)|slurr(ed|ing)|(arm|leg|side"
        r"|face) (\w+ )?(is |has |went |gone |go )*(numb|paraly|weak all)|cant (feel"
        r"|move) my|cannot (feel|move) my|sudden(ly)? (cant|cannot|lost my) (see|speak"
        r"|vision|sight)|\binme\b|felc|yuzum (\w+ )?(kaydi|uyus|duser)"
        r"|kolum (\w+ )?(tutmuyor|uyus)|konusamiyor|agzim (kaydi|egri)",
    ),
    (
        Flag.BLEEDING,
        r"(heavy|heavily|severe|massive|uncontroll\w*|a lot of|lots of"
        r"|so much) (\w+ )?(bleed|blood)|bleeding (\w+ )?(heavily|badly|a lot|so much"
        r"|and (it )?wont stop)|(bleed|blood)\w* (\w+ )?(wont|will not|doesnt|does not"
        r"|isnt|not|cant) (\w+ )?stop|cant stop (the )?bleed|(vomit|cough|throw"
        r"|spit)\w* (\w+ )?(up )?blood|cok kan|kanama\w* (\w+ )?(durm|cok|siddet)"
        r"|siddetli kana|kan (\w+ )?(durm|kus|tukur)|asiri kana",
    ),
    (
        Flag.UNCONSCIOUS,
        r"unconscious|passed out|wont wake up|not waking up|unresponsive|collapsed"
        r"|lost consciousness|bilinc\w* (kayb|kapal|yok|yerinde)|bayildi|uyanmiyor"
        r"|kendinden gec",
    ),
    (
        Flag.SEIZURE,
        r"seizure|convuls|having a fit\b|nobet geciri|epilepsi nobet|havale geciri",
    ),
    (
        Flag.ALLERGY,
        r"anaphyla|severe allerg|allergic (shock|reaction)|(throat|tongue|lips?"
        r"|face) (\w+ )?(is |are )?(swell|swollen|closing)|alerjik (sok|reaksiyon)|anafila"
        r"|(bogaz|dil|dudag|yuz)\w* (\w+ )?(sis|kapan)",
    ),
    (
        Flag.OVERDOSE,
        r"overdos|too many (pills|tablets)|swallowed (\w+ )?(bleach|poison|battery|pills)"
        r"|poison(ed|ing)|took (all|a lot of) (\w+ )?(pills|tablets)|asiri doz|zehirlen"
        r"|cok (fazla )?ilac (ic|al)|(cok|butun|tum) hap\w* (ic|al|yut)",
    ),
    (
        Flag.EMERGENCY,
        r"(this|it) is an emergency|medical emergency|call an ambulance|need an ambulance"
        r"|ambulan[sc]|\bi am dying\b|\bim dying\b|oluyorum\b|acil durum|imdat",
    ),
)
_COMPILED = tuple((flag, re.compile(pattern)) for flag, pattern in _FLAGS)

# The number that reaches an ambulance, by ISO 3166 country; Europe, Turkey and the rest dial 112.
_NUMBERS: dict[str, str] = {
    "US": "911",
    "CA": "911",
    "MX": "911",
    "PR": "911",
    "AR": "911",
    "CO": "123",
    "CL": "131",
    "BR": "192",
    "GB": "999",
    "IE": "112",
    "HK": "999",
    "SG": "995",
    "MY": "999",
    "AU": "000",
    "NZ": "111",
    "IN": "112",
    "JP": "119",
    "KR": "119",
    "CN": "120",
    "TW": "119",
    "IL": "101",
    "AE": "998",
    "SA": "997",
    "QA": "999",
    "KW": "112",
    "EG": "123",
    "ZA": "10177",
    "KE": "999",
    "NG": "112",
    "PK": "1122",
    "BD": "999",
    "TH": "1669",
    "VN": "115",
    "PH": "911",
    "ID": "118",
}


def emergency_number(country: str) -> str:
    """The ambulance's number in a country; 112 where none is listed."""
    return _NUMBERS.get(country.upper(), "112")


def red_flag(text: str) -> Flag | None:
    """Find the first red flag in what was said."""
    said = " ".join(re.findall(r"[a-z0-9]+", fold(text).replace("'", "")))
    return next((flag for flag, pattern in _COMPILED if pattern.search(said)), None)


def flagged_reason(flag: Flag, said: str) -> str:
    """A hand-over's reason that keeps which alarm it was."""
    return f"[{flag.value}] {said}"


def split_reason(reason: str) -> tuple[Flag | None, str]:
    """The alarm of a hand-over's reason, if it was one, and what the person said."""
    for flag in Flag:
        prefix = flagged_reason(flag, "")
        if reason.startswith(prefix):
            return flag, reason.removeprefix(prefix)
    return None, reason
