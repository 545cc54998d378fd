"""The bare relay: the same frames in and out of one process, with no product in between."""

from __future__ import annotations

import argparse
import asyncio
import json

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("upstream")
    upstream = parser.parse_args().upstream

    async def handle(page: ServerConnection) -> None:
        async with connect(upstream, compression=None, max_queue=64) as vendor:
            back = asyncio.create_task(pass_back(vendor, page))
            try:
                async for message in page:
                    if isinstance(message, bytes):
                        await vendor.send(message)
            except ConnectionClosed:
                pass
            finally:
                back.cancel()

    async with serve(handle, "127.0.0.1", 0, compression=None, ping_interval=None) as listening:
        print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.get_running_loop().create_future()


async def pass_back(vendor, page: ServerConnection) -> None:
    async for message in vendor:
        await page.send(message)


if __name__ == "__main__":
    asyncio.run(main())
