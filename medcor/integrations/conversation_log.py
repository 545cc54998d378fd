"""The log of talks in MongoDB: flat documents, one per message, written at most once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from pymongo import ASCENDING, DESCENDING, MongoClient, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

DATABASE, COLLECTION = "medcor", "conversations"
# A silent server must cost a talk little: the journal answers in its place.
CONNECT_MS, ANSWER_MS = 2000, 5000

Document = dict[str, Any]


class LogUnavailable(Exception):
    """MongoDB did not acknowledge; what was to be written is written again later."""


class LogStore(Protocol):
    """Where the log is shipped to and read from."""

    def write(self, documents: Sequence[Document]) -> None:
        """Store each document once by its ``_id``, all of them acknowledged, or LogUnavailable."""

    def read(
        self, where: Document, *, limit: int, before: datetime | None, search: str
    ) -> list[Document]:
        """The latest documents that match, newest first, or LogUnavailable."""

    def forget(self, tenant: str, user_id: int) -> None:
        """Delete every document of one person; acknowledged, or LogUnavailable."""

    def forget_talks(self, tenant: str, session_ids: Sequence[str]) -> None:
        """Delete every document of some talks; acknowledged, or LogUnavailable."""

    def empty(self, tenant: str, message_ids: Sequence[str]) -> None:
        """Take the words out of some documents; acknowledged, or LogUnavailable."""


class MongoLog:
    """A LogStore over pymongo; one per process, connected on first use."""

    def __init__(self, uri: str, connect_ms: int = CONNECT_MS, answer_ms: int = ANSWER_MS) -> None:
        self._client: MongoClient[Document] = MongoClient(
            uri,
            connect=False,
            tz_aware=True,
            appname="medcor",
            serverSelectionTimeoutMS=connect_ms,
            connectTimeoutMS=connect_ms,
            socketTimeoutMS=answer_ms,
            w="majority",
        )
        self._indexed = False

    @property
    def _collection(self) -> Collection[Document]:
        return self._client.get_default_database(DATABASE)[COLLECTION]

    def write(self, documents: Sequence[Document]) -> None:
        """Insert what is not there yet. A document that is there stays as it is."""
        writes = [
            UpdateOne({"_id": each["_id"]}, _insertion(each), upsert=True) for each in documents
        ]
        if not writes:
            return
        try:
            self._make_indexes()
            result = self._collection.bulk_write(writes, ordered=True)
        except PyMongoError as error:
            raise LogUnavailable(type(error).__name__) from error
        if not result.acknowledged or result.upserted_count + result.matched_count < len(writes):
            raise LogUnavailable("not every message was acknowledged")

    def _make_indexes(self) -> None:
        if not self._indexed:
            self._collection.create_index(
                [("tenant", ASCENDING), ("user_id", ASCENDING), ("timestamp", DESCENDING)]
            )
            self._collection.create_index([("tenant", ASCENDING), ("session_id", ASCENDING)])
            self._indexed = True

    def read(
        self, where: Document, *, limit: int, before: datetime | None = None, search: str = ""
    ) -> list[Document]:
        """Newest first; ``search`` is plain text, case ignored."""
        wanted = dict(where)
        if before is not None:
            wanted["timestamp"] = {"$lt": before}
        if search:
            wanted["content"] = {"$regex": _literal(search), "$options": "i"}
        try:
            found = self._collection.find(wanted).sort(
                [("timestamp", DESCENDING), ("journal_id", DESCENDING)]
            )
            return list(found.limit(limit))
        except PyMongoError as error:
            raise LogUnavailable(type(error).__name__) from error

    def forget(self, tenant: str, user_id: int) -> None:
        """Delete what there is of a person; a repeat changes nothing."""
        self._delete({"tenant": tenant, "user_id": user_id})

    def forget_talks(self, tenant: str, session_ids: Sequence[str]) -> None:
        """Delete what there is of some talks; a repeat changes nothing."""
        self._delete({"tenant": tenant, "session_id": {"$in": list(session_ids)}})

    def empty(self, tenant: str, message_ids: Sequence[str]) -> None:
        """Leave that something was said and not what; a repeat changes nothing."""
        try:
            result = self._collection.update_many(
                {"tenant": tenant, "_id": {"$in": list(message_ids)}}, {"$set": {"content": ""}}
            )
        except PyMongoError as error:
            raise LogUnavailable(type(error).__name__) from error
        if not result.acknowledged:
            raise LogUnavailable("the change was not acknowledged")

    def _delete(self, where: Document) -> None:
        try:
            result = self._collection.delete_many(where)
        except PyMongoError as error:
            raise LogUnavailable(type(error).__name__) from error
        if not result.acknowledged:
            raise LogUnavailable("the erasure was not acknowledged")

    def close(self) -> None:
        self._client.close()


def _insertion(document: Document) -> Document:
    return {"$setOnInsert": {key: value for key, value in document.items() if key != "_id"}}


def _literal(text: str) -> str:
    """Escape what a regular expression would read as more than text."""
    return "".join(f"\\{each}" if each in r".^$*+?()[]{}|\/-" else each for each in text)
