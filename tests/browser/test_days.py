"""Each person's main day in a real Chromium, on a desk and on a phone, in both themes."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, rows, sign_in

SCREENS = [(1440, "light"), (360, "dark")]
NEW_PASSWORD = "a walk along the river"
CLOCK = re.compile(r"^\d\d:\d\d")


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def main_link(page: Page, name: str | re.Pattern[str]):
    return page.get_by_role("main").get_by_role("link", name=name).first


def open_mail(page: Page, base: str, subject: str, to: str = "") -> None:
    """Read the newest mail with this subject (to an address), once the outbox has sent it."""
    deadline = time.monotonic() + 15
    while True:
        page.goto(f"{base}/dev/mail/")
        found = page.get_by_role("main").get_by_role("link", name=re.compile(f"{subject}.*{to}"))
        if found.count():
            found.first.click()
            return
        assert time.monotonic() < deadline, f"no mail {subject!r}"
        page.wait_for_timeout(300)


def register(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/clinics/1/")
    main_link(page, "Create an account").click()
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Last name").fill("Example")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    open_mail(page, base, "Confirm your email", email)
    page.frame_locator("iframe").get_by_role("link", name="Confirm my email").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    heading(page, "Hello, Ada")


def book_far_ahead(page: Page, base: str) -> str:
    """Book a time that may still be moved and cancelled; gives its details' address."""
    page.goto(f"{base}/treatment_list_for_new_appointment_booking/")
    main_link(page, "Dental Cleaning").click()
    main_link(page, re.compile("^(DD )?Dr. Deniz")).click()
    day = (date.today() + timedelta(days=21)).isoformat()
    page.goto(f"{page.url.partition('?')[0]}?date={day}")
    main_link(page, CLOCK).click()
    page.get_by_role("button", name="Book this appointment").click()
    heading(page, "Your appointment is booked")
    number = page.url.split("appointment_id=")[1]
    return f"{base}/appointment-details/{number}/"


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_patients_day(product, module_instance, open_page, width, scheme):
    page = open_page(width=width, scheme=scheme, accept_downloads=True)
    email = f"ada{width}@example.test"
    register(page, product.url, email)
    details = book_far_ahead(page, product.url)
    open_mail(page, product.url, "Your appointment on", email)
    page.goto(details)
    main_link(page, "Move").click()
    heading(page, "Move this appointment")
    was = rows(module_instance, "SELECT starts_at FROM appointments ORDER BY id DESC LIMIT 1")
    # Far enough ahead that it may still be cancelled.
    page.get_by_label("From").fill((date.today() + timedelta(days=28)).isoformat())
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("main").get_by_role("link", name=CLOCK).last.click()
    heading(page, "Move to this time?")
    page.get_by_role("button", name="Move the appointment").click()
    expect(page.get_by_text("What happened")).to_be_visible()
    now = rows(module_instance, "SELECT starts_at FROM appointments ORDER BY id DESC LIMIT 1")
    assert was != now
    open_mail(page, product.url, "New time: your appointment", email)
    page.goto(details)
    with page.expect_download() as download:
        main_link(page, "Add to my calendar").click()
    text = download.value.path().read_text()
    # The file tells the calendar that this replaces the one of the booking.
    assert "BEGIN:VEVENT" in text and "SEQUENCE:1" in text
    main_link(page, "Cancel appointment").click()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_text("The appointment is cancelled")).to_be_visible()
    open_mail(page, product.url, "Cancelled: your appointment", email)
    left = "SELECT count(*) FROM claims WHERE appointment_id = (SELECT max(id) FROM appointments)"
    assert rows(module_instance, left) == [(0,)]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_an_admins_day(product, module_instance, open_page, width, scheme):
    page = open_page(width=width, scheme=scheme)
    sign_in(page, product.url, "admin")
    waiting = page.locator("#waiting").get_by_role("link").nth(2)
    details = product.url + waiting.get_attribute("href")
    page.goto(details)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The appointment is confirmed.")).to_be_visible()
    main_link(page, "Move").click()
    main_link(page, CLOCK).click()
    heading(page, "Move to this time?")
    page.get_by_role("button", name="Move the appointment").click()
    expect(page.locator(".field__error")).to_be_visible()
    page.get_by_label("Reason").fill("The doctor is at a conference.")
    page.get_by_role("button", name="Move the appointment").click()
    expect(page.get_by_text("What happened")).to_be_visible()
    main_link(page, "Cancel appointment").click()
    page.get_by_label("Reason").fill("The doctor is ill.")
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_text("The appointment is cancelled")).to_be_visible()
    number = details.rstrip("/").rpartition("/")[2]
    told = "SELECT status, cancel_reason FROM appointments WHERE id = ?"
    assert rows(module_instance, told, number) == [("Cancelled", "The doctor is ill.")]
    open_mail(page, product.url, "Cancelled: your appointment")


def next_booked_day(folder: Path) -> str:
    """A day ahead on which the demo's first doctor has patients."""
    found = rows(
        folder,
        "SELECT day FROM appointments WHERE doctor_id = 1 AND status IN ('Pending', 'Confirmed')"
        " AND day > ? AND day NOT IN (SELECT start_date FROM exclusion_dates WHERE doctor_id = 1)"
        " ORDER BY day DESC LIMIT 1",
        (date.today() + timedelta(days=2)).isoformat(),
    )
    return found[0][0]


