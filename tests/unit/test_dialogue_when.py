"""Phrases about days and times in English and Turkish, seen from Wednesday 4 March 2026."""

from __future__ import annotations

from datetime import date, time

import pytest

from medcor.domain.dialogue.when import When, later_than, merge, parse

TODAY = date(2026, 3, 4)
MORNING, AFTERNOON, EVENING = "before 12:00", "12:00-18:00", "from 17:00"

ENGLISH = [
    ("tomorrow", "2026-03-05"),
    ("Tomorrow morning.", f"2026-03-05 {MORNING}"),
    ("uh, tomorow afternoon please", f"2026-03-05 {AFTERNOON}"),
    ("the day after tomorrow in the evening", f"2026-03-06 {EVENING}"),
    ("today", "2026-03-04"),
    ("this afternoon", f"2026-03-04 {AFTERNOON}"),
    ("tonight", f"2026-03-04 {EVENING}"),
    ("Monday", "2026-03-09"),
    ("on Wednesday", "2026-03-11"),
    ("this Wednesday", "2026-03-04"),
    ("this friday afternoon", f"2026-03-06 {AFTERNOON}"),
    ("next Friday", "2026-03-13"),
    ("Next Monday at ten o'clock.", "2026-03-09 at 10:00"),
    ("friday next week", "2026-03-13"),
    ("wendesday", "2026-03-11"),
    ("thurs at 2", "2026-03-05 at 14:00"),
    ("this week", "2026-03-04..2026-03-08"),
    ("next week", "2026-03-09..2026-03-15"),
    ("this weekend", "2026-03-07..2026-03-08"),
    ("next weekend", "2026-03-14..2026-03-15"),
    ("next month", "2026-04-01..2026-04-30"),
    ("in April", "2026-04-01..2026-04-30"),
    ("in three days", "2026-03-07"),
    ("in 2 weeks", "2026-03-18"),
    ("in a fortnight", "2026-03-18"),
    ("a week from now", "2026-03-11"),
    ("24 November", "2026-11-24"),
    ("November 24th", "2026-11-24"),
    ("the twenty fourth of November", "2026-11-24"),
    ("the ninth of March", "2026-03-09"),
    ("March 9 at 9:30", "2026-03-09 at 09:30"),
    ("1 February", "2027-02-01"),
    ("12 May 2027", "2027-05-12"),
    ("on the 24th", "2026-03-24"),
    ("on the second", "2026-04-02"),
    ("2026-03-12", "2026-03-12"),
    ("12.03.2026", "2026-03-12"),
    ("5/12", "2026-12-05"),
    ("24.11", "2026-11-24"),
    ("Monday to Wednesday", "2026-03-09..2026-03-11"),
    ("Tuesday or Thursday", "2026-03-05..2026-03-10 on 13"),
    ("on mondays", "on 0"),
    ("any Tuesday", "on 1"),
    ("not on Monday", "not 0"),
    ("I can't on Monday", "not 0"),
    ("any day but friday", "not 4"),
    ("no, Tuesday", "2026-03-10"),
    ("not Monday, Tuesday", "2026-03-10 not 0"),
    ("at ten", "at 10:00"),
    ("ten o'clock", "at 10:00"),
    ("ten thirty", "at 10:30"),
    ("nine oh five", "at 09:05"),
    ("10:30", "at 10:30"),
    ("10.30", "at 10:30"),
    ("at half past nine", "at 09:30"),
    ("quarter to ten", "at 09:45"),
    ("quarter past two", "at 14:15"),
    ("ten past nine", "at 09:10"),
    ("at ten to nine", "at 08:50"),
    ("at three", "at 15:00"),
    ("3 pm", "at 15:00"),
    ("3 p.m.", "at 15:00"),
    ("10am", "at 10:00"),
    ("at noon", "at 12:00"),
    ("eleven in the morning", "at 11:00"),
    ("at five in the afternoon", "at 17:00"),
    ("around eight in the evening", "at 20:00"),
    ("after three", "from 15:00"),
    ("before eleven", "before 11:00"),
    ("between ten and twelve", "10:00-12:00"),
    ("from 2 to 4 pm", "14:00-16:00"),
    ("in the morning around ten", "at 10:00"),
    ("early in the morning", "before 10:00"),
    ("late afternoon", "15:00-19:00"),
    ("after work", EVENING),
    ("at lunch time", "12:00-14:00"),
    ("before noon", MORNING),
    ("As soon as possible!", "any"),
    ("any time", "any"),
    ("the next available one", "any"),
    # Nothing about a time is said here.
    ("the first one please", ""),
    ("two", ""),
    ("I have 2 kids", ""),
    ("in room 10", ""),
    ("Good morning, I would like to book", ""),
    ("good afternoon", ""),
    ("yes please", ""),
    ("a dental cleaning", ""),
    ("", ""),
]

