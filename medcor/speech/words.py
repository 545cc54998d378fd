"""From the model's sentence to Deepgram's words, as pure functions."""

import re

from medcor.speech.protocol import Span

# The model gives no confidence; a constant says "recognised" without pretending to measure.
CONFIDENCE = 0.9
FILLERS = {"uh", "um", "uhm", "mhmm", "mm-mm", "uh-uh", "uh-huh", "nuh-uh"}


def tidy(text: str) -> str:
    """Clean the model's text; '' when it holds no letter or digit (it answers hum with notes)."""
    if not any(char.isalnum() for char in text):
        return ""
    text = re.sub(r"([,.?!;:])(?:\s*\1)+", r"\1", text)
    return " ".join(re.sub(r"[♪♫]+", " ", text).split())


def bare(token: str) -> str:
    """Lower-case a token and strip the punctuation around it (o'clock and 10:30 stay whole)."""
    return re.sub(r"^\W+|\W+$", "", token).lower()


def tokens(text: str, *, fillers: bool) -> list[str]:
    """Split the text into tokens, leaving out filler words unless they are wanted."""
    found = [token for token in text.split() if bare(token)]
    return found if fillers else [token for token in found if bare(token) not in FILLERS]


def timed_words(found: list[str], voiced: list[Span], *, punctuated: bool) -> list[dict]:
    """Give each token approximate times, in seconds on the audio clock.

    The model has no word times, so the tokens share the *voiced* spans in proportion to their
    length in characters: pauses are skipped, but expect errors of 0.1-0.3 s inside a span.
    """
    weights = [len(bare(token)) + 1 for token in found]
    total = sum(span.end - span.start for span in voiced)
    words, spent = [], 0
    for token, weight in zip(found, weights, strict=True):
        start = _at(voiced, total * spent / sum(weights))
        spent += weight
        end = _at(voiced, total * spent / sum(weights), closing=True)
        words.append(_word(token, start, max(start, end), punctuated))
    return words


def _word(token: str, start: float, end: float, punctuated: bool) -> dict:
    word = {"word": bare(token), "start": round(start, 3), "end": round(end, 3)}
    word["confidence"] = CONFIDENCE
    if punctuated:
        word["punctuated_word"] = token
    return word


def _at(voiced: list[Span], elapsed: float, *, closing: bool = False) -> float:
    """Map seconds of voice to the audio clock; `closing` prefers the end of a span to a start."""
    for span in voiced:
        length = span.end - span.start
        if elapsed < length - 1e-9 or (closing and elapsed <= length + 1e-9):
            return span.start + elapsed
        elapsed -= length
    return voiced[-1].end if voiced else 0.0
