"""Files that an admin sends: fetched into the home, so that a button can import them later."""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import time
from pathlib import Path

from telegram import Document

from bot.desk import Desk
from storage.errors import OpsbotError

MOST_BYTES = 20_000_000
KEPT_SECONDS = 7 * 86_400


class UploadError(OpsbotError):
    """A file that cannot be fetched from Telegram."""

    kind = "upload"


async def fetch(document: Document, desk: Desk) -> Path:
    """The file in a folder of its own in the home, under its name; raises UploadError if too big."""
    if document.file_size is not None and document.file_size > MOST_BYTES:
        raise UploadError(
            "The file has {megabytes} MB; bots can fetch files of up to 20 MB.",
            next_step="On the shop's machine: opsbot import FILE",
            megabytes=round(document.file_size / 1e6),
        )
    file = await document.get_file()
    target = await asyncio.to_thread(_place, desk, document.file_name or "upload")
    await file.download_to_drive(target)
    return target


def forget(upload: Path) -> None:
    """Remove an upload with its folder."""
    shutil.rmtree(upload.parent, ignore_errors=True)


def forget_old(desk: Desk) -> None:
    """Remove uploads that no button asks for any more."""
    folder = _folder(desk)
    if not folder.is_dir():
        return
    for place in folder.iterdir():
        if place.stat().st_mtime < time.time() - KEPT_SECONDS:
            shutil.rmtree(place, ignore_errors=True)


def _folder(desk: Desk) -> Path:
    return desk.home.path / "uploads"


def _place(desk: Desk, name: str) -> Path:
    # The name comes from outside: nothing of it may lead to another folder.
    safe = re.sub(r"[^\w. -]", "_", Path(name.replace("\\", "/")).name)[-100:].lstrip(".") or "upload"
    place = _folder(desk) / secrets.token_hex(8)
    place.mkdir(mode=0o700, parents=True)
    return place / safe
