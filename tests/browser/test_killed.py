"""A part dies during a talk: the page says so, the talk goes on, the log stays whole."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import journal, sign_in
from tests.browser.test_talk import mongo_messages
from tests.servers import Served, served, start_child, wait_until

QUESTION = "When are you open?"


def say(page: Page, words: str) -> None:
    """Type a turn and wait for the whole reply to it."""
    replies = page.get_by_role("log").locator(".turn--assistant")
    before = replies.count()
    page.get_by_label("Write to the assistant").fill(words)
    page.get_by_role("button", name="Send").click()
    expect(replies).to_have_count(before + 1, timeout=30_000)


def children_of(pid: int) -> list[int]:
    """Process ids of the children of a process, of all its threads."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text().split()]


def speech_pid(product: Served) -> int:
    """The process of the bundled speech server."""
    for pid in children_of(product.pid):
        if b"medcor.speech" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError("no speech server runs")


def check_once(folder: Path, questions: int) -> None:
    """Each question and each reply is in the journal exactly once."""
    kinds = [kind for kind, _content in journal(folder)]
    assert kinds.count("user") == questions
    assert kinds.count("llm") == questions


def test_the_speech_server_dies_and_is_back(microphone_page, instance):
    with served(instance, MEDCOR_ENV="development") as product:
        page = microphone_page()
        sign_in(page, product.url, "patient")
        page.get_by_role("button", name="Start talking").click()
        panel = page.get_by_role("complementary", name="Assistant")
        expect(panel.get_by_text("Listening")).to_be_visible(timeout=20_000)
        killed = speech_pid(product)
        os.kill(killed, signal.SIGKILL)
        expect(panel.get_by_text("Connection lost")).to_be_visible(timeout=20_000)
        say(page, QUESTION)
        expect(panel.get_by_text("Listening")).to_be_visible(timeout=30_000)
        assert speech_pid(product) != killed
        check_once(instance, 1)


def test_the_language_model_dies_and_the_guided_assistant_answers(open_page, instance):
    model = start_child("tests.openai_server")
    address = f"http://127.0.0.1:{model.port}/v1"
    environment = {"OPENAI_BASE_URL": address, "OPENAI_MODEL": "scripted", "OPENAI_API_KEY": "x"}
    try:
        with served(instance, MEDCOR_ENV="development", **environment) as product:
            page = open_page()
            sign_in(page, product.url, "patient")
            say(page, QUESTION)
            model.kill()
            say(page, QUESTION)
            log = page.get_by_role("log")
            expect(log.get_by_text("language model can't be reached")).to_be_visible()
            expect(log.locator(".turn--assistant").last).to_contain_text("09:00")
            check_once(instance, 2)
            page.close()
    finally:
        model.kill()


def test_mongodb_dies_and_nothing_is_lost_or_doubled(open_page, instance, tmp_path):
    folder = str(tmp_path / "mongo")
    mongo = start_child("tests.mongo_server", folder)
    uri = f"mongodb://127.0.0.1:{mongo.port}/medcor"
    try:
        with served(instance, MEDCOR_ENV="development", MONGODB_URI=uri) as product:
            page = open_page()
            sign_in(page, product.url, "patient")
            say(page, QUESTION)
            wait_until(lambda: len(mongo_messages(uri)) == 2, 30, "the log was not shipped")
            mongo.kill()
            say(page, QUESTION)
            check_once(instance, 2)
            mongo = start_child("tests.mongo_server", folder, str(mongo.port))
            wait_until(lambda: len(mongo_messages(uri)) == 4, 60, "the log was not caught up")
            assert sorted(mongo_messages(uri)) == sorted(journal(instance))
            page.close()
    finally:
        mongo.kill()


@pytest.mark.parametrize("size", [2_000_000, 3])
def test_a_frame_that_is_no_audio_leaves_the_process_healthy(product, open_page, size):
    page = open_page()
    sign_in(page, product.url, "patient")
    page.evaluate(SEND_FRAME, size)
    say(page, QUESTION)
    assert product.get("/healthz")[0] == 200


SEND_FRAME = """async (size) => {
  const { io } = await import("/static/vendor/socket.io.esm.min.js");
  const token = document.querySelector("meta[name=csrf-token]").content;
  await fetch("/transcription/user-prompt/", {method: "POST", headers: {"X-CSRFToken": token}});
  const socket = io("/ws/transcription", {transports: ["websocket"], reconnection: false});
  await new Promise((done) => socket.on("connect", done));
  await socket.emitWithAck("start", {encoding: "linear16", sample_rate: 16000});
  const told = new Promise((done) => {
    socket.on("disconnect", done);
    socket.on("error", done);
  });
  socket.emit("audio", new Uint8Array(size));
  await told;
  socket.close();
}"""
