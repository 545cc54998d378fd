"""The voice sessions of this process: who has which, for how long, and when one is over."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

import structlog
from flask import Flask

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import Actor, system_actor
from medcor.services.prompts import remove_old_prompts, remove_prompt
from medcor.services.sessions import SignedIn, live_sessions
from medcor.web.state import AppState

from .parts import Parts
from .session import VoiceSession
from .work import Work

OLD_PROMPTS_EVERY = 600.0

log = structlog.get_logger("medcor.voice")


class Registry:
    """See the module; ``sid`` is a socket's Socket.IO id, ``client`` its Engine.IO id."""

    def __init__(self, app: Flask, parts: Parts) -> None:
        self.app, self.parts = app, parts
        self._lock = runtime.lock()
        self._sessions: dict[str, VoiceSession] = {}
        self._by_socket: dict[str, VoiceSession] = {}
        self._sweeper: runtime.Task | None = None
        self._checked_at = self._cleaned_at = 0.0
        self.draining = False

    @property
    def state(self) -> AppState:
        return self.app.extensions["medcor"]

    def __len__(self) -> int:
        return len(self._sessions)

    def of_socket(self, sid: str) -> VoiceSession | None:
        return self._by_socket.get(sid)

    def find(self, session_id: str, actor: Actor) -> VoiceSession | None:
        """The actor's own running session of this name; anybody else's does not exist for them."""
        found = self._sessions.get(session_id)
        if found is None or found.ended or found.work.actor.user_id != actor.user_id:
            return None
        return found if found.work.actor.clinic_id == actor.clinic_id else None

    def open(
        self, person: SignedIn, language: str, prompt: dict[str, Any], keep: str = ""
    ) -> VoiceSession:
        """Start a session; the person's oldest abandoned one makes room. Raises TooManySessions."""
        work = Work(self.app, person.actor, language)
        with self._lock:
            self._make_room(person.actor)
            session = VoiceSession(person, work, prompt, self.parts, self._over)
            self._sessions[session.id] = session
            if self._sweeper is None:
                self._sweeper = runtime.spawn(self._sweep)
        session.start()
        return session

    def _make_room(self, actor: Actor) -> None:
        own = [each for each in self._sessions.values() if _same_person(each, actor)]
        if len(own) < self.parts.limits.per_user:
            return
        left = [each for each in own if each.detached_at is not None]
        if not left:
            raise errors.TooManySessions()
        oldest = min(left, key=lambda each: each.detached_at)
        del self._sessions[oldest.id]
        oldest.ask("end", None)

    def attach(
        self, sid: str, client: str, session: VoiceSession, last_seq: int | None = None
    ) -> None:
        """Let a socket speak for a session; the one that did before is hung up."""
        previous = session.outbox.client
        with self._lock:
            for other, theirs in list(self._by_socket.items()):
                if theirs is session and other != sid:
                    del self._by_socket[other]
            self._by_socket[sid] = session
            session.detached_at = None
        session.outbox.attach(client, last_seq)
        if previous is not None and previous != client:
            self.parts.hang_up(previous)

    def detach(self, sid: str, client: str) -> None:
        """A socket is gone: its session waits for the page to come back."""
        session = self._by_socket.pop(sid, None)
        if session is not None and session.outbox.detach(client):
            session.detached_at = time.monotonic()

    def _over(self, session: VoiceSession) -> None:
        actor = session.work.actor
        with self._lock:
            self._sessions.pop(session.id, None)
            for sid, theirs in list(self._by_socket.items()):
                if theirs is session:
                    del self._by_socket[sid]
            last = not any(_same_person(each, actor) for each in self._sessions.values())
        if last and not self.draining:
            remove_prompt(self.state.settings.prompts_folder, actor.user_id)

    # The sweeper: one greenlet for all sessions.

    def _sweep(self) -> None:
        while not self.draining:
            runtime.sleep(self.parts.limits.sweep)
            try:
                self.sweep(time.monotonic())
            except Exception:
                log.exception("voice sweeper")

    def sweep(self, now: float) -> None:
        """Tick every session, end those whose time is over or whose sign-in is."""
        for session in list(self._sessions.values()):
            session.tick(now)
            self._check_age(session, now)
        if now - self._checked_at >= self.parts.limits.revocation:
            self._checked_at = now
            self._check_sign_ins()
        if now - self._cleaned_at >= OLD_PROMPTS_EVERY:
            self._cleaned_at = now
            remove_old_prompts(self.state.settings.prompts_folder, self.state.clock())

    def _check_age(self, session: VoiceSession, now: float) -> None:
        limits, age = self.parts.limits, now - session.began
        if age >= limits.session:
            session.ask("end", _time_is_over())
        elif age >= limits.session - limits.warning and not session.warned:
            session.warned = True
            session.ask("warn", round(limits.session - age))
        if session.detached_at is not None and now - session.detached_at >= limits.detached:
            session.ask("end", None)

    def _check_sign_ins(self) -> None:
        by_clinic: dict[int, list[VoiceSession]] = defaultdict(list)
        for session in list(self._sessions.values()):
            by_clinic[session.work.actor.clinic_id].append(session)
        for clinic_id, sessions in by_clinic.items():
            alive = self._alive(clinic_id, {each.person.session_id for each in sessions})
            for each in sessions:
                if each.person.session_id not in alive:
                    each.ask("end", errors.SignInRequired(errors.SessionEnded.text))

    def _alive(self, clinic_id: int, names: set[str]) -> set[str]:
        """Which sign-ins of a clinic still hold, in one query for all its talks."""
        work = Work(self.app, system_actor(clinic_id), "en")
        return work.look(lambda session: live_sessions(session, names, work.now()))

    def drain(self) -> None:
        """Before the process ends: let running replies finish, then record what is left."""
        self.draining = True
        until = time.monotonic() + self.parts.limits.drain
        for session in list(self._sessions.values()):
            session.ask("drain", None)
        while self._sessions and time.monotonic() < until:
            runtime.sleep(0.05)


def _same_person(session: VoiceSession, actor: Actor) -> bool:
    own = session.work.actor
    return own.user_id == actor.user_id and own.clinic_id == actor.clinic_id and not session.ended


def _time_is_over() -> errors.DomainError:
    error = errors.DomainError(
        errors.N_("This talk has reached its time limit. Start a new one to go on.")
    )
    error.code = "session_ended"
    return error
