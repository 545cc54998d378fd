"""A doctor writes a record in a real Chromium: list of diagnoses, lines, drafts, print."""

from __future__ import annotations

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in


@pytest.fixture()
def visit(module_instance) -> int:
    """A completed visit of the demo doctor that has no record yet."""
    connection = sqlite3.connect(f"file:{module_instance / 'medcor.db'}?mode=ro", uri=True)
    try:
        (found,) = connection.execute(
            "SELECT a.id FROM appointments a LEFT JOIN medical_records r ON r.appointment_id = a.id"
            " WHERE a.clinic_id = 1 AND a.doctor_id = 1 AND a.status = 'Completed'"
            " AND r.id IS NULL ORDER BY a.id DESC LIMIT 1"
        ).fetchone()
        return found
    finally:
        connection.close()


def open_form(page: Page, base: str, visit: int) -> None:
    page.goto(f"{base}/view_appointments/add-medical-record/{visit}/")
    page.wait_for_load_state("networkidle")


def medicine(page: Page, number: int):
    return page.locator(f"#prescriptions-{number}-medicine")


def test_a_doctor_writes_and_prints_with_the_keyboard(product, open_page, visit):
    page = open_page()
    sign_in(page, product.url, "doctor")
    open_form(page, product.url, visit)
    page.get_by_label("Complaint").fill("Cold hurts on the left")
    code = page.get_by_role("combobox", name="Diagnosis code (ICD-10)")
    code.press_sequentially("dental car")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("K02 Dental caries")
    expect(code).to_have_attribute("aria-expanded", "true")
    code.press("ArrowDown")
    code.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    code.press("Enter")
    expect(code).to_have_value(re.compile(r"^K02"))
    expect(options).to_have_count(0)
    expect(page.get_by_label("Diagnosis in words")).not_to_have_value("")
    medicine(page, 0).fill("First")
    page.get_by_role("button", name="Add a medicine").press("Enter")
    expect(medicine(page, 1)).to_be_focused()
    medicine(page, 1).fill("Second")
    page.get_by_role("button", name="Remove").first.press("Enter")
    expect(medicine(page, 0)).to_have_value("Second")
    expect(medicine(page, 1)).to_have_count(0)
    medicine(page, 0).press("Enter")
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    expect(
        page.get_by_role("cell", name="Second").or_(page.get_by_text("Second")).first
    ).to_be_visible()
    expect(page.get_by_text("First", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Print").click()
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_text("Cold hurts on the left")).to_be_visible()


def test_unsaved_words_come_back_and_leaving_warns(product, open_page, visit):
    page = open_page()
    sign_in(page, product.url, "doctor")
    open_form(page, product.url, visit)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Complaint").press_sequentially("Half a sentence")
    medicine(page, 0).fill("One")
    page.get_by_role("button", name="Add a medicine").click()
    medicine(page, 1).fill("Two")
    page.wait_for_timeout(500)
    page.goto(f"{product.url}/today/")
    page.wait_for_load_state("networkidle")
    assert asked == ["beforeunload"]
    # The session ends meanwhile; signing in again leads back to the words.
    page.context.clear_cookies()
    open_form(page, product.url, visit)
    expect(page).to_have_url(re.compile(r"/login/\?next="))
    page.get_by_label("Email").fill("doctor@demo.medcor.test")
    page.get_by_label("Password", exact=True).fill("medcor-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_label("Complaint")).to_have_value("Half a sentence")
    expect(medicine(page, 0)).to_have_value("One")
    expect(medicine(page, 1)).to_have_value("Two")
    expect(page.get_by_text("Your unsaved words of")).to_be_visible()
    page.get_by_role("button", name="Discard them").click()
    expect(page.get_by_label("Complaint")).to_have_value("")
    expect(medicine(page, 1)).to_have_count(0)
    assert asked == ["beforeunload"]


def test_nothing_of_the_doctor_is_left_in_the_tab_after_signing_out(product, open_page, visit):
    page = open_page()
    sign_in(page, product.url, "doctor")
    open_form(page, product.url, visit)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Complaint").press_sequentially("Secret")
    page.wait_for_timeout(500)
    assert "Secret" in page.evaluate("JSON.stringify(sessionStorage)")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_load_state("networkidle")
    assert "Secret" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_the_form_works_without_scripts(product, open_page, visit):
    page = open_page(java_script_enabled=False)
    sign_in(page, product.url, "doctor")
    page.goto(f"{product.url}/view_appointments/add-medical-record/{visit}/")
    medicine(page, 0).fill("Kept")
    page.get_by_role("button", name="Add a medicine").click()
    expect(medicine(page, 0)).to_have_value("Kept")
    expect(medicine(page, 1)).to_be_visible()
    page.get_by_role("button", name="Remove").nth(1).click()
    expect(medicine(page, 1)).to_have_count(0)
    page.get_by_label("Diagnosis code (ICD-10)").fill("caries")
    page.get_by_role("button", name="Save the record").click()
    expect(page.get_by_text("This is no ICD-10 code").first).to_be_visible()
    expect(medicine(page, 0)).to_have_value("Kept")
