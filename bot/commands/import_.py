"""Bringing a file that was sent along into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_IMPORT = "import|upload|load|reimport|re import"
_WHOSE = (
    "[the|a|an|my|our|some|all|this|that|these|those|your|another|other] "
    "[new|newer|newest|latest|more|recent|today's|yesterday's|fresh|corrected|missing]"
)
_DATA = (
    "orders|order lines|lines|order|sales|purchases|transactions|items|products|catalogue|catalog|users"
    "|customers|clients|members|data|order data|sales data|shop data|customer data|order history"
    "|csv|xlsx|excel|parquet|spreadsheet|spreadsheets|workbook"
)
_FILE = "file|files|csv|list|sheet|table|spreadsheet|data"
_THING = (
    f"{_WHOSE} ({_DATA}) [{_FILE}]|{_WHOSE} ({_FILE}) [(of|with) [the|my|our|new|all] ({_DATA})]|it"
    f"|{_WHOSE} (customer|client|user|member|product|item) ({_FILE})"
)
_FROM = (
    "from [a|an|the|my|our|this] (csv|xlsx|excel|parquet|spreadsheet) [file|sheet]|from [a|the|this|my] file"
)
_HERE = "here|into opsbot|into the (store|bot|system)|in"
_导入 = "导入|汇入|上传|录入|导进来|传上来|重新导入|重新上传|再导入"
_数据 = (
    "订单|订单明细|订单行|订单数据|销售数据|交易|交易数据|交易记录|购买记录|商品|商品数据|产品|用户|用户数据|客户"
    "|客户数据|会员|会员数据|数据|资料|历史订单|历史数据|csv|excel|xlsx|parquet"
)
_文件 = "文件|表格|表|excel表|数据|名单|清单|列表"
_哪个 = "[一下|下] [一个|一份|这个|这份|该|我的|我们的|所有|全部|新的|最新的|新|最新|今天的|昨天的|更多] [的]"

PHRASES = (
    "import orders",
    "导入订单",
    "import|upload|reimport|re import",
    f"({_IMPORT}) ({_THING}) [{_FROM}] [{_HERE}]",
    f"({_IMPORT}) {_FROM}",
    f"(start|run|do|begin) (an|the|a new|another) import [of ({_THING})]",
    f"(add|bring in|send you|give you|feed you|read|read in) {_WHOSE} (orders|order lines|order data|data"
    "|csv|excel|xlsx|parquet|spreadsheet) [file]",
    "(send you|give you|read|read in) (this|a|the|my|our) file",
    "[how|where] (do|can|could|should|must|may|would) (i|we|you|one) (import|upload|load|add|send|bring in) "
    f"({_THING}) [{_FROM}] [{_HERE}]",
    f"(how|where) to (import|upload|load|add|send|bring in) ({_THING}) [{_FROM}] [{_HERE}]",
    "(how|where) (do|can|should) (i|we) (import|upload)|how to (import|upload)",
    "(how does|how do) [the|an|file] (import|imports|upload) work",
    "(data|file|order) (import|upload)",
    # 导入
    f"({_导入})",
    f"({_导入}) {_哪个} ({_数据}) [{_文件}]",
    f"({_导入}) {_哪个} ({_文件})",
    f"[把|将] {_哪个} ({_数据}) [{_文件}] ({_导入}) [进来|一下|到系统|进系统]",
    f"[把|将] {_哪个} ({_文件}) ({_导入}) [进来|一下|到系统|进系统]",
    f"[我] [要|该|应该|可以] (怎么|如何|怎样|咋|在哪|在哪里|去哪) ({_导入}) [{_哪个} ({_数据})] [{_文件}]",
    f"({_数据}) [{_文件}] [要|该|应该] (怎么|如何|怎样|咋|在哪|在哪里) ({_导入})",
    f"(数据|文件|订单) ({_导入})",
)


def answer(question: Question, desk: Desk) -> Reply:
    """How to import; what an import of the file that came along would do; or what it did."""
    from bot.import_reply import how_to_import, imported_reply, preview_reply

    if question.upload is None:
        return how_to_import()
    if question.confirmed:
        return imported_reply(question.upload, question.role, desk)
    return preview_reply(question.upload, desk)


# Asks for its confirmation by itself, with what it found in the file.
COMMAND = Command(
    name="import",
    summary=N_("Bring a file of orders, items or users in"),
    phrases=PHRASES,
    examples={
        "en": ("import orders", "upload a file"),
        "zh": ("导入订单", "上传文件"),
    },
    answer=answer,
    role="admin",
    long=True,
)
