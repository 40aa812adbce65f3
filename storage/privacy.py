"""Which fields are personal, and the pseudonyms of e-mails and phone numbers that are used as ids."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from storage.masking import mask

# Kept only encrypted; until the store can encrypt, an import leaves them out and says so.
PERSONAL_FIELDS = frozenset({"name", "email", "phone"})

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# Telling a phone number from a plain numeric id takes a mark that ids do not carry:
# a leading +, or the eleven digits of a Chinese mobile.
_PHONE = re.compile(r"\+\d[\d\s().-]{6,18}\d|1[3-9]\d{9}")


def _pseudonym(key: bytes, text: str) -> str:
    folded = text.strip() if "@" in text else re.sub(r"[\s().-]", "", text)
    return "p_" + hmac.new(key, folded.casefold().encode(), hashlib.sha256).hexdigest()[:20]


def is_personal_id(text: str) -> bool:
    """Whether an id is an e-mail address or a phone number."""
    return bool(_EMAIL.fullmatch(text) or _PHONE.fullmatch(text))


class Pseudonyms:
    """Keyed pseudonyms: the same e-mail or phone always gives the same id, and none can be turned back.

    The key is a random file in the home, made at first use and readable by its owner only.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "pseudonym.key"
        self._key: bytes | None = None

    def of(self, text: str) -> str:
        """`p_` and 20 hexadecimal digits of an HMAC-SHA256 over the folded address or number."""
        self._key = self._key or self._kept_key()
        return _pseudonym(self._key, text)

    def known_for(self, text: str) -> str:
        """The pseudonym that `text`, a name perhaps, would have; itself where no key was ever made."""
        return self.of(text) if self._key or self._path.exists() else text

    def id_for(self, text: str) -> str:
        """`text` itself, or its pseudonym where it is an e-mail or a phone number."""
        return self.of(text) if is_personal_id(text) else text

    def _kept_key(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            key = secrets.token_bytes(32)
            part = self._path.with_suffix(".part")
            part.write_bytes(key)
            part.chmod(0o600)
            try:
                os.link(part, self._path)  # never replaces a key that another process made meanwhile
            except FileExistsError:
                pass
            finally:
                part.unlink(missing_ok=True)
            return self._path.read_bytes()


def discreet(args: Mapping[str, object], pseudonyms: Pseudonyms) -> dict[str, object]:
    """What a question named, as it may be kept: a user by the stored id, a free text masked."""
    kept = dict(args)
    for name, hide in (("user", pseudonyms.id_for), ("text", mask)):
        if isinstance(said := kept.get(name), str):
            kept[name] = hide(said)
    return kept
