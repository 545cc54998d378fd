"""Which passwords are refused, and why."""

from __future__ import annotations

import pytest

from medcor.domain.passwords import Weakness
from medcor.services import passwords

OWN = ("ayse.yilmaz@example.com", "Ayşe", "Yılmaz")


@pytest.mark.parametrize(
    ("password", "verdict"),
    [
        ("short", Weakness.TOO_SHORT),
        ("ninechars", Weakness.TOO_SHORT),
        ("x" * 257, Weakness.TOO_LONG),
        ("password123", Weakness.COMMON),
        ("QWERTYUIOP", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("ayse.yilmaz@example.com", Weakness.PERSONAL),
        ("Yilmaz-2026!", Weakness.PERSONAL),
        ("AyşeYılmaz1985", Weakness.PERSONAL),
        ("correct horse battery", None),
        ("yilmaz likes green tea", None),
        ("şeker gibi üç kelime", None),
    ],
)
def test_a_password_is_judged_by_length_and_by_how_easily_it_is_guessed(password, verdict):
    assert passwords.weakness(password, OWN) is verdict


def test_one_password_typed_on_two_keyboards_is_the_same():
    composed, taken_apart = "caf\u00e9 au lait noir", "cafe\u0301 au lait noir"
    stored = passwords.hash_password(composed)
    assert passwords.verify_password(stored, taken_apart)


def test_neither_a_missing_hash_nor_a_cut_password_opens_anything():
    stored = passwords.hash_password("x" * 256)
    assert passwords.verify_password(stored, "x" * 256)
    assert not passwords.verify_password(stored, "x" * 100_000)
    assert not passwords.verify_password("", "nobody has this password")
