"""Appointments that recur, in a real Chromium: a patient on a phone, the desk, and why not."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import rows, sign_in
from tests.browser.test_pages import AXE, violations

BOOKED = "SELECT count(*) FROM series_appointments"


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def no_violation(page: Page) -> None:
    page.evaluate(AXE)
    assert not violations(page, "light")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def answer_conflicts(page: Page) -> None:
    """Take the first alternative of each time that can't be booked, else leave it out."""
    for conflict in page.locator("fieldset.plan__main").all():
        conflict.get_by_role("radio").first.check()


def test_a_patient_repeats_an_appointment_and_cancels_the_rest(product, open_page, module_instance):
    page = open_page(width=360, height=780, reduced_motion="reduce")
    sign_in(page, product.url, "patient")
    ahead = (date.today() + timedelta(days=4)).isoformat()
    page.goto(f"{product.url}/available-slots/1/1/?date={ahead}")
    page.locator("a.time").first.click()
    page.get_by_role("link", name="Repeat this appointment").click()
    heading(page, "Repeat this appointment")
    no_violation(page)
    page.get_by_label("Every second week").check()
    page.get_by_label("How many times in all?").fill("4")
    page.get_by_role("button", name="Look at the dates").click()
    heading(page, "Look at the dates")
    no_violation(page)
    answer_conflicts(page)
    chosen = page.locator(".plan input:checked:not([value=none])").count()
    page.get_by_role("button", name="Book them all").click()
    heading(page, re.compile(rf"^{chosen} appointments are booked$"))
    no_violation(page)
    assert rows(module_instance, BOOKED) == [(chosen,)]
    with page.expect_download() as file:
        page.get_by_role("link", name="Add all to my calendar").click()
    assert file.value.path().read_text().count("BEGIN:VEVENT") == chosen
    page.locator("ol.lines a").nth(1).click()
    expect(page.get_by_text(f"2 of {chosen}", exact=True)).to_be_visible()
    page.get_by_role("link", name="Cancel this and all following").click()
    heading(page, re.compile(rf"^Cancel {chosen - 1} appointments?\?$"))
    no_violation(page)
    page.get_by_role("button", name="Cancel them all").click()
    expect(page.get_by_role("status").first).to_contain_text("cancelled")
    expect(page.get_by_role("main").get_by_text("Cancelled", exact=True)).to_have_count(chosen - 1)


def test_the_desk_learns_why_and_books_a_series(product, open_page):
    page = open_page(reduced_motion="reduce")
    sign_in(page, product.url, "admin")
    page.goto(f"{product.url}/calendar/")
    page.get_by_role("link", name="Why not?").click()
    heading(page, "Why is a time not offered?")
    sunday = date.today() + timedelta(days=(6 - date.today().weekday()) or 7)
    page.get_by_label("Day", exact=True).fill(sunday.isoformat())
    page.get_by_label("Time", exact=True).fill("10:00")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("main")).to_contain_text("no opening on that day of the week")
    no_violation(page)
    page.locator("a.time").last.click()
    # The time that was picked stays picked while a patient is chosen.
    page.locator("a.pick").nth(3).click()
    heading(page, "Is everything right?")
    page.get_by_role("link", name="Repeat this appointment").click()
    page.get_by_label("How many times in all?").fill("3")
    page.get_by_role("button", name="Look at the dates").click()
    answer_conflicts(page)
    page.get_by_role("button", name="Book them all").click()
    heading(page, re.compile(r"appointments? (is|are) booked$"))
    expect(page.get_by_role("main").get_by_text("Confirmed", exact=True).first).to_be_visible()
