"""What became of a file of the inbox, in the language in use."""

from __future__ import annotations

from bot.assistant import sentences
from bot.i18n import joined
from bot.import_reply import notice_text, result_lines, result_title
from storage.inbox import InboxReport
from storage.notices import Notice


def inbox_line(report: InboxReport) -> str:
    """One line."""
    if report.error is not None:
        what, *rest = sentences(report.error)
        # Some sentences name the file themselves.
        return joined(*([] if what.startswith(report.name) else [f"{report.name}:"]), what, *rest)
    if report.result is not None:
        return result_title(report.name, report.result)
    assert isinstance(report.outcome, Notice)
    return joined(f"{report.name}:", notice_text(report.outcome))


def inbox_text(report: InboxReport) -> str:
    """All there is to say, a sentence a line."""
    if report.result is not None and report.error is None:
        return "\n".join(result_lines(report.name, report.result))
    return inbox_line(report)
