"""The parameters of one request, whichever of the three ways they came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tornado.httputil import HTTPServerRequest

from tests.bot_api.errors import bad_request

ATTACHED = "attach://"


@dataclass(frozen=True)
class Upload:
    """A file of a multipart request."""

    name: str
    data: bytes
    mime: str


@dataclass(frozen=True)
class Parameters:
    """Values by name as text (lists and objects as JSON), and the uploads by name."""

    values: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value, or "" where it is absent; RefusedError for a null character, which no chat can show."""
        value = self.values.get(name, "")
        if "\0" in value:
            raise bad_request(f'strings must not contain null characters: "{name}"')
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        """The whole number, or `default` where it is absent."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """Whether it is there and says yes."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def value(self, name: str) -> object:
        """What the JSON says, or None where it is absent or null."""
        text = self.text(name)
        if not text:
            return None
        try:
            value: object = json.loads(text)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
        if "\0" in json.dumps(value, ensure_ascii=False).replace("\\u0000", "\0"):
            raise bad_request(f'strings must not contain null characters: "{name}"')
        return value

    def record(self, name: str) -> Mapping[str, object] | None:
        """The JSON object, or None where it is absent."""
        value = self.value(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"{name} must be an object")
        return value

    def records(self, name: str) -> list[Mapping[str, object]]:
        """The JSON list of objects, empty where it is absent."""
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise bad_request(f"{name} must be a list of objects")
        return value

    def upload(self, name: str) -> Upload | None:
        """The file sent under this name, or the one that its value refers to with attach://."""
        if name in self.uploads:
            return self.uploads[name]
        return self.attached(self.text(name))

    def attached(self, reference: str) -> Upload | None:
        """The file that an attach:// reference names; None where it is no such reference."""
        if not reference.startswith(ATTACHED):
            return None
        name = reference.removeprefix(ATTACHED)
        if name not in self.uploads:
            raise bad_request(f'can\'t find uploaded file with the name "{name}"')
        return self.uploads[name]


def read(request: HTTPServerRequest) -> Parameters:
    """The parameters of a request; RefusedError where they cannot be read."""
    values = {name: _text(each[-1]) for name, each in request.arguments.items()}
    if request.headers.get("Content-Type", "").startswith("application/json") and request.body:
        values |= _from_json(request.body)
    uploads = {
        name: Upload(each[-1]["filename"], each[-1]["body"], each[-1]["content_type"])
        for name, each in request.files.items()
    }
    return Parameters(values, uploads)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _from_json(body: bytes) -> dict[str, str]:
    try:
        content = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(content, dict):
        raise bad_request("expected an Object")
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in content.items()
        if value is not None
    }
