"""Argon2id, off the event loop: 20 ms instead of blocking every other person for 200."""

from __future__ import annotations

import hashlib
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from medcor import runtime
from medcor.domain import passwords as rules

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_DUMMY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    return runtime.offload(_HASHER.hash, _bytes_of(password))


def verify_password(stored: str, password: str) -> bool:
    """Check a password; an empty ``stored`` costs the same time and is never right."""
    # Nobody has a longer one, and hashing megabytes would be a way to keep the server busy.
    guess = _bytes_of(password[: rules.MAX_LENGTH + 1])
    return runtime.offload(_verify, stored or _DUMMY, guess) and bool(stored)


def _bytes_of(password: str) -> bytes:
    # JSON can spell half of a surrogate pair, which plain UTF-8 has no bytes for.
    return rules.normalise(password).encode("utf-8", "surrogatepass")


def _verify(stored: str, password: bytes) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def fingerprint(stored: str) -> str:
    """A short name of a stored hash that gives nothing of it away."""
    return hashlib.sha256(stored.encode()).hexdigest()[:32]


def weakness(password: str, own_words: tuple[str, ...]) -> rules.Weakness | None:
    """Judge a new password by length, the person's own words and the 30,000 most common ones."""
    return rules.weakness(password, own_words, _common_passwords())


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])
