"""Bind extensions, the web layer, blueprints, sockets and commands to an application."""

from __future__ import annotations

import logging
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings, load_settings
from medcor import cli, runtime
from medcor.blueprints import all_blueprints
from medcor.extensions import csrf, db, jwt, limiter, migrate, socketio
from medcor.models import engine, tenancy
from medcor.sockets import install_voice, origin_check
from medcor.web import access, errors, headers, locale, login, logs, navigation
from medcor.web.state import AppState

# A larger frame closes the connection; this is half a minute of speech, 300 usual frames.
MAX_FRAME_BYTES = 1_000_000


def assemble(settings: Settings | None = None) -> Flask:
    """Make and configure an application in the order in which its parts need each other."""
    settings = settings or load_settings()
    app = Flask("medcor")
    # The published bodies show their keys in an order of their own.
    app.json.sort_keys = False
    settings.medcor_instance.mkdir(parents=True, exist_ok=True)
    app.extensions["medcor"] = AppState(settings)
    app.config.from_mapping(_flask_config(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    logs.configure(settings.development)
    _bind_database(app)
    # Before the limits, so that a refused call has its id too.
    logs.init_app(app)
    for part in (jwt, csrf, limiter):
        part.init_app(app)
    login.init_app(app)
    locale.init_app(app)
    headers.init_app(app)
    access.init_app(app)
    errors.init_app(app)
    navigation.init_app(app)
    for blueprint in all_blueprints():
        app.register_blueprint(blueprint)
    _bind_sockets(app, settings)
    cli.init_app(app)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "JWT_SECRET_KEY": settings.secret_key,
        "JWT_ALGORITHM": "HS256",
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine.engine_options(settings.database_url),
        "SESSION_COOKIE_NAME": "medcor_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "RATELIMIT_STORAGE_URI": settings.redis_url or "memory://",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "medcor" / "translations"),
    }


def _bind_database(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        bound: sa.Engine = db.engine
        engine.prepare(bound)
        tenancy.install_engine(bound)
    tenancy.install_once(db.session)


def _bind_sockets(app: Flask, settings: Settings) -> None:
    socketio.init_app(
        app,
        async_mode=runtime.mode(),
        async_handlers=False,
        message_queue=settings.redis_url or None,
        # Polling needs a proxy that always finds the same process; the pages never use it.
        transports=["websocket"],
        max_http_buffer_size=MAX_FRAME_BYTES,
        # Speech is as good as random to deflate: compression only costs.
        http_compression=False,
        websocket_compression=False,
        cors_allowed_origins=origin_check(settings),
        # Else the engine prints what strangers sent, past the redacting chain.
        engineio_logger=logging.getLogger("engineio.server"),
        ping_interval=20,
        ping_timeout=20,
    )
    engine = socketio.server.eio
    engine._async = runtime.bound_messages(engine._async, MAX_FRAME_BYTES)
    install_voice(app)
