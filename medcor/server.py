"""Serve one process: start its long-lived parts, listen, and end them all."""

from __future__ import annotations

from flask import Flask

from medcor.extensions import socketio
from medcor.web.state import AppState


def serve(app: Flask) -> None:
    """Listen on HOST and PORT until the process is told to end."""
    state: AppState = app.extensions["medcor"]
    socketio.run(
        app,
        host=state.settings.host,
        port=state.settings.port,
        log_output=False,
        allow_unsafe_werkzeug=True,
    )
