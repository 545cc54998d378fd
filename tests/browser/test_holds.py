"""A time is kept while somebody looks at it, in a real Chromium: countdown, rival, expiry, back."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, rows, sign_in

KEPT = re.compile(r"Kept for you until \d\d:\d\d")
RIVAL = "patient2@demo.medcor.test"


def sign_in_as(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/patient/login/?clinic=1")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/patient/")


def free_times(page: Page, base: str) -> list[str]:
    """Addresses of the first doctor's free times, some days ahead."""
    ahead = (date.today() + timedelta(days=6)).isoformat()
    page.goto(f"{base}/available-slots/1/1/?date={ahead}")
    return [base + link.get_attribute("href") for link in page.locator("a.time").all()]


def hold_line(page: Page):
    return page.locator("[data-hold]")


@pytest.fixture()
def patient(product, open_page) -> Page:
    page = open_page()
    sign_in(page, product.url, "patient")
    return page


@pytest.fixture()
def rival(product, open_page) -> Page:
    page = open_page(width=360, height=780, scheme="dark")
    sign_in_as(page, product.url, RIVAL)
    return page


def test_the_time_is_kept_and_counted_down(product, patient):
    patient.goto(free_times(patient, product.url)[0])
    line = hold_line(patient)
    expect(line).to_be_visible()
    expect(line.locator("[data-hold-text]")).to_have_text(KEPT)
    expect(line.get_by_role("status")).to_have_text(KEPT)
    expect(line.locator("[data-hold-clock]")).to_have_text(re.compile(r"^(5:00|4:5\d)$"))
    before = line.locator("[data-hold-clock]").text_content()
    expect(line.locator("[data-hold-clock]")).not_to_have_text(before, timeout=4000)
    patient.get_by_role("button", name="Book this appointment").click()
    expect(patient.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_the_rival_is_told_and_sees_what_is_near(product, patient, rival, module_instance):
    wanted = free_times(patient, product.url)[2]
    patient.goto(wanted)
    expect(hold_line(patient)).to_be_visible()
    rival.goto(wanted)
    expect(rival.get_by_role("alert")).to_contain_text("Somebody is just confirming this time")
    expect(rival.get_by_role("heading", name="The nearest free times")).to_be_visible()
    expect(hold_line(rival)).to_have_count(0)
    # Going for another time gives it back at once.
    patient.get_by_role("link", name="Another time").click()
    expect(patient.get_by_role("heading", level=1)).to_have_text("When suits you?")
    rival.goto(wanted)
    expect(hold_line(rival).locator("[data-hold-text]")).to_have_text(KEPT)
    assert rows(module_instance, "SELECT count(*) FROM holds") == [(1,)]


def test_a_time_that_goes_while_the_page_opens_is_told_on_it(product, patient, rival):
    wanted = free_times(patient, product.url)[4]
    # The rival is quicker than this page's script.
    patient.route("**/holds/", lambda route: (rival.goto(wanted), settle(rival), route.continue_()))
    patient.goto(wanted)
    expect(patient.get_by_role("alert")).to_contain_text("Somebody is just confirming this time")
    expect(patient.get_by_role("heading", name="The nearest free times")).to_be_visible()
    patient.unroute("**/holds/")


def settle(page: Page) -> None:
    expect(hold_line(page)).to_be_visible()


def test_the_last_minute_is_announced_and_it_runs_out(product, patient):
    patient.clock.install()
    patient.goto(free_times(patient, product.url)[6])
    line, status = hold_line(patient), hold_line(patient).get_by_role("status")
    patient.clock.run_for(1000)
    expect(status).to_have_text(KEPT)
    patient.clock.fast_forward("04:02")
    expect(status).to_contain_text("Less than a minute left")
    expect(line).to_have_attribute("data-phase", "last")
    patient.clock.fast_forward("01:00")
    expect(status).to_contain_text("no longer kept for you")
    expect(line.locator("[data-hold-clock]")).to_have_text("")
    # The server's clock was not moved: it still holds the time, and says for how long.
    patient.get_by_role("button", name="Keep it again").click()
    expect(status).to_have_text(KEPT)
    patient.get_by_role("button", name="Book this appointment").click()
    expect(patient.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_the_back_button_finds_the_same_hold(product, patient, module_instance):
    first, second = free_times(patient, product.url)[8:10]
    patient.goto(first)
    until = hold_line(patient).locator("[data-hold-text]")
    expect(until).to_have_text(KEPT)
    told = until.text_content()
    patient.goto(second)
    expect(until).to_have_text(KEPT)
    patient.go_back()
    expect(until).to_have_text(told)
    own = "SELECT count(*) FROM holds h JOIN patients p ON p.id = h.patient_id"
    mine = f"{own} JOIN users u ON u.id = p.user_id WHERE u.email = 'patient@demo.medcor.test'"
    assert rows(module_instance, mine) == [(2,)]


def test_without_scripts_one_books_as_before(product, open_page):
    page = open_page(java_script_enabled=False)
    sign_in_as(page, product.url, RIVAL)
    page.goto(free_times(page, product.url)[-1])
    expect(hold_line(page)).to_be_hidden()
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
