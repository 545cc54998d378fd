"""Mail as files in a folder, for machines without a mail server."""

from __future__ import annotations

import os
import re
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path


class FileMailer:
    """Writes each mail to ``folder`` as ``<time>-<message id>.eml``, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = parsedate_to_datetime(message["Date"]).strftime("%Y%m%dT%H%M%S")
        local = re.sub(r"[^0-9A-Za-z]+", "-", str(message["Message-ID"]).strip("<>").split("@")[0])
        unfinished = self._folder / f".{stamp}-{local}.part"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes())
        unfinished.replace(self._folder / f"{stamp}-{local}.eml")
