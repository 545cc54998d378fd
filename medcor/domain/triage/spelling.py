"""Mend what a hurried hand or a recogniser makes of the words that matter."""

from __future__ import annotations

from functools import lru_cache

# What recognisers and keyboards write, by the word that was meant.
_MEANT = {
    "alergic": "allergic",
    "allergik": "allergic",
    "alerjic": "allergic",
    "anafilaksi": "anaphylaxis",
    "anafilaxis": "anaphylaxis",
    "anaphalaxis": "anaphylaxis",
    "anaphilaxis": "anaphylaxis",
    "cheast": "chest",
    "chess": "chest",
    "chets": "chest",
    "chst": "chest",
    "ches": "chest",
    "canot": "cannot",
    "cannt": "cant",
    "kant": "cant",
    "couldnt": "cant",
    "breth": "breathe",
    "brethe": "breathe",
    "breate": "breathe",
    "breaht": "breathe",
    "breeth": "breathe",
    "breethe": "breathe",
    "hart": "heart",
    "hert": "heart",
    "atack": "attack",
    "attak": "attack",
    "attach": "attack",
    "heartattack": "heart attack",
    "sezure": "seizure",
    "seazure": "seizure",
    "siezure": "seizure",
    "seisure": "seizure",
    "ceizure": "seizure",
    "unconcious": "unconscious",
    "unconsious": "unconscious",
    "uncounscious": "unconscious",
    "conciousness": "consciousness",
    "consciousnes": "consciousness",
    "consiousness": "consciousness",
    "siezing": "seizing",
    "suside": "suicide",
    "suiside": "suicide",
    "sucide": "suicide",
    "overdoze": "overdose",
    "blod": "blood",
    "bleedin": "bleeding",
    "bleading": "bleeding",
    "painn": "pain",
    "pane": "pain",
    "pian": "pain",
    "paine": "pain",
    "stroak": "stroke",
    "ambulence": "ambulance",
    "emergancy": "emergency",
    "emergensy": "emergency",
    # Turkish, typed in a hurry.
    "gogsm": "gogsum",
    "gogusum": "gogsum",
    "gosum": "gogsum",
    "nefs": "nefes",
    "nfs": "nefes",
    "nefez": "nefes",
    "agriyo": "agriyor",
    "agryor": "agriyor",
    "agrior": "agriyor",
    "ambulas": "ambulans",
    "anbulans": "ambulans",
    "intahar": "intihar",
    "inthar": "intihar",
    "kirizi": "krizi",
}
# Long words that one wrong, missing, doubled or swapped letter leaves easy to know.
_LONG = (
    "allergic",
    "ambulance",
    "anaphylaxis",
    "breathe",
    "breathing",
    "bleeding",
    "convulsion",
    "emergency",
    "overdose",
    "poisoned",
    "seizure",
    "suicide",
    "swelling",
    "swollen",
    "unconscious",
    "unresponsive",
    "ambulans",
    "zehirlendi",
    "zehirlendim",
    "bogulu",
)
# Real words that are one letter from those.
_OTHERS = frozenset(("allergie", "blending", "breeding", "breather", "breathed", "smelling"))


@lru_cache(maxsize=4096)
def mended(word: str) -> str:
    """The word that was meant, or the word as it is."""
    known = _MEANT.get(word)
    if known is not None:
        return known
    if len(word) < 6 or word in _OTHERS or word in _LONG:
        return word
    return next((long for long in _LONG if long[0] == word[0] and _is_near(word, long)), word)


def _is_near(word: str, long: str) -> bool:
    """Say whether one letter more, less, other, or swapped with its neighbour makes them alike."""
    if abs(len(word) - len(long)) > 1:
        return False
    first = next(
        (at for at, (one, two) in enumerate(zip(word, long, strict=False)) if one != two),
        min(len(word), len(long)),
    )
    rest, aim = word[first:], long[first:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == aim[1:] or rest[1:] == aim or rest == aim[1:] or swapped == aim
