"""What a page shows becomes true by itself: after a talk, in another zone, after an alarm."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in


def say(page: Page, words: str, reply: str) -> None:
    """Type one turn and wait for the assistant's answer to it."""
    page.get_by_role("textbox", name="Write to the assistant").fill(words)
    page.get_by_role("textbox", name="Write to the assistant").press("Enter")
    expect(page.get_by_role("log").locator(".turn--assistant").last).to_contain_text(reply)


def cancellable_day() -> str:
    """The name of a day on which the clinic works and that is still free to cancel."""
    days = (date.today() + timedelta(days=ahead) for ahead in (3, 4, 5))
    return next(day for day in days if day.weekday() < 5).strftime("%A")


def test_the_next_appointment_appears_when_the_assistant_has_booked_it(product, open_page):
    page = open_page()
    sign_in(page, product.url, "patient")
    page.evaluate("window.notReloaded = true")
    following = page.locator('[data-refresh="next"]')
    say(page, f"I would like to book a dental cleaning on {cancellable_day()}", "free times")
    say(page, "the first one", "Shall I book it?")
    say(page, "yes", "is booked")
    expect(following).to_contain_text("Dental Cleaning")
    expect(following).to_contain_text("Pending")
    say(page, "cancel the dental cleaning", "Shall I cancel")
    say(page, "yes, cancel it", "is cancelled")
    expect(following).not_to_contain_text("Dental Cleaning")
    assert page.evaluate("window.notReloaded")


@pytest.mark.parametrize(("zone", "named"), [("Europe/Istanbul", False), ("Europe/Berlin", True)])
def test_the_zone_is_named_to_whoever_lives_in_another(product, open_page, zone, named):
    page = open_page(timezone_id=zone)
    sign_in(page, product.url, "doctor")
    expect(page.locator("[data-zone]")).to_be_visible(visible=named)
    expect(page.locator("[data-zone]")).to_have_text(re.compile("Europe/Istanbul"))


def test_an_alarm_offers_the_call_and_stands_first_on_today(product, open_page):
    page = open_page(width=360, height=780)
    sign_in(page, product.url, "patient")
    page.get_by_role("button", name="Assistant", exact=True).click()
    say(page, "I have chest pain", "emergency")
    expect(page.get_by_role("log").get_by_role("link", name="Call 112")).to_have_attribute(
        "href", "tel:112"
    )
    desk = open_page()
    sign_in(desk, product.url, "admin")
    alarm = desk.locator("#handovers li").first
    expect(alarm).to_contain_text("Chest pain")
    expect(alarm).to_contain_text("I have chest pain")
    expect(alarm).not_to_contain_text("[")
    alarm.get_by_role("button", name="I look after it").click()
    expect(desk.get_by_text("You look after it.")).to_be_visible()


def test_an_alarm_appears_on_a_today_that_is_open(product, open_page):
    desk = open_page()
    sign_in(desk, product.url, "admin")
    desk.evaluate("window.notReloaded = true")
    page = open_page()
    sign_in(page, product.url, "patient")
    say(page, "the bleeding won't stop", "emergency")
    alarm = desk.locator("#handovers .card--alarm li").first
    expect(alarm).to_contain_text("the bleeding won't stop", timeout=15_000)
    expect(desk.get_by_role("alert")).to_have_text("New alarm: a patient may be in danger.")
    expect(desk).to_have_title(re.compile(r"^\(\d+\) Today"))
    count = desk.locator('[data-count="handovers"]').first
    assert int(count.inner_text()) >= 1
    assert desk.evaluate("window.notReloaded")
