"""What can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_, _, language

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_能 = "能|可以|会|能够|都能|都会|还能|还会"

PHRASES = (
    "help [with|on|about|for|me with] [{topic:topic}]",
    "帮助 [{topic:topic}]",
    "?",
    "(how do i|how can i|how to|what can i) (do|use|run|ask about|do about) {topic:topic}",
    "{topic:topic} (帮助|怎么用|有哪些功能|能做什么|怎么问)|[关于] {topic:topic} [的] (帮助|问题|功能|用法)",
    "start",
    "(show|open|get) [me|the] help|what are (my options|the options)|what do you (understand|know|support)",
    "[give|show|send] [me] (a|the) list of [the|all] [available] (commands|functions|features|questions)",
    "(能|可以|会) 帮 (我|我们) (干嘛|做什么|干什么|什么)|教 (我|我们) [一下] (怎么|如何) (用|使用)",
    "help me [please] [out]|i need [some] help|need help|can you help [me]|some help",
    "(what|what all|what else) (can|could|do|should) (you|i|we) [even] (do|ask|say|type|offer"
    "|know|answer) [you|here|for me|for us|with this|with you|now]",
    "what (are|is) (you|this|this bot|your commands|the commands|your features|your capabilities"
    "|your functions) [for|about|able to do|good for|capable of]",
    "(which|what) (commands|questions|functions|features|things|kind of questions) (are there"
    "|can i ask|do you know|do you have|do you understand|exist|can i use|can you answer|are "
    "available|do you support|can i type)",
    "(how do|how can|how should|how to) [i|we|you|one] (use|work with|operate) (this|it|you|this "
    "bot|the bot|that)",
    "what (can|does|could) (this|the) bot do",
    "有 帮助 [文档|说明]",
    "how does (this|it|this bot|the bot) work",
    "how (can|could|do) you help [me|us]",
    "[list|show|show me|see|list of|print|all|list all|list the|show all] [the|all|your"
    "|available] (commands|command list|functions|features|capabilities|options|examples)",
    "[show|show me|see|tell me|explain|list] what (you can do|i can ask|i can do|you do|you know"
    "|can be asked)",
    "who are you|what can be done|menu|usage|instructions|manual|guide|commands|how to"
    "|introduction|introduce yourself|about|faq",
    # 帮助
    "帮助 (信息|文档|菜单|我|一下|说明|手册)|帮帮我|帮我|帮帮忙|帮忙|求助|帮一下|[我] 需要 [你的] 帮助|救命",
    "[这|这个|这个机器人|机器人|你|它|bot] [要|该|应该|到底] (怎么|如何|咋|怎样) (用|使用|操作|玩"
    "|问) [啊|你|它]",
    "[使用|操作|用户] (说明|帮助|方法|指南|手册|教程|用法)|用法|说明书|说明",
    f"(你|您|这个机器人|机器人|这个|它|这) [都] ({_能}) [帮|帮我|帮我们|帮忙|替我|给我|为我] [做"
    "|干|查|回答|问|提供|处理|看] (什么|啥|些什么|哪些|哪些事|什么事|什么问题|哪些问题|点啥"
    "|点什么|什么呢|哪些功能) [事|事情|东西|忙]",
    "[你|您|这个机器人|机器人|这个|我] [都] [有] (什么|哪些|啥) (功能|命令|指令|用|用处|作用|本事|用途|能力)",
    "[你|您] [的] [所有|全部] (功能|命令|指令|菜单) [列表|清单|大全|介绍|说明|一览] [有哪些|是什么]",
    f"[我] ({_能}) (问|查|做|干|说|跟你说|向你问|问你|输入) [你] (什么|些什么|啥|哪些|哪些问题"
    "|什么问题|哪些东西)",
    "(你|您) (是谁|是什么|是干什么的|是干嘛的|是做什么的|叫什么|是啥|干嘛的|是哪位)",
    "(有|都有) (哪些|什么) (功能|命令|指令|问题可以问)",
    "介绍一下你自己|自我介绍|介绍你自己|这是什么|这是干什么的|这是干嘛的|这个是什么",
)


def answer(question: Question, desk: Desk) -> Reply:
    """What this operator may ask: examples by what they want; of one topic, everything."""
    from bot.help_topics import HELP_TOPICS, topic_of
    from bot.registry import commands
    from bot.reply import Button, Reply, Table

    allowed = {command.name: command for command in commands() if command.role in ("operator", question.role)}
    facts: dict[str, object] = {"commands": list(allowed)}
    del allowed["help"]
    if "topic" in question.args:
        name = str(question.args["topic"])
        first = HELP_TOPICS[name].first
        chosen = [command for command in allowed.values() if topic_of(command) == name]
        chosen.sort(key=lambda command: (*_rank(command.name, first), command.rare))
        rows = tuple((command.examples[language()][0], _(command.summary)) for command in chosen)
        return Reply(
            title=_(HELP_TOPICS[name].wish),
            facts=facts,
            table=Table(("example", "summary"), rows, (_("you type"), _("you get")), rows),
            buttons=tuple(Button(example, example) for example, _summary in rows[:3]),
        )
    examples = {name: command.examples[language()][0] for name, command in allowed.items()}
    shown = tuple(
        (_(topic.wish), " · ".join(examples[name] for name in topic.first if name in examples))
        for topic in HELP_TOPICS.values()
    )
    return Reply(
        title=_("Ask in English or Chinese, in your own words."),
        lines=[_("More of each: {questions}").format(questions=" · ".join(map(_more, HELP_TOPICS)))],
        facts=facts,
        table=Table(("wish", "examples"), shown, (_("you want to"), _("you type")), shown),
        buttons=tuple(Button(_(topic.wish), _more(name)) for name, topic in HELP_TOPICS.items()),
    )


def _more(topic: str) -> str:
    """The question for the rest of a topic."""
    from bot.help_topics import TOPIC

    chinese = language() == "zh"
    return f"{'帮助' if chinese else 'help '}{TOPIC.write(topic, chinese)}"


def _rank(name: str, first: tuple[str, ...]) -> tuple[bool, int]:
    return name not in first, first.index(name) if name in first else 0


COMMAND = Command(
    name="help",
    summary=N_("What you can ask"),
    phrases=PHRASES,
    examples={
        "en": ("help", "what can you do?"),
        "zh": ("帮助", "你能做什么"),
    },
    answer=answer,
)
