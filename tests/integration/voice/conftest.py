"""The voice path over TCP: a server process, a scripted recogniser, pages without a browser."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from medcor import runtime
from medcor.domain.permissions import Actor
from medcor.domain.talk import Delta, Reply, ReplyEvent, ToolStep, Turn
from medcor.extensions import db
from medcor.models import AuditEvent, Clinic, ConversationMessage, User
from medcor.services.sessions import open_session
from medcor.web.state import now
from medcor.web.tokens import issue_api_key
from medcor.web.transaction import reading, transaction
from tests.servers import Child, Instance, Served, child, made_instance, served
from tests.voice.client import Page, prepare

MODE = os.environ.get("SOCKETIO_ASYNC_MODE", "eventlet")
START = {"language": "en", "encoding": "linear16", "sample_rate": 16000}


class Clinics:
    """The instance that the server serves, seen from the test's side."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.app, self.world = instance, instance.app, instance.world
        self.folder = instance.folder

    @property
    def prompts(self) -> Path:
        return self.folder / "user_specific_prompts"

    def sign_in(self, actor: Actor) -> tuple[str, str]:
        """An access key of the actor and the name of its sign-in session."""
        with self.app.app_context():
            with transaction(actor.clinic_id, actor) as session:
                user = session.get(User, actor.user_id)
                name = open_session(session, user, "test", now()).public_id
            key = issue_api_key(actor.clinic_id, actor.user_id, name)
            db.session.remove()
        return key, name

    def messages(self, clinic_id: int, session_id: str) -> list[tuple[str, str, bool]]:
        """The log of a talk: (type, content, interrupted) in order."""
        wanted = (
            sa.select(ConversationMessage)
            .where(ConversationMessage.session_id == session_id)
            .order_by(ConversationMessage.id)
        )
        with self.app.app_context():
            rows = reading(clinic_id).scalars(wanted).all()
            found = [(row.message_type.value, row.content, row.interrupted) for row in rows]
            db.session.remove()
        return found

    def credits(self, clinic_id: int) -> int:
        with self.app.app_context():
            found = reading(clinic_id).scalar(
                sa.select(Clinic.credits).where(Clinic.id == clinic_id)
            )
            db.session.remove()
        return found

    def set_credits(self, clinic_id: int, count: int) -> None:
        with self.app.app_context():
            with transaction(clinic_id) as session:
                session.get(Clinic, clinic_id).credits = count
            db.session.remove()

    def spent(self, clinic_id: int) -> int:
        """How many replies were paid for."""
        wanted = sa.select(sa.func.count(AuditEvent.id)).where(AuditEvent.action == "credit.spent")
        with self.app.app_context():
            found = reading(clinic_id).scalar(wanted)
            db.session.remove()
        return found


@pytest.fixture(scope="module")
def clinics(tmp_path_factory) -> Clinics:
    return Clinics(made_instance(tmp_path_factory.mktemp("voice")))


@pytest.fixture(scope="module")
def deepgram() -> Iterator[Child]:
    with child("tests.voice.scripted_deepgram") as made:
        yield made


@pytest.fixture(scope="module")
def server(clinics: Clinics, deepgram: Child) -> Iterator[Served]:
    """The product as it is served, with the scripted recogniser."""
    with served(
        clinics.folder,
        MODE,
        DEEPGRAM_WS_URL=f"ws://127.0.0.1:{deepgram.port}/v1/listen",
        VOICE_SESSIONS_PER_USER="3",
    ) as made:
        yield made


class ScriptedTalk:
    """An assistant that plays ``script``: events, seconds to wait, or an error to raise."""

    def __init__(self, *script: object) -> None:
        self.script = script
        self.turns: list[str] = []
        self.running = self.most = 0

    def __call__(self, *_: object) -> ScriptedTalk:
        return self

    dictating = False

    def memory(self) -> dict[str, object]:
        return {}

    def alarm(self, text: str, before: str = "") -> None:
        return None

    def reply(self, turn: Turn, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
        self.turns.append(turn.text)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            yield from self._play(cancelled)
        finally:
            self.running -= 1

    def _play(self, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
        in_tool = False
        for step in self.script:
            if cancelled() and not in_tool:
                return
            if isinstance(step, ToolStep):
                in_tool = step.state == "running"
            if isinstance(step, (int, float)):
                time.sleep(step)
            elif isinstance(step, Exception):
                raise step
            else:
                yield step


def words(count: int, pause: float = 0.02) -> list[object]:
    """A reply that takes ``count`` times ``pause`` seconds."""
    steps: list[object] = []
    for number in range(count):
        steps += [Delta(f"word{number} "), pause]
    return [*steps, Reply("".join(f"word{number} " for number in range(count)).strip())]


@pytest.fixture()
def live(clinics: Clinics) -> Iterator[tuple[str, object]]:
    """The same application in this process, on threads: its parts can be exchanged and timed."""
    listener = runtime.Listener(clinics.app, "127.0.0.1", 0)
    thread = threading.Thread(target=listener.serve, daemon=True)
    thread.start()
    registry = clinics.app.extensions["medcor"].parts["voice"]
    kept = registry.parts.make_talk, registry.parts.make_recogniser
    limits = vars(registry.parts.limits).copy()
    yield f"http://127.0.0.1:{listener.port}", registry
    for session in registry.all():
        session.ask("end", ("left", None))
    listener.close()
    thread.join(5)
    registry.parts.make_talk, registry.parts.make_recogniser = kept
    vars(registry.parts.limits).update(limits)


@pytest.fixture()
def open_page(clinics: Clinics, server: Served) -> Iterator[Callable[..., Page]]:
    """Make a connected page of an actor, prepared as the browser does; closed at the end."""
    made: list[Page] = []

    def make(actor: Actor, url: str = "", *, prepared: bool = True, key: str = "") -> Page:
        key = key or clinics.sign_in(actor)[0]
        if prepared:
            assert prepare(url or server.url, key)[0] == 201
        made.append(Page(url or server.url, key))
        return made[-1]

    yield make
    for page in made:
        if page.io.connected:
            page.send("stop")
        page.close()
