"""A patient books by talking: Chromium's microphone is a WAV file, everything else is real."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect
from pymongo import MongoClient

from medcor.integrations.conversation_log import COLLECTION
from tests.browser.conftest import journal, rows, sign_in
from tests.servers import Served, child, served, wait_until

WISH, CHOICE, YES = "dental cleaning", "first one", "yes"


def patient_id(folder: Path) -> int:
    statement = (
        "SELECT patients.id FROM patients JOIN users ON users.id = patients.user_id"
        " WHERE users.email = 'patient@demo.medcor.test'"
    )
    return rows(folder, statement)[0][0]


def booked(folder: Path) -> list[tuple]:
    """Appointments that came through the assistant's door."""
    return rows(
        folder,
        "SELECT appointments.id, patient_id, status, treatments.name FROM appointments"
        " JOIN treatments ON treatments.id = treatment_id WHERE door = 'assistant'",
    )


def talk_until_booked(page: Page, product: Served) -> None:
    sign_in(page, product.url, "patient")
    page.get_by_role("button", name="Start talking").click()
    log = page.get_by_role("log")
    expect(log).to_contain_text(WISH, ignore_case=True, timeout=30_000)
    expect(log.locator(".talk-card")).not_to_have_count(0, timeout=30_000)
    expect(log.locator(".talk-card--appointment")).to_be_visible(timeout=60_000)


def check_the_log(messages: list[tuple[str, str]]) -> None:
    said = [content.lower() for kind, content in messages if kind == "user"]
    replies = [content for kind, content in messages if kind == "llm"]
    for words in (WISH, CHOICE, YES):
        assert sum(words in line for line in said) == 1, (words, said)
    assert len(replies) >= len(said) >= 3
    assert len(set(messages)) == len(messages)


def test_a_patient_books_by_talking(microphone_page, instance):
    with served(instance, MEDCOR_ENV="development") as product:
        page = microphone_page()
        talk_until_booked(page, product)
        made = booked(instance)
        assert len(made) == 1
        assert made[0][1:] == (patient_id(instance), "Pending", "Dental Cleaning")
        claims = rows(instance, "SELECT count(*) FROM claims WHERE appointment_id = ?", made[0][0])
        assert claims == [(6,)]
        check_the_log(journal(instance))
        page.locator(".talk-card--appointment a").click()
        expect(page.get_by_role("heading", name="Dental Cleaning")).to_be_visible()


def test_the_same_with_the_log_in_mongodb(microphone_page, instance, tmp_path):
    with child("tests.mongo_server", str(tmp_path / "mongo")) as mongo:
        uri = f"mongodb://127.0.0.1:{mongo.port}/medcor"
        with served(instance, MEDCOR_ENV="development", MONGODB_URI=uri) as product:
            talk_until_booked(microphone_page(), product)
            assert len(booked(instance)) == 1
            kept = journal(instance)
            wait_until(lambda: len(mongo_messages(uri)) == len(kept), 20, "the log was not shipped")
            check_the_log(mongo_messages(uri))
            assert sorted(mongo_messages(uri)) == sorted(kept)


def mongo_messages(uri: str) -> list[tuple[str, str]]:
    with MongoClient(uri, serverSelectionTimeoutMS=5000) as client:
        documents = client.get_default_database()[COLLECTION].find().sort("timestamp", 1)
        return [
            (each["message_type"], each["content"])
            for each in documents
            if not each["session_id"].startswith("demo-")
        ]
