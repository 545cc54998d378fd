"""`python -m medcor.speech`: run the speech server until told to stop or left alone.

Once the model is loaded and the port is open it prints one line of JSON on standard output:
`{"event": "listening", "host": "127.0.0.1", "port": 12345}`. Exit status 0 after SIGTERM, SIGINT
or the end of the parent; 1 with one line on standard error when it can't start.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import suppress

from medcor.speech import parent
from medcor.speech.recogniser import Recogniser
from medcor.speech.server import SpeechServer
from medcor.speech.settings import Settings

KEY_VARIABLE = "MEDCOR_SPEECH_KEY"
STOP_SECONDS = 2.0


def main() -> int:
    """Run from the command line."""
    options = _parser().parse_args()
    logging.basicConfig(
        level=options.log_level.upper(), format="%(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("websockets").setLevel(logging.ERROR)
    try:
        asyncio.run(_run(options))
    except (OSError, RuntimeError, ImportError) as error:
        print(f"speech server: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m medcor.speech", description=__doc__)
    defaults = Settings()
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=defaults.port, help="0 picks a free one")
    key_help = f"required of clients; better in {KEY_VARIABLE}, where ps can't show it"
    parser.add_argument("--api-key", default=os.environ.get(KEY_VARIABLE) or None, help=key_help)
    parser.add_argument("--max-streams", type=int, default=defaults.max_streams)
    parser.add_argument("--idle-seconds", type=float, default=defaults.idle_seconds)
    parser.add_argument("--pace", type=float, default=defaults.pace, help="times real time")
    parser.add_argument("--decoders", type=int, default=defaults.decoders)
    parser.add_argument("--parent-pid", type=int, help="exit when this process ends")
    parser.add_argument("--watch-stdin", action="store_true", help="exit at the end of input")
    parser.add_argument("--log-level", default="warning")
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        host=options.host,
        port=options.port,
        api_key=options.api_key,
        max_streams=options.max_streams,
        idle_seconds=options.idle_seconds,
        pace=options.pace,
        decoders=options.decoders,
    )


async def _run(options: argparse.Namespace) -> None:
    settings = _settings(options)
    told = _listen_for_signals()
    speech = SpeechServer(settings, Recogniser(settings.decoders))
    server = await speech.start()
    host, port = server.sockets[0].getsockname()[:2]
    print(json.dumps({"event": "listening", "host": host, "port": port}), flush=True)
    try:
        await _until_told(options, told)
    finally:
        server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), STOP_SECONDS)
        speech.stop()


def _listen_for_signals() -> asyncio.Event:
    """An event that a signal sets; before anybody is told the port, so that none is missed."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    return told


async def _until_told(options: argparse.Namespace, told: asyncio.Event) -> None:
    """Wait for a signal, the end of the parent or the end of input."""
    waits = [asyncio.ensure_future(told.wait())]
    if options.parent_pid:
        waits.append(asyncio.ensure_future(parent.wait_for_exit(options.parent_pid)))
    if options.watch_stdin:
        waits.append(asyncio.ensure_future(parent.wait_for_end_of_input()))
    _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


if __name__ == "__main__":
    sys.exit(main())
