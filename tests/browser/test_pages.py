"""Every page in a real Chromium: no violation, both widths, both themes, keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from medcor import create_app
from medcor.domain.permissions import Role
from tests.browser.conftest import sign_in
from tests.conftest import test_settings
from tests.page_walk import pages_for, session_cookie
from tests.servers import ROOT, SECRET

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
TOMORROW = (date.today() + timedelta(days=1)).isoformat()
# Addresses beside those of the walk.
MORE = {None: ["/nothing-here/"], Role.DOCTOR: [f"/today/?date={TOMORROW}"]}


def violations(page: Page, scheme: str) -> list[str]:
    """What axe finds; the dark theme changes colours and nothing else."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if scheme == "dark":
        options["runOnly"] = ["color-contrast"]
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}"
        for each in found["violations"]
    ]


@pytest.fixture(scope="module")
def demo_app(module_instance):
    """An application in this process that looks into the database of the served one."""
    return create_app(test_settings(module_instance, secret_key=SECRET, medcor_env="development"))


def check_page(page: Page, url: str) -> Iterator[str]:
    """What is wrong with a page at both widths, in both themes."""
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(url)
        # What scripts fetch is waited for once; the second width is drawn from the same answers.
        page.wait_for_load_state("networkidle" if width == 360 else "load")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            yield f"{url}: {wide} px too wide at {width}"
        if page.locator("h1").count() != 1:
            yield f"{url}: {page.locator('h1').count()} first headings"
        page.evaluate(AXE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Colours that change on their way would be judged half-way.
            page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")
            yield from (f"{url}: {each} ({width}, {scheme})" for each in violations(page, scheme))


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "visitor")
def test_every_page_of_a_role_has_no_violation_and_fits(product, demo_app, open_page, role):
    urls = [each.url for each in pages_for(role, demo_app)] + MORE.get(role, [])
    page = open_page(bypass_csp=True, reduced_motion="reduce")
    if role:
        name, value = session_cookie(demo_app, role)
        page.context.add_cookies([{"name": name, "value": value, "url": product.url}])
    wrong = [each for url in urls for each in check_page(page, product.url + url)]
    assert not wrong, "\n".join(wrong)


def test_a_patient_books_in_four_steps_with_the_keyboard_alone(product, open_page):
    page = open_page(accept_downloads=True)
    sign_in(page, product.url, "patient")
    follow(page, "Book")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you need?")
    follow(page, "Dental Cleaning")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who should see you?")
    follow(page, re.compile("^(DD )?Dr. Deniz"))
    expect(page.get_by_role("heading", level=1)).to_have_text("When suits you?")
    page.reload()
    follow(page, re.compile(r"^\d\d:\d\d$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Is everything right?")
    page.get_by_role("button", name="Book this appointment").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    with page.expect_download() as download:
        follow(page, "Add to my calendar")
    text = download.value.path().read_text()
    assert "BEGIN:VEVENT" in text and "Dental Cleaning" in text
    follow(page, "My appointments")
    expect(page.get_by_text("Dental Cleaning").first).to_be_visible()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Go to a link the way a keyboard does: it must take the focus and answer Enter."""
    link = page.get_by_role("main").get_by_role("link", name=name).first
    if link.count() == 0:
        link = page.get_by_role("link", name=name).first
    link.focus()
    assert link.evaluate("element => element === document.activeElement")
    page.keyboard.press("Enter")


def test_a_time_that_is_gone_offers_the_nearest(product, open_page):
    first, second = open_page(), open_page()
    sign_in(first, product.url, "patient")
    first.goto(f"{product.url}/available-slots/2/2/")
    href = first.get_by_role("main").get_by_role("link", name=re.compile(r"^\d\d:\d\d$")).first
    url = product.url + href.get_attribute("href")
    sign_in(second, product.url, "patient")
    for page in (first, second):
        page.goto(url)
    first.get_by_role("button", name="Book this appointment").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    first.go_back()
    expect(first.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    second.get_by_role("button", name="Book this appointment").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    second.goto(url.replace("/2/?", "/1/?"))
    expect(second.get_by_role("heading", level=1)).to_have_text("Choose another time")
    expect(second.get_by_role("heading", name="The nearest free times")).to_be_visible()


def test_a_patient_cancels_after_a_confirmation(product, open_page):
    page = open_page()
    sign_in(page, product.url, "patient")
    page.goto(f"{product.url}/get-doctors-for-treatment/5/")
    page.get_by_role("main").get_by_role("link", name=re.compile("^Dr")).first.click()
    page.goto(f"{page.url}?date={(date.today() + timedelta(days=20)).isoformat()}")
    page.get_by_role("main").get_by_role("link", name=re.compile(r"^\d\d:\d\d$")).first.click()
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    number = page.url.split("appointment_id=")[1]
    page.goto(f"{product.url}/appointment-details/{number}/")
    page.get_by_role("link", name="Cancel appointment").click()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_text("The appointment is cancelled")).to_be_visible()


def test_an_admin_confirms_from_today(product, open_page):
    page = open_page()
    sign_in(page, product.url, "admin")
    before = int(page.locator(".stat", has_text="To confirm").locator(".stat__value").inner_text())
    page.locator("#waiting").get_by_role("button", name="Confirm").first.click()
    expect(page.get_by_text("The appointment is confirmed.")).to_be_visible()
    after = int(page.locator(".stat", has_text="To confirm").locator(".stat__value").inner_text())
    assert after == before - 1


def test_the_visitor_chooses_language_and_theme(product, open_page):
    page = open_page()
    page.goto(product.url)
    page.get_by_role("button", name="Türkçe").click()
    expect(page.locator("html")).to_have_attribute("lang", "tr")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Book a doctor by saying so")
    page.get_by_role("button", name=re.compile("tema", re.IGNORECASE)).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_pages_work_without_scripts(product, open_page):
    page = open_page(java_script_enabled=False)
    sign_in(page, product.url, "patient")
    page.goto(f"{product.url}/treatment_list_for_new_appointment_booking/")
    page.get_by_role("main").get_by_role("link", name="Dental Cleaning").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who should see you?")
    cookies = json.dumps(page.context.cookies())
    assert "medcor_session" in cookies
