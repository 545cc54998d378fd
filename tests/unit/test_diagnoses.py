"""The search for diagnoses: by code, by words, ranked, bounded."""

from __future__ import annotations

import pytest

from medcor.services.diagnoses import normal_code, search_diagnoses, title_of


def codes(query: str) -> list[str]:
    return [each.code for each in search_diagnoses(query)]


@pytest.mark.parametrize("query", ["K02", "k02", " k02 ", "(K02", "K02."])
def test_a_code_finds_itself_first_and_what_is_below_it(query):
    found = codes(query)
    assert found[0] == "K02" and found[1:] == [
        "K02.0", "K02.1", "K02.2", "K02.3", "K02.4", "K02.5", "K02.8", "K02.9",
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["K02.1", "k021", "K 02.1"])
def test_a_full_code_finds_one(query):
    (found,) = search_diagnoses(query)
    assert (found.code, found.title) == ("K02.1", "Caries of dentine")


def test_words_are_found_wherever_they_begin():
    assert codes("caries")[0].startswith("K02")
    assert codes("dental car")[0] == "K02"
    assert codes("bronchitis acute")[0] == "J20"
    assert codes("MENIERE")[0] == "H81.0" == codes("Ménière")[0]
    assert "J20" not in codes("ronchitis")


def test_titles_that_begin_with_the_words_come_first_then_shorter_ones():
    found = search_diagnoses("headache")
    assert found[0].code == "R51" and len(found) > 5


@pytest.mark.parametrize("query", ["", "k", " ", "..", "zzzzzz", "%%", "k02 caries tooth x y z"])
def test_too_little_or_nothing_known_finds_nothing(query):
    assert search_diagnoses(query) == []


def test_there_are_twenty_at_most_and_long_queries_are_harmless():
    assert len(search_diagnoses("of")) == 20
    assert search_diagnoses("a " * 5000) == search_diagnoses("a " * 30)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("K02.1", "K02.1"),
        ("k021", "K02.1"),
        (" k02 ", "K02"),
        ("K02-1", "K02.1"),
        ("K02.77", None),
        ("XI", None),
        ("K00-K14", None),
        ("caries", None),
        ("", None),
        ("K02.1 Caries", None),
    ],
)
def test_a_code_is_put_right_or_refused(typed, code):
    assert normal_code(typed) == code


def test_titles():
    assert title_of("K02.1") == "Caries of dentine"
    assert title_of("") == title_of("nonsense") == ""
