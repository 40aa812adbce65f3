"""What the server answers when it refuses a request, and what a test sees when it waited in vain."""

from __future__ import annotations

from collections.abc import Mapping

JSON = Mapping[str, object]

REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: int, detail: str = "", parameters: JSON | None = None) -> None:
        self.code = code
        self.description = f"{REASONS[code]}: {detail}" if detail else REASONS[code]
        self.parameters = parameters
        super().__init__(self.description)

    def body(self) -> dict[str, object]:
        """The answer as the Bot API gives it."""
        answer: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters is not None:
            answer["parameters"] = dict(self.parameters)
        return answer


class NotSeenError(AssertionError):
    """What a test waited for did not happen in time; the text shows the conversation."""


def bad_request(detail: str) -> RefusedError:
    """A 400 with `detail` after "Bad Request: "."""
    return RefusedError(400, detail)


def forbidden(detail: str) -> RefusedError:
    """A 403 with `detail` after "Forbidden: "."""
    return RefusedError(403, detail)


def conflict(detail: str) -> RefusedError:
    """A 409 with `detail` after "Conflict: "."""
    return RefusedError(409, detail)


def too_many_requests(retry_after: int) -> RefusedError:
    """A 429 that asks for a pause of so many seconds."""
    return RefusedError(429, f"retry after {retry_after}", {"retry_after": retry_after})
