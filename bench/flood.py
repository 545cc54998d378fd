"""A page that floods: ``python -m bench.flood PORT KEY KIND SECONDS``.

KIND is audio (frames of speech), events (resume_backend) or pings (empty WebSocket pings). It says
on its last line how many messages it got rid of, and whether the server hung up.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from bench import load, wire

MESSAGES = {
    "audio": load.QUIET,
    "events": wire.masked(f'42{load.NAMESPACE},["resume_backend"]'.encode(), wire.TEXT),
    "pings": wire.masked(b"", wire.PING),
}
# So much is handed to the socket at once, then the others of this process run.
AT_ONCE = 50
MOST_BUFFERED = 1_000_000


async def flood(port: int, key: str, kind: str, seconds: float) -> dict[str, object]:
    """Send until the time is over or the server has had enough."""
    tally = load.Tally()
    (page,) = await load.open_pages(port, [key], tally, framed=True)
    sent, message, until = 0, MESSAGES[kind] * AT_ONCE, time.monotonic() + seconds
    while time.monotonic() < until and not page.closed and not page.transport.is_closing():
        if page.transport.get_write_buffer_size() < MOST_BUFFERED:
            page.transport.write(message)
            sent += AT_ONCE
        await asyncio.sleep(0)
    return {"kind": kind, "sent": sent, "hung_up": page.closed or page.transport.is_closing()}


if __name__ == "__main__":
    _, port, key, kind, seconds = sys.argv
    print(json.dumps(asyncio.run(flood(int(port), key, kind, float(seconds)))))
