"""One application, one database, and a run at a time over it."""

from __future__ import annotations

import contextlib
import functools
import logging
import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import eventlet
import structlog
from flask_migrate import upgrade

from medcor import create_app, runtime
from medcor.domain.permissions import Actor, Role
from medcor.domain.talk import Turn
from medcor.extensions import db
from medcor.integrations.conversation_log import LogUnavailable
from medcor.integrations.recognisers import link as link_module
from medcor.models import Clinic, User
from medcor.models.tenancy import across_clinics
from medcor.services.assistant import open_talk
from medcor.services.sessions import SignedIn, open_session
from medcor.sockets.assembly import make_recogniser
from medcor.sockets.parts import Limits, Parts
from medcor.sockets.registry import Registry
from medcor.web import tickers
from medcor.web.transaction import transaction
from tests.conftest import test_settings
from tests.factories import World, build_world

from . import checks, virtual
from .page import Server, SimPage
from .vendors import Model, Recogniser
from .virtual import CLOCK, Process, run_in

BEGIN = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CREDITS = 1000
PATIENT_LINES = (
    "I would like to book a dental cleaning",
    "Any time is fine",
    "The first one please",
    "Yes, book it",
    "What are my appointments?",
    "Cancel my appointment",
    "Yes",
    "How much is a root canal?",
    "No thank you",
)
DOCTOR_LINES = ("What is my day like?", "Who is next?", "What time do you open?", "Thank you")
# Written during runs; everything else is the world that all runs share.
KEPT = {
    "clinics",
    "users",
    "doctors",
    "patients",
    "treatments",
    "treatment_doctors",
    "specialisations",
    "doctor_specialisations",
    "slots",
    "slot_steps",
    "auth_sessions",
    "alembic_version",
}


class Store:
    """MongoDB: keeps documents by their id, and is sometimes gone after having written."""

    def __init__(self, rng: random.Random, faulty: float) -> None:
        self.rng, self.faulty = rng, faulty
        self.documents: dict[str, dict[str, Any]] = {}
        self.writes = 0

    def write(self, documents: Any) -> None:
        eventlet.sleep(self.rng.uniform(0, 0.05))
        if self.rng.random() < self.faulty:
            raise LogUnavailable("gone")
        for each in documents:
            self.documents.setdefault(each["_id"], dict(each))
            self.writes += 1
        if self.rng.random() < self.faulty:
            raise LogUnavailable("gone before it could say so")

    def read(self, *_: Any, **__: Any) -> list[Any]:
        return []

    def forget(self, *_: Any) -> None:
        return

    def forget_talks(self, *_: Any) -> None:
        return

    def empty(self, *_: Any) -> None:
        return


@dataclass
class SimParts(Parts):
    """Parts whose way out leads to pages of the simulation."""

    pages: dict[str, SimPage] = field(default_factory=dict)

    def deliver(self, client: str, packet: str) -> bool:
        page = self.pages.get(client)
        if page is None:
            return False
        page.receive(packet)
        return True

    def drop(self, client: str) -> None:
        page = self.pages.pop(client, None)
        if page is not None:
            page.hung_up(client)


class WatchedTalk:
    """Counts the replies of one talk that are under way: not cut, in processes that are alive."""

    def __init__(self, talk: Any, run: Run, process: Process) -> None:
        self._talk, self._run, self._process = talk, run, process
        self.memory, self.alarm = talk.memory, talk.alarm

    @property
    def dictating(self) -> bool:
        return self._talk.dictating

    def reply(self, turn: Turn, cancelled: Callable[[], bool]) -> Iterator[Any]:
        self._run.answered.update(turn.ids)
        running = self._run.running
        entry = (self._process, cancelled)
        running.append(entry)
        alive = [each for each in running if each[0].alive and not each[1]()]
        self._run.most_at_once = max(self._run.most_at_once, len(alive))
        try:
            yield from self._talk.reply(turn, cancelled)
        finally:
            running.remove(entry)


@dataclass
class Run:
    """What one seed decides, and what is seen while it runs."""

    seed: int
    rng: random.Random
    faulty: float
    running: list[Any] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    most_at_once: int = 0
    kills: int = 0
    typed: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)


