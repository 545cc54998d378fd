"""The voice sessions of this process: who has which, for how long, and when one is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog
from flask import Flask

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.services import talk_sessions
from medcor.services.prompts import remove_prompt
from medcor.services.sessions import SignedIn
from medcor.services.talk_sessions import Claim, Recovered, Served
from medcor.web import metrics
from medcor.web.state import AppState

from .keeper import Keeper
from .messages import Start
from .parts import Parts
from .session import VoiceSession
from .sweeper import Sweeper
from .work import Work

ASK_AGAIN_SECONDS = 0.1
# What must not be done twice at once for one talk, or one person, shares a lock with few others,
# and holds it for a few statements.
LOCKS = 64

log = structlog.get_logger("medcor.voice")


class Registry:
    """See the module; ``sid`` is a socket's Socket.IO id, ``client`` its Engine.IO id."""

    def __init__(self, app: Flask, parts: Parts) -> None:
        self.app, self.parts = app, parts
        self._lock = runtime.lock()
        self._locks = [runtime.lock() for _ in range(LOCKS)]
        self._sessions: dict[str, VoiceSession] = {}
        self._by_socket: dict[str, VoiceSession] = {}
        self._sweeper = Sweeper(self)
        self.draining = False

    @property
    def state(self) -> AppState:
        return self.app.extensions["medcor"]

    def __len__(self) -> int:
        return len(self._sessions)

    def all(self) -> list[VoiceSession]:
        return list(self._sessions.values())

    def of_socket(self, sid: str) -> VoiceSession | None:
        return self._by_socket.get(sid)

    def find(self, session_id: str, actor: Actor) -> VoiceSession | None:
        """The actor's own running session of this name; anybody else's does not exist for them."""
        found = self._sessions.get(session_id)
        if found is None or found.ended or found.moved:
            return None
        return found if _same_person(found, actor) else None

    def open(self, person: SignedIn, language: str, prompt: dict[str, Any]) -> VoiceSession:
        """Start a session; the person's oldest abandoned one makes room. Raises TooManySessions."""
        keeper = Keeper(Work(self.app, person.actor, language))
        with self._alone(person.actor.user_id):
            self._make_room(keeper.work)
            keeper.work.run(
                lambda db: talk_sessions.begin_talk(
                    db,
                    person.actor,
                    keeper.session_id,
                    language,
                    self._served(keeper),
                    prompt,
                    keeper.work.now(),
                )
            )
            session = VoiceSession(person, keeper, prompt, self.parts, self._over)
            self._add(session)
        return session

    def _alone(self, name: int | str) -> Any:
        return self._locks[hash(name) % LOCKS]

    def _served(self, keeper: Keeper) -> Served:
        return Served(self.parts.owner, keeper.lease)

    def take_over(self, person: SignedIn, start: Start) -> VoiceSession | None:
        """Go on with a talk that another process served; None where there is none to go on with.

        A process that still serves it is asked for it, and may finish the reply under way; one
        that does not answer in time can write nothing for the talk any more.
        """
        if not start.session_id:
            return None
        asked = Keeper(Work(self.app, person.actor, "en"), start.session_id)
        until = runtime.monotonic() + self.parts.limits.handed_over
        while True:
            force = runtime.monotonic() >= until
            with self._alone(start.session_id):
                # Somebody else may have taken it over for this page meanwhile.
                found = self.find(start.session_id, person.actor)
                claim = Claim.GONE if found else self._claim(asked, force=force)
                if claim is not Claim.WAIT:
                    return self._go_on(person, asked, start) if claim is Claim.OURS else found
            runtime.sleep(ASK_AGAIN_SECONDS)

    def _claim(self, keeper: Keeper, *, force: bool) -> Claim:
        now, name, served = keeper.work.now(), keeper.session_id, self._served(keeper)
        return keeper.work.run(
            lambda db: talk_sessions.claim_talk(db, keeper.actor, name, served, now, force=force)
        )

    def _go_on(self, person: SignedIn, asked: Keeper, start: Start) -> VoiceSession:
        found = asked.work.look(lambda db: talk_sessions.recover_talk(db, start.session_id))
        keeper = replace(asked, work=replace(asked.work, language=found.language))
        session = VoiceSession(person, keeper, found.prompt, self.parts, self._over, found)
        session.began -= max(0.0, (keeper.work.now() - found.began_at).total_seconds())
        self._show_again(session, found, start.last_seq or 0)
        self._add(session)
        log.info("talk taken over", session_id=session.id, waiting=len(found.waiting))
        return session

    def _show_again(self, session: VoiceSession, found: Recovered, last_seq: int) -> None:
        """The page knows its events by name, so what it has seen already changes nothing."""
        session.outbox.seq = last_seq
        for name, body in found.events:
            session.outbox.emit(name, **body)

    def _add(self, session: VoiceSession) -> None:
        with self._lock:
            self._sessions[session.id] = session
        metrics.count_talks(len(self._sessions))
        self._sweeper.start()
        session.start()

    def _make_room(self, work: Work) -> None:
        actor = work.actor
        own = [each for each in self.all() if _same_person(each, actor) and not each.ended]
        elsewhere = work.look(
            lambda db: talk_sessions.open_elsewhere(db, actor, self.parts.owner, work.now())
        )
        if len(own) + elsewhere < self.parts.limits.per_user:
            return
        left = [each for each in own if each.detached_at is not None]
        if not left:
            raise errors.TooManySessions()
        oldest = min(left, key=lambda each: each.detached_at)
        with self._lock:
            self._sessions.pop(oldest.id, None)
        oldest.ask("end", ("replaced", None))

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
            session.detached_at = runtime.monotonic()

    def _over(self, session: VoiceSession) -> None:
        actor = session.work.actor
        with self._lock:
            # Its talk may have gone on in another session here.
            if self._sessions.get(session.id) is session:
                del self._sessions[session.id]
            for sid, theirs in list(self._by_socket.items()):
                if theirs is session:
                    del self._by_socket[sid]
            last = not any(_same_person(each, actor) for each in self.all() if not each.ended)
        metrics.count_talks(len(self._sessions))
        self._record_end(session)
        if last and not session.moved:
            remove_prompt(self.state.settings.prompts_folder, actor.user_id)

    def _record_end(self, session: VoiceSession) -> None:
        """Close the talk's row, or free it for another process, and log how it went."""
        work, lease, facts = session.work, session.keeper.lease, session.summary()
        reason = "moved" if session.moved else facts.reason
        log.info(
            "talk over",
            session_id=session.id,
            reason=reason,
            heard_ms=facts.heard_ms,
            lost_ms=facts.lost_ms,
            reconnections=facts.reconnections,
            turns=session.turn_count,
        )
        metrics.observe_talk(reason, facts.heard_ms, facts.lost_ms, facts.reconnections)
        try:
            if session.moved:
                work.run(lambda db: talk_sessions.release_talk(db, session.id, lease, work.now()))
            else:
                work.run(
                    lambda db: talk_sessions.end_talk(db, session.id, lease, facts, work.now())
                )
        except Exception:
            # It is closed as abandoned some minutes later.
            log.exception("end of a talk not recorded", session_id=session.id)

    def drain(self) -> None:
        """Before the process ends: let running replies finish, then record what is left."""
        self.draining = True
        seconds = self.parts.limits.drain
        until = runtime.monotonic() + seconds + 1
        for session in self.all():
            session.ask("drain", seconds)
        while self._sessions and runtime.monotonic() < until:
            runtime.sleep(0.05)


def _same_person(session: VoiceSession, actor: Actor) -> bool:
    own = session.work.actor
    return own.user_id == actor.user_id and own.clinic_id == actor.clinic_id