def set_the_week(page: Page, base: str, start: str) -> None:
    """Open a Sunday morning, which nobody works in the demo."""
    page.goto(f"{base}/slots-and-excluded-dates/")
    page.goto(f"{base}/slots/new/?weekday=6")
    page.get_by_label("From", exact=True).or_(page.get_by_label("Starts")).first.fill(start)
    page.locator("#end_time").fill(f"{int(start[:2]):02}:30")
    page.get_by_role("button", name="Add the opening").click()
    expect(page.get_by_role("main")).to_contain_text(f"{start}–")


def exclude_a_day(page: Page, base: str, folder: Path) -> None:
    """Take a booked day off: the patients are shown before anything is saved."""
    day = next_booked_day(folder)
    page.goto(f"{base}/slots-and-excluded-dates/")
    main_link(page, "Add days off").click()
    page.locator("#date").fill(day)
    page.get_by_role("button", name="Save the days off").click()
    heading(page, re.compile(r"\d+ appointments? (is|are) booked on these days"))
    assert rows(folder, "SELECT count(*) FROM exclusion_dates WHERE start_date = ?", day) == [(0,)]
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Save the days off").click()
    expect(page.get_by_role("heading", name="Days off")).to_be_visible()
    assert rows(folder, "SELECT count(*) FROM exclusion_dates WHERE start_date = ?", day) == [(1,)]


def write_a_record(page: Page, base: str) -> None:
    """Write about the latest visit: a diagnosis from the list, a medicine, and save."""
    page.goto(f"{base}/doctor_appointments/?view=past&state=Completed")
    page.locator("tbody").get_by_role("link").first.click()
    page.wait_for_url(re.compile("/appointment-details/"))
    number = page.url.rstrip("/").rpartition("/")[2]
    expect(main_link(page, re.compile("record", re.I))).to_be_visible()
    page.goto(f"{base}/view_appointments/add-medical-record/{number}/")
    page.get_by_label("Complaint").fill("Pain when chewing.")
    code = page.get_by_role("combobox", name="Diagnosis code (ICD-10)")
    code.fill("")
    code.press_sequentially("dental car")
    page.get_by_role("option").first.click()
    expect(code).to_have_value(re.compile(r"^K02"))
    page.get_by_role("button", name="Add a medicine").click()
    page.get_by_label("Medicine").last.fill("Demo medicine 400 mg")
    page.get_by_role("button", name="Save the record").click()
    heading(page, re.compile("Medical record of"))
    expect(page.get_by_role("main")).to_contain_text("Demo medicine 400 mg")


@pytest.mark.parametrize(
    ("width", "scheme", "start"), [(1440, "light", "08:00"), (360, "dark", "07:00")]
)
def test_a_doctors_day(product, module_instance, open_page, width, scheme, start):
    page = open_page(width=width, scheme=scheme, accept_downloads=True)
    sign_in(page, product.url, "doctor")
    set_the_week(page, product.url, start)
    exclude_a_day(page, product.url, module_instance)
    write_a_record(page, product.url)
    saved = page.request.get(product.url + main_link(page, "Save as PDF").get_attribute("href"))
    assert saved.body().startswith(b"%PDF-")
    main_link(page, "Print").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Demo medicine 400 mg").first).to_be_visible()
    expect(page.locator(".rail, .bottom-bar").first).to_be_hidden()


def test_the_patient_sees_who_opened_the_record(product, module_instance, open_page):
    found = rows(
        module_instance,
        "SELECT r.appointment_id FROM medical_records r JOIN patients p ON p.id = r.patient_id"
        " JOIN users u ON u.id = p.user_id WHERE u.email = 'patient@demo.medcor.test' LIMIT 1",
    )
    path = f"/appointments/{found[0][0]}/record/"
    doctor, patient = open_page(), open_page()
    sign_in(doctor, product.url, "doctor")
    doctor.goto(product.url + path)
    sign_in(patient, product.url, "patient")
    patient.goto(f"{product.url}/my-records/")
    main_link(patient, re.compile("Dental|Tooth|Root|Gum|Crown", re.I)).click()
    openings = patient.get_by_role("heading", name="Who opened this record").locator(
        "xpath=../../.."
    )
    expect(openings).to_contain_text("Dr. Deniz Demo-Arslan")


def test_two_people_edit_the_same_treatment(product, open_page):
    first, second = open_page(), open_page()
    for page in (first, second):
        sign_in(page, product.url, "admin")
        page.goto(f"{product.url}/edit_treatment/3/")
    first.get_by_label("Description").fill("The first one's words.")
    first.get_by_role("button", name="Save").click()
    second.get_by_label("Description").fill("The second one's words.")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("Somebody else saved this while you were editing.")).to_be_visible()
    expect(second.get_by_label("Description")).to_have_value("The second one's words.")
    second.get_by_role("button", name="Save").click()
    second.goto(f"{product.url}/view-treatment/3/")
    expect(second.get_by_role("main")).to_contain_text("The second one's words.")


def test_a_new_clinic_signs_up_and_is_led_on(product, open_page):
    page = open_page()
    page.goto(f"{product.url}/clinics/new/")
    page.get_by_label("Name of the clinic").fill("Example Clinic")
    page.get_by_label("Country").select_option("TR")
    page.get_by_label("First name").fill("Grace")
    page.get_by_label("Last name").fill("Example")
    page.get_by_label("Email").fill("grace@example.test")
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button").last.click()
    open_mail(page, product.url, "Open Example Clinic on Medcor")
    page.frame_locator("iframe").get_by_role("link", name="Confirm and set up my clinic").click()
    page.get_by_role("main").get_by_role("button").first.click()
    if "/login/" in page.url:
        page.get_by_label("Email").fill("grace@example.test")
        page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{product.url}/setup/")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    assert PASSWORD not in page.content()
