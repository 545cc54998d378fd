"""What can be set when the speech server is started."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Seconds are wall time. `pace`: seconds of audio a stream may be given per second."""

    host: str = "127.0.0.1"
    port: int = 0
    api_key: str | None = None
    max_streams: int = 8
    idle_seconds: float = 10.0
    send_seconds: float = 10.0
    pace: float = 4.0
    decoders: int = 1
    max_frame: int = 2**20
