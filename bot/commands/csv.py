"""The last list as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_FILE = "(csv|a csv|csv file|a csv file|spreadsheet|a spreadsheet|file|a file|table|{format:file_format})"
_THAT = (
    "(it|that|this|these|those|[<the>|this|that|last|the last] (list|table|result|results|answer|segment"
    "|audience))"
)
_表 = "(名单|列表|清单|表格|结果|用户|人群)"

PHRASES = (
    "csv",
    "导出名单",
    "[as|in|to|the] {format:file_format} [please]",
    f"(as|to|into|in) {_FILE}|(csv|file) of {_THAT}",
    f"(export|download|save|send [me]|give me|get [me]|turn|make|put) {_THAT} [(as|to|into|in) {_FILE}]",
    f"(export|download|save) (as|to|into|in) {_FILE}",
    f"(export|download|save|send [me]|give me|get [me]|make [me]) {_FILE} [of {_THAT}]",
    f"(export|download) {_THAT} for {{preset:file_preset}}|csv for {{preset:file_preset}}",
    f"(导出|下载|保存|发我|给我|生成|存) [一份|一下|成|为] [这个|这份|上面的|刚才的|该|最后的|上一个] [{_表}]"
    " [成|为|到|用] [{format:file_format}] [文件|表格|格式]",
    "(export|download|save|send me|give me|get me) the csv [file]",
    "(导出|下载|汇出|生成) [成|为|到] (csv|csv文件|csv格式)",
    f"(把|将) [这个|这份|上面的|刚才的|该] {_表} (导出|下载|保存|发我|存) [成|为|到]"
    f" [{{format:file_format}}] [文件|表格]",
    f"(导出|汇出|下载) [成|为|到] [{{format:file_format}}] [{_表}|文件]",
    f"(把|将) [这个|这份|上面的|刚才的|该] {_表} (导出来|导出去|下载下来)",
    "(导出|生成|下载) [成|为] {preset:file_preset} [名单|文件|格式]",
)


def answer(question: Question, desk: Desk) -> Reply:
    """The list that this chat saw last, made anew and whole."""
    from bot.last_list import last_list_reply

    return last_list_reply(question, desk)


COMMAND = Command(
    name="csv",
    summary=N_("The last list as a file, CSV or Excel"),
    phrases=PHRASES,
    examples={
        "en": ("csv", "export the list as excel"),
        "zh": ("导出名单", "导出excel"),
    },
    answer=answer,
    topic="shop",
)
