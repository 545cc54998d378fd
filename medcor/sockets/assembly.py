"""Put the voice path together: the assistant, the recogniser, the way out, the namespace."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from engineio.packet import MESSAGE, Packet
from flask import Flask

from config import Settings
from medcor import runtime
from medcor.domain.talk import Talk
from medcor.extensions import socketio
from medcor.integrations.bundled_speech import BundledSpeech
from medcor.integrations.language_models import LanguageModel, make_language_model
from medcor.integrations.recognisers import AudioFormat, Post, Recogniser
from medcor.integrations.recognisers.deepgram import Options
from medcor.integrations.recognisers.link import DeepgramLink
from medcor.services.assistant import open_talk
from medcor.web.state import AppState

from .door import PacketDoor, hang_up
from .keeper import Keeper
from .namespace import TranscriptionNamespace
from .outbox import NAMESPACE
from .parts import Limits, Parts
from .registry import Registry

# A page that reads nothing is hung up rather than filled up; it comes back and gets what it missed.
MOST_UNSENT = 1000


def install(app: Flask) -> None:
    """Add the namespace to the application's Socket.IO server; starts nothing."""
    state: AppState = app.extensions["medcor"]
    server, settings = socketio.server, state.settings
    parts = Parts(
        make_talk=functools.partial(make_talk, state),
        make_recogniser=lambda audio, post: make_recogniser(state, audio, post),
        send=_sender(server),
        hang_up=lambda client: hang_up(server, client),
        limits=Limits(
            session=settings.voice_session_minutes * 60.0,
            per_user=settings.voice_sessions_per_user,
            sockets_per_user=2 * settings.voice_sessions_per_user + 2,
        ),
    )
    registry = Registry(app, parts)
    state.parts["voice"] = registry
    namespace = TranscriptionNamespace(app, registry)
    socketio.on_namespace(namespace)
    # Straight from Socket.IO, ahead of the namespace's own dispatch: ten times a second and page.
    server.on("audio", namespace.on_audio, namespace=NAMESPACE)
    door = PacketDoor(server, namespace.on_audio)
    server.eio.on("connect", door.meet)
    server.eio.on("message", door.take)
    namespace.gone = door.forget


def make_talk(
    state: AppState, keeper: Keeper, prompt: dict[str, Any], memory: dict[str, Any] | None = None
) -> Talk:
    """Open one person's conversation with the assistant that the settings choose."""
    work = keeper.work
    return open_talk(
        work.actor,
        prompt,
        language=work.language,
        session_id=keeper.session_id,
        run=keeper.run,
        look=work.look,
        clock=work.now,
        model=_language_model(state),
        memory=memory,
    )


def _language_model(state: AppState) -> LanguageModel | None:
    """The model that the settings name, one for the process; None is the guided assistant."""
    if "language_model" not in state.parts:
        known = state.settings
        state.parts["language_model"] = make_language_model(
            known.openai_base_url, known.openai_api_key, known.openai_model
        )
    return state.parts["language_model"]


def make_recogniser(state: AppState, audio: AudioFormat, post: Post) -> Recogniser:
    settings = state.settings
    options = Options(
        model=settings.deepgram_model,
        smart_format=settings.deepgram_smart_format,
        filler_words=settings.deepgram_filler_words,
        punctuate=settings.deepgram_punctuate,
        endpointing=settings.deepgram_endpointing_ms,
        utterance_end_ms=settings.deepgram_utterance_end_ms,
    )
    return DeepgramLink(_address(state), options, audio, post)


def _address(state: AppState) -> Callable[[], tuple[str, str]]:
    """Where speech goes: the configured server, else the bundled one, whose port may change."""
    settings = state.settings
    if settings.deepgram_ws_url:
        return lambda: (settings.deepgram_ws_url, settings.deepgram_api_key)
    return lambda: _bundled(state)


def _bundled(state: AppState) -> tuple[str, str]:
    speech: BundledSpeech | None = state.parts.get("speech")
    if speech is None:
        raise OSError("the bundled speech server was not started")
    return speech.url(), speech.key


def _sender(server: Any) -> Callable[[str, str], bool]:
    def send(client: str, packet: str) -> bool:
        """Queue a packet for a page of this process; False when it is gone or reads nothing."""
        connection = server.eio.sockets.get(client)
        if connection is None or connection.closed:
            return False
        if connection.queue.qsize() > MOST_UNSENT:
            # In a task of its own: the session that is sending is told of the end.
            runtime.spawn(hang_up, server, client)
            return False
        connection.send(Packet(MESSAGE, packet))
        return True

    return send


def origin_check(settings: Settings) -> Callable[[str, dict[str, Any]], bool]:
    """Which web origins may open a socket: this server's own, as PUBLIC_URL names it.

    Outside production the address that the browser used counts too: there it is a port on
    loopback that PUBLIC_URL need not know.
    """
    public = urlsplit(settings.public_url)
    own = f"{public.scheme}://{public.netloc}"

    def allowed(origin: str | None, environ: dict[str, Any]) -> bool:
        if origin == own:
            return True
        host = f"{environ.get('wsgi.url_scheme')}://{environ.get('HTTP_HOST')}"
        return settings.medcor_env != "production" and origin == host

    return allowed
