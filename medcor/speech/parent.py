"""Notice that the process which started this one is gone."""

import asyncio
import os
import sys
from collections.abc import Callable

POLL_SECONDS = 0.5


async def wait_for_exit(pid: int) -> None:
    """Return when process `pid` has ended, also when nobody has reaped it yet."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):
        await _poll(pid)
        return
    try:
        await _readable(descriptor)
    finally:
        os.close(descriptor)


async def wait_for_end_of_input() -> None:
    """Return when standard input ends; what is written to it is ignored."""
    while await _read(sys.stdin.fileno()):
        pass


async def _read(descriptor: int) -> bytes:
    await _readable(descriptor)
    return os.read(descriptor, 4096)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(descriptor, _resolve(ready))
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def _resolve(ready: asyncio.Future) -> Callable[[], None]:
    return lambda: None if ready.done() else ready.set_result(None)


async def _poll(pid: int) -> None:
    started_by = os.getppid()
    while _alive(pid) and os.getppid() == started_by:
        await asyncio.sleep(POLL_SECONDS)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
