"""Typed settings from the environment or ``.env``, checked before anything starts.

A wrong value stops the start with one sentence that names the setting. Unset means embedded:
SQLite, the bundled recogniser, the guided assistant, mail in the instance folder.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import limits
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from medcor.integrations.mailer.smtp import SmtpTarget

ROOT = Path(__file__).resolve().parent
DEEPGRAM_VENDOR_URL = "wss://api.deepgram.com/v1/listen"
OPENAI_VENDOR_URL = "https://api.openai.com/v1"
# Browsers keep Secure cookies of these without TLS.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SettingError(SystemExit):
    """A setting that can't be used; its text is one sentence naming the setting."""


class Settings(BaseSettings):
    """Every setting of the product; field names are the environment variables in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    medcor_env: Literal["production", "development", "testing"] = "production"
    medcor_instance: Path = ROOT / "instance"
    host: str = "127.0.0.1"
    port: int = Field(5000, ge=1, le=65535)
    public_url: str = ""
    trusted_proxies: int = Field(0, ge=0, le=10)
    secret_key: str = ""
    demo_password: str = "medcor-demo"  # noqa: S105  (demo data only, published in the README)

    database_url: str = ""
    mongodb_uri: str = ""
    redis_url: str = ""
    smtp_url: str = ""
    mail_from: str = ""

    deepgram_ws_url: str = ""
    deepgram_api_key: str = ""
    deepgram_model: str = "nova-2"
    deepgram_smart_format: bool = True
    deepgram_filler_words: bool = True
    deepgram_punctuate: bool = True
    deepgram_endpointing_ms: int = Field(300, ge=10, le=5000)
    deepgram_utterance_end_ms: int = Field(1000, ge=1000, le=5000)
    deepgram_languages: str = "en"

    openai_base_url: str = ""
    openai_api_key: str = ""
    openai_model: str = ""
    openai_timeout_seconds: float = Field(20.0, gt=0, le=120)

    stripe_api_key: str = ""
    stripe_api_base: str = ""
    stripe_webhook_secret: str = ""

    socketio_async_mode: Literal["eventlet", "threading"] = "eventlet"
    voice_session_minutes: int = Field(30, ge=1, le=240)
    voice_sessions_per_user: int = Field(3, ge=1, le=50)

    # What a scraper must show to read /metrics; unset, nobody reads them.
    metrics_token: str = ""

    limit_sign_ins_per_minute: int = Field(60, ge=30)
    limit_sign_ins_per_account: str = "10 per 5 minutes"
    limit_api_calls_per_minute: int = Field(1200, ge=1200)
    limit_email_lookups: str = "60 per minute"
    limit_mails_per_account: str = "5 per hour"

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, value: str) -> str:
        # SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3, which blocks the event loop.
        for bare in ("postgresql://", "postgres://"):
            if value.startswith(bare):
                return "postgresql+psycopg2://" + value[len(bare) :]
        if value and not value.startswith(("postgresql+psycopg2://", "sqlite:///")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @field_validator("public_url", "openai_base_url", "stripe_api_base")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return _checked_url(value, {"http", "https"}, host=True)

    @field_validator("public_url")
    @classmethod
    def _base_of_links(cls, value: str) -> str:
        # Written as browsers write an origin, since it is compared with theirs.
        base = value.rstrip("/").lower()
        if base and not re.fullmatch(r"https?://([\w.-]+|\[[0-9a-f:.]+\])(:\d+)?", base):
            raise ValueError("must be scheme, host and port only, as https://clinic.example")
        scheme = urlsplit(base).scheme
        return base.removesuffix({"https": ":443", "http": ":80"}.get(scheme, "/"))

    @field_validator("limit_sign_ins_per_account", "limit_email_lookups", "limit_mails_per_account")
    @classmethod
    def _limit(cls, value: str) -> str:
        try:
            limits.parse(value)
        except ValueError:
            raise ValueError("must be a number of times, as 10 per 5 minutes") from None
        return value

    @field_validator("deepgram_ws_url")
    @classmethod
    def _socket_address(cls, value: str) -> str:
        return _checked_url(value, {"ws", "wss"}, host=True)

    @field_validator("mongodb_uri")
    @classmethod
    def _mongodb_address(cls, value: str) -> str:
        return _checked_url(value, {"mongodb", "mongodb+srv"})

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str) -> str:
        return _checked_url(value, {"redis", "rediss", "unix"})

    @field_validator("smtp_url")
    @classmethod
    def _smtp_address(cls, value: str) -> str:
        if value:
            SmtpTarget.parse(value)
        return _checked_url(value, {"smtp", "smtps"})

    @field_validator("mail_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
            raise ValueError("must be a mail address, without a name")
        return value

    @model_validator(mode="after")
    def _fill_what_follows(self) -> Settings:
        self.medcor_instance = Path(self.medcor_instance).resolve()
        self._require_in_production()
        if not self.secret_key:
            self.secret_key = _kept_secret(self.medcor_instance)
        if len(self.secret_key) < 32:
            raise ValueError("SECRET_KEY must have at least 32 characters")
        self.public_url = (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
        self.mail_from = self.mail_from or _sender_below(self.public_url)
        self.database_url = self.database_url or f"sqlite:///{self.medcor_instance / 'medcor.db'}"
        if self.deepgram_api_key and not self.deepgram_ws_url:
            self.deepgram_ws_url = DEEPGRAM_VENDOR_URL
        if self.openai_api_key and not self.openai_base_url:
            self.openai_base_url = OPENAI_VENDOR_URL
        if self.openai_base_url and not self.openai_model:
            raise ValueError("OPENAI_MODEL must name the model to use")
        return self

    def _require_in_production(self) -> None:
        if self.medcor_env != "production":
            return
        if not self.secret_key:
            raise ValueError("SECRET_KEY must be set outside development")
        if not self.public_url:
            raise ValueError("PUBLIC_URL must be set in production: it is the base of every link")
        parts = urlsplit(self.public_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("PUBLIC_URL must be https in production: the cookies are Secure")

    @property
    def development(self) -> bool:
        return self.medcor_env == "development"

    @property
    def secure_cookies(self) -> bool:
        return self.medcor_env == "production"

    @property
    def speech_languages(self) -> frozenset[str]:
        """Languages the configured recogniser is asked for; the bundled one knows English only."""
        if not self.deepgram_ws_url:
            return frozenset({"en"})
        return frozenset(
            code.strip() for code in self.deepgram_languages.split(",") if code.strip()
        )

    @property
    def prompts_folder(self) -> Path:
        return self.medcor_instance / "user_specific_prompts"

    @property
    def mail_folder(self) -> Path:
        return self.medcor_instance / "mail"


def _checked_url(value: str, schemes: set[str], *, host: bool = False) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    # Reading the port raises ValueError for one out of range.
    named = parts.hostname if host else parts.netloc or parts.path
    if parts.scheme not in schemes or not named or parts.port == 0:
        raise ValueError(f"must be an address that starts with {' or '.join(sorted(schemes))}://")
    return value


def _sender_below(public_url: str) -> str:
    host = urlsplit(public_url).hostname or ""
    return f"no-reply@{host}" if re.search(r"[a-z]", host) else "no-reply@localhost"


def _kept_secret(instance: Path) -> str:
    """Make a development key once, so that sessions outlive a restart."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = instance / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


def load_settings(**overrides: object) -> Settings:
    """Read and check the settings; raises SettingError with one sentence on the first wrong one."""
    try:
        settings = Settings(**overrides)
        # Patients' data lies in it: nobody else on the machine looks in.
        settings.medcor_instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        return settings
    except OSError as error:
        sentence = f"MEDCOR_INSTANCE: the folder can't be used, {error.strerror}"
        raise SettingError(f"Medcor can't start: {sentence}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        name = "_".join(str(part) for part in first["loc"]).upper()
        sentence = f"{name}: {reason}" if name else reason
        raise SettingError(f"Medcor can't start: {sentence}.") from None