TURKISH = [
    ("yarın", "2026-03-05"),
    ("yarin sabah", f"2026-03-05 {MORNING}"),
    ("yarın öğleden sonra", f"2026-03-05 {AFTERNOON}"),
    ("öbür gün", "2026-03-06"),
    ("bugün akşam", f"2026-03-04 {EVENING}"),
    ("bu akşam", f"2026-03-04 {EVENING}"),
    ("pazartesi", "2026-03-09"),
    ("PAZARTESİ", "2026-03-09"),
    ("perşembeye", "2026-03-05"),
    ("salı günü", "2026-03-10"),
    ("çarşamba günü öğleden önce", f"2026-03-11 {MORNING}"),
    ("cuma saat iki", "2026-03-06 at 14:00"),
    ("haftaya salı", "2026-03-10"),
    ("gelecek cuma", "2026-03-13"),
    ("önümüzdeki cuma", "2026-03-06"),
    ("bu hafta", "2026-03-04..2026-03-08"),
    ("gelecek hafta", "2026-03-09..2026-03-15"),
    ("haftaya", "2026-03-09..2026-03-15"),
    ("hafta sonu", "2026-03-07..2026-03-08"),
    ("hafta içi", "on 01234"),
    ("gelecek ay", "2026-04-01..2026-04-30"),
    ("nisanda", "2026-04-01..2026-04-30"),
    ("üç gün sonra", "2026-03-07"),
    ("iki hafta sonra", "2026-03-18"),
    ("24 Kasım", "2026-11-24"),
    ("24 Kasım'da saat 9'da", "2026-11-24 at 09:00"),
    ("on üç mart", "2026-03-13"),
    ("ayın 24'ünde", "2026-03-24"),
    ("24.11.2026", "2026-11-24"),
    ("pazartesi olmasın", "not 0"),
    ("saat on", "at 10:00"),
    ("onda", "at 10:00"),
    ("10'da", "at 10:00"),
    ("saat 10:30'da", "at 10:30"),
    ("saat 14.30", "at 14:30"),
    ("on buçukta", "at 10:30"),
    ("sabah dokuz buçuk", "at 09:30"),
    ("saat on bir buçuk", "at 11:30"),
    ("on kırk beş", "at 10:45"),
    ("ona çeyrek var", "at 09:45"),
    ("onu çeyrek geçe", "at 10:15"),
    ("dokuza on var", "at 08:50"),
    ("üçte", "at 15:00"),
    ("öğleden sonra üç", "at 15:00"),
    ("on bir gibi", "at 11:00"),
    ("üçten sonra", "from 15:00"),
    ("on iki buçuktan sonra", "from 12:30"),
    ("on birden önce", "before 11:00"),
    ("on ile on iki arası", "10:00-12:00"),
    ("sabah", MORNING),
    ("öğleden sonra", AFTERNOON),
    ("akşamüstü", "15:00-19:00"),
    ("en kısa zamanda", "any"),
    ("fark etmez", "any"),
    ("ilk", ""),
    ("ikincisi", ""),
    ("iki", ""),
    ("on", ""),
    ("bir doktor", ""),
    ("iyi günler randevu almak istiyorum", ""),
    ("iyi akşamlar", ""),
    ("evet lütfen", ""),
]


def shown(wish: When) -> str:
    """A wish as the tables write it."""
    parts = []
    if wish.first and wish.first == wish.last:
        parts.append(wish.first.isoformat())
    elif wish.first and wish.last:
        parts.append(f"{wish.first}..{wish.last}")
    if wish.weekdays:
        parts.append("on " + "".join(map(str, sorted(wish.weekdays))))
    if wish.avoid:
        parts.append("not " + "".join(map(str, sorted(wish.avoid))))
    if wish.at:
        parts.append(f"at {wish.at:%H:%M}")
    elif wish.after and wish.before:
        parts.append(f"{wish.after:%H:%M}-{wish.before:%H:%M}")
    elif wish.after:
        parts.append(f"from {wish.after:%H:%M}")
    elif wish.before:
        parts.append(f"before {wish.before:%H:%M}")
    return " ".join([*parts, *(["any"] if wish.any else [])])


@pytest.mark.parametrize(("said", "meant"), ENGLISH, ids=[said or "silence" for said, _ in ENGLISH])
def test_english_phrases(said, meant):
    assert shown(parse(said, "en", TODAY)) == meant


@pytest.mark.parametrize(("said", "meant"), TURKISH, ids=[said for said, _ in TURKISH])
def test_turkish_phrases(said, meant):
    assert shown(parse(said, "tr", TODAY)) == meant


def test_a_number_alone_is_a_time_only_where_one_is_expected():
    assert not parse("two", "en", TODAY)
    assert parse("two", "en", TODAY, loose=True).at == time(14)
    assert parse("on", "tr", TODAY, loose=True).at == time(10)


def test_the_order_of_day_and_month_is_the_clinics():
    assert parse("5/12", "en", TODAY, order="MDY").first == date(2026, 5, 12)


def test_a_new_day_keeps_the_time_of_day_and_any_clears_all():
    afternoon = parse("tomorrow afternoon", "en", TODAY)
    tuesday = merge(afternoon, parse("Tuesday", "en", TODAY))
    assert shown(tuesday) == f"2026-03-10 {AFTERNOON}"
    assert shown(merge(tuesday, parse("at ten", "en", TODAY))) == "2026-03-10 at 10:00"
    assert not merge(tuesday, parse("any time", "en", TODAY))
    assert merge(afternoon, parse("not on Monday", "en", TODAY)).first == afternoon.first


def test_a_wish_says_what_it_allows():
    wish = parse("Tuesday or Thursday afternoon", "en", TODAY)
    assert wish.allows(date(2026, 3, 5), time(12))
    assert not wish.allows(date(2026, 3, 6), time(12))
    assert not wish.allows(date(2026, 3, 5), time(18))
    assert later_than(wish, date(2026, 3, 5)).first == date(2026, 3, 6)


@pytest.mark.parametrize(
    "said",
    [
        "99 99 99",
        "the 45th of Smarch",
        "at 77",
        "13:61",
        "on the",
        "31 February",
        "in 99999999 days",
        "0/0/0",
        "99.99.9999",
        "saat",
        "ayın 99'u",
    ],
)
def test_nonsense_is_no_wish_and_no_error(said):
    for language in ("en", "tr"):
        parse(said, language, TODAY, loose=True)
