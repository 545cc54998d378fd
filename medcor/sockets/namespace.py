"""The namespace's events: who may send them, what they must look like, whom they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from flask import Flask, g
from flask_babel import gettext
from flask_login import current_user
from flask_socketio import Namespace
from socketio.exceptions import ConnectionRefusedError

from medcor.domain import errors, triage
from medcor.domain.pacing import Bucket
from medcor.domain.permissions import Permission
from medcor.services.credits import costs_credits, remaining_credits
from medcor.services.prompts import load_prompt
from medcor.services.sessions import SignedIn, live_sessions
from medcor.web.access import access_of, check_permission, needs, public, signed_in_by_key
from medcor.web.locale import LANGUAGES
from medcor.web.state import AppState
from medcor.web.transaction import reading

from . import messages
from .outbox import NAMESPACE, encode
from .registry import Registry
from .session import VoiceSession

EVENTS = ("start", "pause_backend", "resume_backend", "stop", "text", "message")
# Of the page's own events, not of audio.
EVENT_RATE, EVENT_BURST = 10.0, 40.0
TEXT_RATE, TEXT_BURST = 0.5, 10.0
MOST_REFUSALS = 500
SEED_AUDIO = {"encoding": "linear16", "sample_rate": 16000}

log = structlog.get_logger("medcor.voice")


@dataclass
class Caller:
    """A connected socket: who it speaks for, and how much it has asked."""

    person: SignedIn
    client: str
    language: str
    events: Bucket = field(default_factory=lambda: Bucket(EVENT_RATE, EVENT_BURST))
    texts: Bucket = field(default_factory=lambda: Bucket(TEXT_RATE, TEXT_BURST))
    refusals: int = 0


class TranscriptionNamespace(Namespace):
    """See the contract's "Transcription" and "Payloads of the namespace"."""

    def __init__(self, app: Flask, registry: Registry) -> None:
        super().__init__(NAMESPACE)
        self.app, self.registry = app, registry
        self._callers: dict[str, Caller] = {}
        self.gone: Callable[[str], None] = lambda _client: None

    @property
    def state(self) -> AppState:
        return self.app.extensions["medcor"]

    def trigger_event(self, event: str, *args: Any) -> Any:
        """Dispatch with the event's declared access; an event that declares none is an error."""
        handler = getattr(self, f"on_{event}", None)
        if event == "connect":
            return self._connect(handler, *args)
        if event == "disconnect":
            return handler(args[0])
        if handler is None or event not in EVENTS:
            return messages.refusal(errors.BadMessage(), errors.BadMessage.text)
        return self._guarded(handler, *args)

    def _guarded(self, handler: Callable[..., Any], sid: str, payload: Any = None, *_: Any) -> Any:
        caller = self._callers.get(sid)
        if caller is None:
            return messages.refusal(errors.SignInRequired(), errors.SignInRequired.text)
        with self.app.app_context():
            g.language = caller.language
            try:
                self._admit(handler, caller)
                return handler(sid, caller, payload)
            except errors.DomainError as error:
                return self._refuse(sid, caller, error)
            except Exception:
                log.exception("socket event", event_name=handler.__name__)
                return self._refuse(sid, caller, errors.TryAgain())

    def _admit(self, handler: Callable[..., Any], caller: Caller) -> None:
        access = access_of(handler)
        if access is None:
            raise RuntimeError(f"{handler.__name__} declares no access")
        check_permission(caller.person, access.permission)
        if not caller.events.take(monotonic()):
            raise errors.TooManyRequests()

    def _refuse(self, sid: str, caller: Caller, error: errors.DomainError) -> dict[str, Any]:
        answer = messages.refusal(error, gettext(error.text))
        caller.refusals += 1
        if caller.refusals > MOST_REFUSALS:
            self.registry.parts.hang_up(caller.client)
        elif not isinstance(error, errors.TooManyRequests) or caller.refusals < TEXT_BURST:
            self._tell(sid, caller, answer)
        return answer

    def _tell(self, sid: str, caller: Caller, answer: dict[str, Any]) -> None:
        """Say it as an event too: the seed's clients ask for no acknowledgement."""
        body = {"code": answer["code"], "message": answer["message"], "retryable": False}
        session = self.registry.of_socket(sid)
        if session is not None:
            session.outbox.emit("error", **body)
        else:
            self.registry.parts.send(caller.client, encode("error", {"seq": 0, **body}))

    # Connecting

    def _connect(
        self, handler: Callable[..., Any], sid: str, environ: dict, auth: Any = None
    ) -> None:
        with self.app.request_context(environ):
            try:
                person = _identify(auth)
                check_permission(person, access_of(handler).permission)
                handler(sid, person)
            except errors.DomainError as error:
                data = messages.refusal(error, gettext(error.text))
                raise ConnectionRefusedError(data["message"], data) from error

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_connect(self, sid: str, person: SignedIn) -> None:
        own = [each for each in self._callers.values() if each.person.actor == person.actor]
        if len(own) >= self.registry.parts.limits.sockets_per_user:
            raise errors.TooManySessions()
        client = self.server.manager.eio_sid_from_sid(sid, NAMESPACE)
        language = person.language if person.language in LANGUAGES else "en"
        self._callers[sid] = Caller(person, client, language)

    @public("a connection may always end")
    def on_disconnect(self, sid: str) -> None:
        caller = self._callers.pop(sid, None)
        if caller is not None:
            self.registry.detach(sid, caller.client)
            self.gone(caller.client)

    # Talking

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_start(self, sid: str, caller: Caller, payload: Any) -> dict[str, Any]:
        settings, person = self.state.settings, caller.person
        start = messages.read_start(
            payload, person.actor, caller.language, settings.speech_languages, LANGUAGES
        )
        self._check_sign_in(person)
        session = self._session_of(sid, caller, start)
        session.count_lost(start.lost_ms)
        if start.audio is not None:
            session.use_audio(start.audio)
        return {"ok": True, "session_id": session.id, **session.standing(), **_credits(person)}

    def _check_sign_in(self, person: SignedIn) -> None:
        """A socket may be older than a sign-out."""
        actor = person.actor
        session = reading(actor.clinic_id)
        names = {person.session_id}
        if not live_sessions(session, names, self.state.clock()):
            raise errors.SessionEnded()

    def _session_of(self, sid: str, caller: Caller, start: messages.Start) -> VoiceSession:
        """The session that this socket has, or comes back to, or begins."""
        running = self.registry.of_socket(sid)
        if running is not None and not running.ended:
            return running
        person = caller.person
        found = self.registry.find(start.session_id, person.actor)
        found = found or self.registry.take_over(person, start)
        if found is not None:
            self.registry.attach(sid, caller.client, found, start.last_seq or 0)
            return found
        return self._begin(sid, caller, start)

    def _begin(self, sid: str, caller: Caller, start: messages.Start) -> VoiceSession:
        settings, person = self.state.settings, caller.person
        prompt = load_prompt(settings.prompts_folder, person.actor, self.state.clock())
        if prompt is None:
            raise errors.PromptRequired()
        spoken = start.language.split("-")[0]
        language = spoken if spoken in LANGUAGES else "en"
        session = self.registry.open(person, language, prompt)
        self.registry.attach(sid, caller.client, session)
        session.outbox.emit("ready", session_id=session.id)
        return session

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_pause_backend(self, sid: str, caller: Caller, payload: Any) -> dict[str, Any]:
        return self._ask(sid, "pause_backend")

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_resume_backend(self, sid: str, caller: Caller, payload: Any) -> dict[str, Any]:
        return self._ask(sid, "resume_backend")

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_stop(self, sid: str, caller: Caller, payload: Any) -> dict[str, Any]:
        if messages.stops_reply_only(payload):
            return self._ask(sid, "stop_reply")
        self._session(sid).count_lost(messages.read_lost(messages.read_object(payload)))
        return self._ask(sid, "stop")

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_text(self, sid: str, caller: Caller, payload: Any) -> dict[str, Any]:
        line, session = messages.read_line(payload), self._session(sid)
        # A red flag is answered however fast somebody types.
        slow = caller.texts.take(monotonic()) and not session.full
        if not slow and triage.red_flag(line.text) is None:
            raise errors.TooManyRequests()
        return self._ask(sid, "text", line)

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_message(self, sid: str, caller: Caller, payload: Any) -> dict[str, Any] | None:
        """The seed's single channel: ``{"action": ...}`` or ``{"audio": base64}``."""
        body = messages.read_object(payload)
        if "audio" in body:
            return self._session(sid).hear(body)
        action = body.get("action")
        if action == "start":
            body = {**(SEED_AUDIO if "encoding" not in body else {}), **body}
        if action not in ("start", "pause_backend", "resume_backend", "stop", "text"):
            raise errors.BadMessage()
        return getattr(self, f"on_{action}")(sid, caller, body)

    @needs(Permission.TALK_TO_ASSISTANT)
    def on_audio(self, sid: str, data: Any = None, *_: Any) -> dict[str, Any] | None:
        """Take a frame; registered beside the others, so that no context is made for it.

        A socket has a session only after `start` checked its identity and permission.
        """
        session = self.registry.of_socket(sid)
        if session is None:
            return messages.refusal(errors.BadMessage(), errors.BadMessage.text)
        return session.hear(data)

    def _ask(self, sid: str, action: str, value: Any = None) -> dict[str, Any]:
        self._session(sid).ask(action, value)
        return {"ok": True}

    def _session(self, sid: str) -> VoiceSession:
        session = self.registry.of_socket(sid)
        if session is None or session.ended:
            error = errors.BadMessage(errors.N_("Send start first."))
            raise error
        return session


def _identify(auth: Any) -> SignedIn:
    """The person of an ``api_key`` in ``auth``, else of the page's session cookie."""
    key = auth.get("api_key") if isinstance(auth, dict) else None
    if key is not None:
        person = signed_in_by_key(key) if isinstance(key, str) else None
        if person is None:
            raise errors.SessionEnded()
        return person
    page = current_user._get_current_object()
    if not page.is_authenticated:
        raise errors.SignInRequired()
    return page.signed_in


def _credits(person: SignedIn) -> dict[str, int]:
    actor = person.actor
    if not costs_credits(actor):
        return {}
    return {"credits": remaining_credits(reading(actor.clinic_id), actor.clinic_id)}
