"""MongoDB's protocol over TCP, for a test: a server that can be killed and started again."""

from __future__ import annotations

from pathlib import Path

from pymongo import MongoClient

from tests.servers import Child, end, start_child


class Mongo:
    """A server in a process of its own that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.child: Child = start_child("tests.mongo_server", str(folder))
        self.uri = f"mongodb://127.0.0.1:{self.child.port}"
        self.client = MongoClient(self.uri, serverSelectionTimeoutMS=3000, tz_aware=True)

    @property
    def messages(self):
        return self.client["medcor"]["conversations"]

    def kill(self) -> None:
        self.child.kill()

    def start(self) -> None:
        self.child = start_child("tests.mongo_server", str(self._folder), str(self.child.port))

    def stop(self) -> None:
        self.client.close()
        end(self.child.process)
