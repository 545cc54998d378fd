"""One greenlet for all talks of a process: their age, their sign-ins, and that they are alive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import structlog
from sqlalchemy.orm import Session

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import system_actor
from medcor.extensions import db
from medcor.services import handovers, talk_sessions
from medcor.services.sessions import live_sessions

from .work import Work

if TYPE_CHECKING:
    from .registry import Registry
    from .session import VoiceSession

T = TypeVar("T")

log = structlog.get_logger("medcor.voice")


class Sweeper:
    """Started with the first talk; ends when the process drains."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._task: runtime.Task | None = None
        self._lock = runtime.lock()
        self._checked_at = 0.0

    def start(self) -> None:
        with self._lock:
            if self._task is None:
                self._task = runtime.spawn(self._run)

    def _run(self) -> None:
        while not self._registry.draining:
            runtime.sleep(self._registry.parts.limits.sweep)
            try:
                self.sweep(runtime.monotonic())
            except Exception:
                log.exception("voice sweeper")

    def sweep(self, now: float) -> None:
        """Tick every talk, end those whose time is over or whose sign-in is."""
        limits = self._registry.parts.limits
        sessions = self._registry.all()
        for session in sessions:
            session.tick(now)
            self._check_age(session, now)
        if sessions:
            self._give_away()
        if now - self._checked_at >= limits.revocation:
            self._checked_at = now
            self._check_sign_ins(sessions)

    def _check_age(self, session: VoiceSession, now: float) -> None:
        limits, age = self._registry.parts.limits, now - session.began
        if age >= limits.session:
            session.ask("end", ("time", _time_is_over()))
        elif age >= limits.session - limits.warning and not session.warned:
            session.warned = True
            session.ask("warn", round(limits.session - age))
        if session.detached_at is not None and now - session.detached_at >= limits.detached:
            session.ask("end", ("left", None))

    def _give_away(self) -> None:
        """Let go of talks whose page has come back to another process."""
        owner = self._registry.parts.owner
        wanted = set(self._outside(lambda session: talk_sessions.wanted_talks(session, owner)))
        for session in self._registry.all():
            if session.id in wanted:
                session.ask("give_away")

    def _outside(self, look: Callable[[Session], T]) -> T:
        """Look with no clinic in scope."""
        with self._registry.app.app_context():
            try:
                return look(db.session())
            finally:
                db.session.remove()

    def _check_sign_ins(self, sessions: Iterable[VoiceSession]) -> None:
        by_clinic: dict[int, list[VoiceSession]] = defaultdict(list)
        for session in sessions:
            by_clinic[session.work.actor.clinic_id].append(session)
        for clinic_id, talks in by_clinic.items():
            alive = self._alive(clinic_id, talks)
            for each in talks:
                if each.person.session_id not in alive:
                    error = errors.SignInRequired(errors.SessionEnded.text)
                    each.ask("end", ("signed_out", error))

    def _alive(self, clinic_id: int, talks: list[VoiceSession]) -> set[str]:
        """Which sign-ins of a clinic still hold; its talks are said to be alive, and told news.

        Only where a page is attached there is somebody to tell: else the news wait for one, or
        are mailed.
        """
        work, owner = Work(self._registry.app, system_actor(clinic_id), "en"), self._owner
        names = {each.person.session_id for each in talks}
        ids = [each.id for each in talks]
        there = {each.id: each for each in talks if each.outbox.client is not None}
        work.run(lambda session: talk_sessions.keep_alive(session, ids, there, owner, work.now()))
        found = work.look(lambda session: handovers.news_for(session, there, work.now()))
        for news in found:
            there[news.session_id].ask("tell", news)
        return work.look(lambda session: live_sessions(session, names, work.now()))

    @property
    def _owner(self) -> str:
        return self._registry.parts.owner


def _time_is_over() -> errors.DomainError:
    error = errors.DomainError(
        errors.N_("This talk has reached its time limit. Start a new one to go on.")
    )
    error.code = "session_ended"
    return error