class Scene:
    """The application that all runs of a process share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = create_app(test_settings(folder, socketio_async_mode="eventlet"))
        if logging.root.manager.disable:
            quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
            structlog.configure(wrapper_class=quiet, cache_logger_on_first_use=False)
        state = self.app.extensions["medcor"]
        state.clock = lambda: BEGIN + timedelta(seconds=CLOCK.now - self._zero)
        self._zero = CLOCK.now
        self.state = state
        with self.app.app_context():
            upgrade()
            with transaction(None) as session, across_clinics(session, "the runs' world"):
                self.world: World = build_world(session)
            self.people = {
                role: self._sign_in(actor)
                for role, actor in (
                    (Role.PATIENT, self.world.one.patient),
                    (Role.DOCTOR, self.world.one.doctor),
                )
            }
            db.session.remove()

    def _sign_in(self, actor: Actor) -> SignedIn:
        with transaction(actor.clinic_id, actor) as session:
            row = open_session(session, session.get(User, actor.user_id), "sim", self.state.clock())
            row.expires_at = BEGIN + timedelta(days=4000)
            name = row.public_id
        return SignedIn(actor, name, "", "en")

    def run(self, seed: int) -> dict[str, int]:
        """One talk; raises AssertionError where an invariant is broken. Returns what happened."""
        rng = random.Random(seed)
        run = Run(seed, rng, rng.choice((0.0, 0.2, 0.5)))
        virtual.rng.seed(seed)
        self._reset()
        store = Store(rng, run.faulty / 2)
        self.state.parts["conversation_log"] = store
        vendor = Recogniser(rng, run.faulty)
        link_module.websocket.create_connection = vendor.connect
        virtual.database_seconds[0] = rng.choice((0.001, 0.001, 0.05))
        stop = runtime.event()
        servers = [self._server(run, number) for number in range(2)]
        for server in servers:
            run_in(server.process, tickers.run_log_shipper, self.app, stop, 15.0)
        page = self._page(run)
        self._talk(run, page, servers)
        facts = self._end(run, page, servers, stop)
        checks.check(self, run, page, store, vendor)
        return facts

    def _reset(self) -> None:
        """Forget the run before; the world stays."""
        self._zero = CLOCK.now
        file = self.folder / "medcor.db"
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for table in reversed(db.metadata.sorted_tables):
                if table.name not in KEPT:
                    connection.execute(f"DELETE FROM {table.name}")
            connection.execute("UPDATE clinics SET credits = ?", (CREDITS,))

    def _server(self, run: Run, number: int) -> Server:
        process = Process(f"p{number}")
        model = Model(run.rng, run.faulty) if run.rng.random() < 0.6 else None

        def make_talk(keeper: Any, prompt: Any, memory: Any = None) -> WatchedTalk:
            work = keeper.work
            talk = open_talk(
                work.actor,
                prompt,
                language=work.language,
                session_id=keeper.session_id,
                run=keeper.run,
                look=work.look,
                clock=work.now,
                model=model,
                memory=memory,
            )
            return WatchedTalk(talk, run, process)

        parts = SimParts(
            make_talk=make_talk,
            make_recogniser=functools.partial(make_recogniser, self.state),
            send=lambda client, packet: parts.deliver(client, packet),
            hang_up=lambda client: parts.drop(client),
            limits=Limits(),
            owner=f"{process.name}-{run.seed}",
        )
        self.state.settings.deepgram_ws_url = "ws://recogniser.invalid/v1/listen"
        return Server(process, Registry(self.app, parts))

    def _page(self, run: Run) -> SimPage:
        role = run.rng.choice((Role.PATIENT, Role.PATIENT, Role.DOCTOR))
        person = self.people[role]
        return SimPage(run.rng, person, {"name": person.actor.name, "facts": {}})

    def _talk(self, run: Run, page: SimPage, servers: list[Server]) -> None:
        lines = DOCTOR_LINES if page.person.actor.role is Role.DOCTOR else PATIENT_LINES
        at = run.rng.randint(0, 4)
        for number in range(run.rng.randint(2, 5)):
            self._stay_connected(page, servers)
            text = lines[(at + number) % len(lines)] if run.rng.random() < 0.8 else "Hello"
            self._say(run, page, f"{text}")
            page.speak(run.rng.choice((0.5, 2.0, 6.0)))
            self._trouble(run, page, servers)

    def _stay_connected(self, page: SimPage, servers: list[Server]) -> None:
        for _ in range(40):
            if page.connected and not page.session.ended:
                return
            page.lose()
            alive = [each for each in servers if each.process.alive]
            if page.connect(page.rng.choice(alive), audio=True):
                return
            page.speak(0.3)
        raise AssertionError(f"the page could not come back: {page.codes}")

    def _say(self, run: Run, page: SimPage, text: str) -> None:
        # A word of its own makes each turn one of a kind in the log.
        marked = f"{text} w{len(run.spoken) + len(run.typed)}w"
        if run.rng.random() < 0.5:
            if page.type(marked):
                run.typed.append(marked)
        else:
            run.spoken.append(marked)
            page.say(marked)

    def _trouble(self, run: Run, page: SimPage, servers: list[Server]) -> None:
        luck = run.rng.random()
        if luck > run.faulty:
            return
        alive = [each for each in servers if each.process.alive]
        if run.rng.random() < 0.5:
            page.lose()
            page.speak(run.rng.choice((0.2, 3.0)))
        elif len(alive) > 1:
            victim = run.rng.choice(alive)
            victim.process.kill()
            run.kills += 1
            page.speak(run.rng.uniform(0, 2))
        elif page.connected and run.rng.random() < 0.5:
            page.session.ask("stop_reply")

    def _end(self, run: Run, page: SimPage, servers: list[Server], stop: Any) -> dict[str, int]:
        """Let everything settle, leave, and let the processes drain."""
        self._stay_connected(page, servers)
        page.speak(3.0)
        for _ in range(30):
            self._stay_connected(page, servers)
            if page.session.is_settled:
                break
            page.speak(5.0)
        page.speak(2.0)
        if run.rng.random() < 0.5:
            self._stay_connected(page, servers)
            page.session.ask("stop")
            for _ in range(100):
                if page.session.ended:
                    break
                eventlet.sleep(0.5)
        for server in servers:
            if server.process.alive:
                server.registry.drain()
        stop.set()
        eventlet.sleep(60)
        return {
            "turns": len(run.typed) + len(run.spoken),
            "kills": run.kills,
            "doctors": page.person.actor.role is Role.DOCTOR,
            "lost_ms": page.lost_ms,
        }

    def read(self, work: Callable[[Any], Any]) -> Any:
        """Look into clinic one."""
        with self.app.app_context():
            try:
                with transaction(self.world.one.id) as session:
                    return work(session)
            finally:
                db.session.remove()

    def credits(self) -> int:
        return self.read(lambda session: session.get(Clinic, self.world.one.id).credits)
