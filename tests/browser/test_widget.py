"""The widget on a page of another origin, in a real Chromium: who gets it, and booking with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.conftest import CHROMIUM, FLAGS, rows
from tests.browser.widget_site import (
    Site,
    allow,
    choose_time,
    fill_sign_in,
    focused_text,
    frame,
    launcher,
    open_panel,
    panel,
    served_site,
    tab_to,
)
from tests.servers import served, wait_until

CLOCK = re.compile(r"\d\d:\d\d")


@pytest.fixture(scope="module")
def site(product, module_instance) -> Iterator[Site]:
    """A site that the demo clinic lists."""
    with served_site(product.url) as made:
        allow(module_instance, made.origin)
        yield made


def by_widget(folder) -> list[tuple]:
    statement = (
        "SELECT appointments.id, treatments.name, status FROM appointments"
        " JOIN treatments ON treatments.id = treatment_id WHERE door = 'chatbot' ORDER BY 1"
    )
    return rows(folder, statement)


def events(page: Page, name: str) -> list:
    """What the page was told under a name, as events and as messages of its own origin alike."""
    told = [detail for kind, detail in page.evaluate("told") if kind == f"medcor:{name}"]
    origin = page.evaluate("location.origin")
    page.wait_for_timeout(100)
    messages = page.evaluate("messages")
    assert [[f"medcor:{name}", each, origin] for each in told] == [
        each for each in messages if each[0] == f"medcor:{name}"
    ]
    return told


# The allowed site


def test_a_patient_books_with_the_keyboard_alone(site, open_page, module_instance):
    before = by_widget(module_instance)
    page = open_page(accept_downloads=True)
    page.goto(site.page())
    expect(launcher(page)).to_be_visible()
    tab_to(page, lambda text: text == "Book an appointment")
    page.keyboard.press("Enter")
    inside = frame(page)
    expect(inside.get_by_role("heading", name="What do you need?")).to_be_focused()
    for wanted in ("Dental Cleaning", "Any doctor", CLOCK):
        tab_to(page, lambda text, wanted=wanted: bool(re.search(wanted, text)))
        page.keyboard.press("Enter")
        expect(inside.get_by_role("heading", level=2)).to_be_focused()
    expect(inside.get_by_role("heading", level=2)).to_have_text("Sign in")
    type_sign_in(page)
    expect(inside.get_by_role("heading", level=2)).to_have_text("Is everything right?")
    expect(inside.get_by_text(re.compile("held for you for [45]:"))).to_be_visible()
    tab_to(page, lambda text: text == "Book this appointment")
    page.keyboard.press("Enter")
    expect(inside.get_by_role("heading", level=2)).to_have_text("Your appointment is booked")
    (made,) = by_widget(module_instance)[len(before) :]
    assert made[1:] == ("Dental Cleaning", "Pending")
    take_the_calendar_file(page)
    close_and_check(page, made[0])


def type_sign_in(page: Page) -> None:
    """Tab goes on from the heading to the first field."""
    page.keyboard.press("Tab")
    page.keyboard.type("patient@demo.medcor.test")
    page.keyboard.press("Tab")
    page.keyboard.type("medcor-demo")
    page.keyboard.press("Enter")


def take_the_calendar_file(page: Page) -> None:
    tab_to(page, lambda text: text == "Add to my calendar")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    text = download.value.path().read_text()
    assert "BEGIN:VEVENT" in text and "Dental Cleaning" in text


def close_and_check(page: Page, number: int) -> None:
    """Esc closes, the focus is back where it was, and the page knows what was booked."""
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    assert focused_text(page) == "Book an appointment"
    assert events(page, "opened") == events(page, "closed") == [{}]
    (told,) = events(page, "booked")
    assert (told["appointment_id"], told["treatment"]) == (number, "Dental Cleaning")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", f"{told['date']} {told['time']}")
    assert set(told) == {"appointment_id", "treatment", "date", "time"}
    launcher(page).press("Enter")
    expect(frame(page).get_by_role("heading", name="Your appointment is booked")).to_be_focused()


def test_the_keyboard_stays_in_the_panel_while_it_is_open(site, open_page):
    page = open_page()
    open_panel(page, site.page())
    seen = {tab_to(page, lambda text: True) for _ in range(40)}
    assert "Close" in seen and any("Dental Cleaning" in text for text in seen)
    assert "Opening hours" not in seen and "Book an appointment" not in seen


def test_a_new_patient_registers_and_is_told_to_look_for_the_mail(site, open_page, module_instance):
    inside = open_panel(open_page(), site.page())
    choose_time(inside)
    inside.get_by_role("button", name="I am new here").click()
    expect(inside.get_by_role("heading", level=2)).to_be_focused()
    inside.get_by_role("button", name="Register", exact=True).click()
    expect(inside.get_by_text("Fill this in.")).to_have_count(4)
    expect(inside.get_by_label("First name")).to_be_focused()
    expect(inside.get_by_label("First name")).to_have_attribute("aria-invalid", "true")
    inside.get_by_label("First name").fill("Yeni")
    inside.get_by_label("Last name").fill("Hasta")
    inside.get_by_label("Email").fill("yeni@demo.medcor.test")
    inside.get_by_label("Password", exact=True).fill("password1234")
    inside.get_by_role("button", name="Register", exact=True).click()
    expect(inside.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    inside.get_by_label("Password", exact=True).fill("a kettle full of rain")
    inside.get_by_role("button", name="Register", exact=True).click()
    expect(inside.get_by_role("heading", level=2)).to_have_text("Check your mail")
    expect(inside.get_by_text("We sent a mail to yeni@demo.medcor.test")).to_be_visible()
    statement = "SELECT verified_at FROM users WHERE email = 'yeni@demo.medcor.test'"
    assert rows(module_instance, statement) == [(None,)]
    inside.get_by_role("button", name="I have confirmed, sign in").click()
    inside.get_by_label("Password", exact=True).fill("a kettle full of rain")
    inside.get_by_role("button", name="Sign in", exact=True).click()
    expect(inside.get_by_role("alert")).to_contain_text("the email is not confirmed yet")


def test_one_goes_back_step_by_step_and_a_held_time_is_given_back(site, open_page, module_instance):
    page = open_page()
    inside = open_panel(page, site.page())
    choose_time(inside, at=1)
    fill_sign_in(inside)
    expect(inside.get_by_text("held for you")).to_be_visible()
    held = "SELECT count(*) FROM holds"
    assert rows(module_instance, held) == [(1,)]
    for heading in ("When suits you?", "Who should see you?", "What do you need?"):
        inside.get_by_role("button", name="Back").click()
        expect(inside.get_by_role("heading", level=2)).to_have_text(heading)
    expect(inside.get_by_role("button", name="Back")).to_have_count(0)
    wait_until(lambda: rows(module_instance, held) == [(0,)], 5, "the time is still held")
    choose_time(inside, at=1)
    expect(inside.get_by_text("held for you")).to_be_visible()
    assert rows(module_instance, held) == [(1,)]
    page.reload()
    wait_until(lambda: rows(module_instance, held) == [(0,)], 5, "a page that went holds a time")


def test_another_day_is_found_by_its_week(site, open_page):
    inside = open_panel(open_page(), site.page())
    inside.get_by_role("button", name="Dental Cleaning").click()
    inside.get_by_role("button", name=re.compile("^(DD )?Dr. Deniz")).click()
    opener = inside.get_by_role("button", name="Choose another day")
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(inside.get_by_role("button", name="Earlier days")).to_be_disabled()
    later = inside.get_by_role("button", name="Later days")
    later.click()
    expect(later).to_be_focused()
    day = inside.locator(".widget__day:not([disabled])").last
    day.click()
    expect(day).to_have_attribute("aria-pressed", "true")
    expect(inside.get_by_role("heading", name="Free times on")).to_be_visible()
    inside.locator("[aria-live] .time").first.click()
    expect(inside.get_by_role("heading", level=2)).to_have_text("Sign in")


def test_a_time_that_is_gone_leads_to_the_nearest_on_the_same_screen(site, open_page):
    page = open_page()
    taken = {"status": 400, "json": {"error": "Slot is already booked."}}
    inside = open_panel(page, site.page())
    choose_time(inside)
    page.route("**/hold/", lambda route: route.fulfill(**taken))
    fill_sign_in(inside)
    expect(inside.get_by_role("heading", name="The nearest free times")).to_be_visible()
    # Somebody else has it, or the patient an appointment of their own at that time.
    told = re.compile("is no longer free|already have an appointment")
    expect(inside.locator(".alert--warning")).to_have_text(told)
    page.unroute("**/hold/")
    inside.locator(".days .time").last.click()
    expect(inside.get_by_text("held for you")).to_be_visible()


def test_without_a_line_and_past_a_limit_one_is_told_what_to_do(site, browser):
    page = browser.new_context(locale="en-GB").new_page()
    inside = open_panel(page, site.page())
    slow = {"status": 429, "headers": {"Retry-After": "7"}, "json": {"error": "x"}}
    page.route("**/get-doctors/", lambda route: route.fulfill(**slow))
    inside.get_by_role("button", name="Dental Cleaning").click()
    expect(inside.get_by_role("alert")).to_contain_text("Wait 7 seconds, then try again")
    page.unroute("**/get-doctors/")
    page.route("**/get-doctors/", lambda route: route.abort())
    inside.get_by_role("button", name="Try again").click()
    expect(inside.get_by_role("alert")).to_contain_text("You seem to be offline")
    page.unroute("**/get-doctors/")
    inside.get_by_role("button", name="Try again").click()
    expect(inside.get_by_role("button", name="Any doctor")).to_be_visible()
    page.context.close()


# The assistant


def test_the_assistant_answers_what_is_typed(site, open_page):
    page = open_page()
    inside = open_panel(page, site.page())
    inside.get_by_role("tab", name="Choose").press("ArrowRight")
    expect(inside.get_by_role("tab", name="Talk or write")).to_be_focused()
    fill_sign_in(inside)
    line = inside.get_by_label("Write to the assistant")
    expect(line).to_be_focused()
    line.fill("I would like to book a dental cleaning.")
    line.press("Enter")
    log = inside.get_by_role("log")
    expect(log.locator(".talk-card")).not_to_have_count(0, timeout=20_000)
    inside.get_by_role("button", name="Sign out").click()
    expect(inside.get_by_role("heading", name="Sign in")).to_be_focused()
    expect(log.locator(".talk-card")).to_have_count(0)


def test_a_patient_books_by_talking_on_the_clinics_site(microphone_page, instance):
    with served(instance, MEDCOR_ENV="development") as product, served_site(product.url) as site:
        allow(instance, site.origin)
        page = microphone_page()
        inside = open_panel(page, site.page())
        inside.get_by_role("tab", name="Talk or write").click()
        fill_sign_in(inside)
        inside.get_by_role("button", name="Start talking").click()
        log = inside.get_by_role("log")
        expect(log).to_contain_text("dental cleaning", ignore_case=True, timeout=30_000)
        expect(log.locator(".talk-card--appointment")).to_be_visible(timeout=60_000)
        wait_until(lambda: "medcor:booked" in str(page.evaluate("told")), 10, "nothing was told")
        (told,) = events(page, "booked")
        made = rows(instance, "SELECT id FROM appointments WHERE door = 'assistant'")
        assert [(told["appointment_id"],)] == made and told["treatment"] == "Dental Cleaning"
        page.locator("medcor-widget .close").click()
        launcher(page).click()
        expect(inside.get_by_text("Paused", exact=True)).to_be_visible()


# Other sites, other cookies


def test_another_site_gets_nothing(product, site, browser):
    with served_site(product.url) as other:
        page = browser.new_context().new_page()
        lines: list[str] = []
        page.on("console", lambda line: lines.append(line.text))
        page.on("pageerror", lambda error: lines.append(f"thrown: {error}"))
        page.goto(other.page())
        page.wait_for_load_state("networkidle")
        page.evaluate("Medcor.open(); postMessage({type: 'medcor:open'}, location.origin)")
        page.wait_for_timeout(300)
        assert page.locator("medcor-widget").count() == 0 and page.evaluate("told") == []
        assert any(line.startswith("Medcor: nothing to show for clinic 1") for line in lines)
        assert not [line for line in lines if line.startswith("thrown")]
        show = "src => document.body.append(Object.assign(document.createElement('iframe'), {src}))"
        page.evaluate(show, f"{product.url}/widget/1/")
        page.wait_for_timeout(500)
        (inner,) = page.frames[1:]
        assert inner.url == "chrome-error://chromewebdata/"
        assert any("frame-ancestors" in line for line in lines), lines
        page.context.close()


_PROBE = """() => {
  document.cookie = "probe=1; SameSite=None; Secure; Path=/";
  return document.cookie.includes("probe=1");
}"""


@pytest.mark.parametrize("blocked", [False, True], ids=["control", "blocked"])
def test_a_patient_books_where_third_party_cookies_are_blocked(
    playwright: Playwright, site, module_instance, tmp_path, blocked
):
    before = len(by_widget(module_instance))
    context = cookies_set(playwright, tmp_path, blocked)
    page = context.pages[0]
    inside = open_panel(page, site.page())
    inner = next(each for each in page.frames if "/widget/" in each.url)
    assert inner.evaluate(_PROBE) is not blocked
    book_late(inside, at=3 if blocked else 2)
    assert len(by_widget(module_instance)) == before + 1
    # The refresh cookie is partitioned: such a one may stay.
    page.reload()
    launcher(page).click()
    expect(frame(page).get_by_text("Signed in as Demo Patient")).to_be_visible()
    context.close()


def cookies_set(playwright: Playwright, folder: Path, blocked: bool) -> BrowserContext:
    """A browser whose own settings block third-party cookies, or allow them."""
    chosen = {"block_third_party_cookies": blocked, "cookie_controls_mode": int(blocked)}
    preferences = folder / "profile" / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"profile": chosen}))
    return playwright.chromium.launch_persistent_context(
        str(folder / "profile"), executable_path=CHROMIUM, args=FLAGS, locale="en-GB"
    )


def test_where_no_cookie_stays_one_signs_in_again_after_a_reload(site, open_page):
    page = open_page()
    page.route("**/chatbot/login/**", without_cookie)
    inside = open_panel(page, site.page())
    book_late(inside, at=4)
    page.reload()
    open_panel(page, site.page())
    page.wait_for_load_state("networkidle")
    expect(frame(page).get_by_text("Signed in as")).to_be_hidden()


def without_cookie(route) -> None:
    answer = route.fetch()
    headers = {name: each for name, each in answer.headers.items() if name != "set-cookie"}
    route.fulfill(status=answer.status, headers=headers, body=answer.body())


def book_late(inside, at: int) -> None:
    choose_time(inside, at=at)
    fill_sign_in(inside)
    inside.get_by_role("button", name="Book this appointment").click()
    expect(inside.get_by_role("heading", level=2)).to_have_text("Your appointment is booked")
