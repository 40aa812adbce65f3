"""What became of a file of the inbox, in the language in use."""

from __future__ import annotations

from bot.assistant import sentences
from bot.i18n import _, joined
from bot.import_reply import notice_text, remarks, result_title
from storage.inbox import InboxReport
from storage.notices import Notice


def inbox_line(report: InboxReport) -> str:
    """One line."""
    if report.error is not None:
        return joined(f"{report.name}:", *sentences(report.error))
    if report.result is not None:
        return result_title(report.name, report.result)
    assert isinstance(report.outcome, Notice)
    return joined(f"{report.name}:", notice_text(report.outcome))


def inbox_text(report: InboxReport) -> str:
    """All there is to say, a sentence a line."""
    lines = [inbox_line(report)]
    if report.result is not None:
        lines += remarks(report.result)
        if report.result.rejected_file:
            lines.append(
                _("The rejected rows with their reasons: {file}").format(file=report.result.rejected_file)
            )
        lines += map(notice_text, report.result.warnings)
    return "\n".join(lines)
