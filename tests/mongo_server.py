"""A server that speaks MongoDB's protocol over TCP, in a process of its own, kept in a folder.

``python -m tests.mongo_server <folder> [port]`` says its port on its first line. Killed and
started again on the same folder it has what it had acknowledged.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
from pathlib import Path

from nx_27017.nx_27017 import main as serve


def main() -> None:
    folder = Path(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    logging.disable(logging.ERROR)
    sys.argv = [
        "nx-27017",
        "--host",
        "127.0.0.1",
        "-p",
        str(port),
        "--db",
        str(folder / "mongo.db"),
        "--log-file",
        str(folder / "mongo.log"),
        "--pid-file",
        str(folder / "mongo.pid"),
    ]
    serve()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _announce(port: int) -> None:
    """Say the port once somebody answers on it."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            threading.Event().wait(0.02)
        else:
            print(json.dumps({"port": port}), flush=True)
            return


if __name__ == "__main__":
    main()
