"""Serve one process: start its long-lived parts, listen, and end them all."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from flask import Flask

from medcor import runtime
from medcor.extensions import socketio
from medcor.integrations.bundled_speech import BundledSpeech
from medcor.sockets import hang_up
from medcor.web.handover_ticker import run_handover_ticker
from medcor.web.mail_ticker import run_mail_ticker
from medcor.web.offers_ticker import run_offers_ticker
from medcor.web.privacy_ticker import run_privacy_ticker
from medcor.web.state import AppState
from medcor.web.talk_ticker import run_talk_ticker
from medcor.web.tickers import run_log_shipper
from medcor.web.webhook_ticker import run_webhook_ticker

log = structlog.get_logger("medcor.server")


def serve(app: Flask) -> None:
    """Listen on HOST and PORT until SIGTERM or SIGINT, then let running replies finish."""
    state: AppState = app.extensions["medcor"]
    told = runtime.event()
    listener = runtime.Listener(app, state.settings.host, state.settings.port)
    start_parts(app, told)
    _on_signal(told)
    runtime.spawn(listener.serve)
    log.info("listening", host=state.settings.host, port=listener.port, mode=runtime.mode())
    # A signal is seen between two waits: neither a thread nor the hub is woken by it.
    while not told.wait(0.2):
        pass
    log.info("draining")
    listener.close()
    stop_parts(app)
    log.info("ended")


def start_parts(app: Flask, stop: threading.Event) -> None:
    """Start what runs beside the requests: speech, mail, webhooks, the way to MongoDB."""
    state: AppState = app.extensions["medcor"]
    if not state.settings.deepgram_ws_url:
        state.parts["speech"] = BundledSpeech()
        state.parts["speech"].start()
    runtime.spawn(run_mail_ticker, app, stop)
    runtime.spawn(run_log_shipper, app, stop)
    runtime.spawn(run_privacy_ticker, app, stop)
    runtime.spawn(run_webhook_ticker, app, stop)
    runtime.spawn(run_offers_ticker, app, stop)
    runtime.spawn(run_handover_ticker, app, stop)
    runtime.spawn(run_talk_ticker, app, stop)


def stop_parts(app: Flask) -> None:
    """Let voice sessions record what they have, hang up, and end the child processes."""
    state: AppState = app.extensions["medcor"]
    state.parts["voice"].drain()
    for client in list(socketio.server.eio.sockets):
        hang_up(socketio.server, client)
    if "speech" in state.parts:
        state.parts["speech"].stop()


def _on_signal(told: threading.Event) -> None:
    def tell(_number: int, _frame: Any) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
