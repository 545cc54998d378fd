"""One WebSocket connection: frames in order to the session, its messages back."""

import asyncio
import json
import logging
from concurrent.futures import Executor
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from medcor.speech import protocol
from medcor.speech.pace import Pace
from medcor.speech.session import Session
from medcor.speech.settings import Settings

log = logging.getLogger("medcor.speech")

SLICE_SECONDS = 0.25  # a large frame is heard in slices, so that it can't hold a thread
NO_DATA = "NET-0001: no audio or text within the timeout"
BAD_DATA = "DATA-0000: audio can't be decoded as linear16"


class Stream:
    """Serve one accepted connection until either side ends it."""

    def __init__(
        self, connection: ServerConnection, session: Session, settings: Settings, pool: Executor
    ) -> None:
        """Take a connection after its upgrade; the session does its work in `pool`."""
        self.connection, self.session = connection, session
        self.settings, self.pool = settings, pool
        self.pace = Pace(settings.pace)

    async def run(self) -> None:
        """Read until the end; never raises for what the other side does."""
        try:
            while await self._step():
                pass
        except ConnectionClosed:
            log.info("stream %s: the client went away", self.session.request_id)
        except TimeoutError:
            log.warning("stream %s: the client does not read", self.session.request_id)
            self.connection.transport.abort()
        except Exception:
            log.exception("stream %s failed", self.session.request_id)
            await self.connection.close(1011, "internal error")

    async def _step(self) -> bool:
        """Handle one frame; False ends the stream."""
        try:
            frame = await asyncio.wait_for(self.connection.recv(), self.settings.idle_seconds)
        except TimeoutError:
            return await self._end(1011, NO_DATA)
        if frame == b"":
            return await self._close_stream()
        if isinstance(frame, bytes):
            return await self._audio(frame)
        return await self._text(frame)

    async def _audio(self, frame: bytes) -> bool:
        size = int(SLICE_SECONDS * self.session.query.sample_rate) * 2
        if len(frame) % 2:
            return await self._end(1008, BAD_DATA)
        for offset in range(0, len(frame), size):
            if self.connection.state is State.CLOSED:
                return False  # nobody is left to hear what the backlog says
            part = frame[offset : offset + size]
            await self._send(await self._work(self.session.feed, part))
            await self._keep_pace(len(part))
        return True

    async def _keep_pace(self, size: int) -> None:
        seconds = size / 2 / self.session.query.sample_rate
        wait = self.pace.wait(asyncio.get_running_loop().time(), seconds)
        if wait:
            await asyncio.sleep(wait)

    async def _text(self, text: str) -> bool:
        match protocol.control_type(text):
            case "KeepAlive":
                return True
            case "Finalize":
                await self._send(await self._work(self.session.finalize))
            case "CloseStream":
                return await self._close_stream()
            case "Configure":
                await self._send([protocol.configure_failure(self.session.request_id)])
            case _:
                await self._send([protocol.schema_error(text)])
        return True

    async def _close_stream(self) -> bool:
        await self._send(await self._work(self.session.close))
        return await self._end(1000, "")

    async def _end(self, code: int, reason: str) -> bool:
        await self.connection.close(code, reason)
        return False

    async def _work(self, task: Any, *given: Any) -> list[dict]:
        return await asyncio.get_running_loop().run_in_executor(self.pool, task, *given)

    async def _send(self, messages: list[dict]) -> None:
        for message in messages:
            sending = self.connection.send(json.dumps(message))
            await asyncio.wait_for(sending, self.settings.send_seconds)
