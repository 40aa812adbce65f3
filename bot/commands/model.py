"""How good the predictions are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.command import Command, Question
from bot.i18n import N_, _

if TYPE_CHECKING:
    from bot.desk import Desk
    from bot.reply import Reply

_QUALITY = (
    "quality|performance|accuracy|precision|recall|auroc|auc|brier|brier score|calibration"
    "|metrics|metric|scores|numbers|results|status|info|information|card|details|version|report"
    "|evaluation|stats|statistics|error|errors|reliability|score|hit rate|track record|backtest"
    "|back test|test results"
)
_GOOD = (
    "good|accurate|reliable|trustworthy|precise|well|right|correct|any good|any use|useful|bad"
    "|up to date|ok|okay|solid|certain|sure|often right|trained|strong|dependable|often correct"
    "|often wrong|wrong|healthy"
)
_SHOW = "what is|what's|what are|show|give|see|check|display|report|tell|view|get|how is|how are"
_质量 = (
    "效果|准确率|准确度|准确性|精度|质量|表现|性能|指标|状态|信息|情况|详情|版本|召回率|可靠性"
    "|可信度|水平|结果|评估|评估结果|评分|得分|auc|auroc|命中率|误差|成绩|报告|卡片|精确率"
    "|质量报告|能力|正确率|准头"
)
_好 = (
    "(好不好|好用|好|准|准不准|准确|准确不准确|准不准确|可靠|可靠不可靠|可不可靠|靠谱|靠不靠谱"
    "|可信|可不可信|行|行不行|怎么样|怎样|如何|咋样|有多准|有多好|有多准确|多准|多好|能用"
    "|好不好用|值得信任|能信|信得过|有用|灵|灵不灵|有效|管用|高|高不高)"
)

PHRASES = (
    "how good is the model",
    "模型效果如何",
    f"how ({_GOOD}) (is|are) (<model>|you) [at predicting [churn]] [doing]",
    "how well (does|do|is|are) (<model>|you) (work|perform|predict|do|predicting|working"
    "|performing|doing) [churn|who leaves]",
    "how (is|are) <model> (doing|performing|working|looking)",
    "how often (is|are) (<model>|you) (right|wrong|correct)",
    f"[{_SHOW}] [me|us] [<the>|your] [current] ({_QUALITY}) (of|for|in) <model>",
    f"[{_SHOW}] [me|us] <model> ['s] ({_QUALITY})",
    f"[{_SHOW}] [me|us] [<the>|your] [current] [churn] (auroc|auc|brier score|average precision|model card)",
    f"(is|are) <model> [still|really|actually|very] ({_GOOD})",
    "(is|are) <model> (working|performing|doing|predicting) [well|fine|okay|ok]|does <model> work [well]",
    f"what ({_QUALITY}) (does|do) <model> have|[show|see|check] [the|your|our] [prediction|model] "
    "(accuracy|auroc|auc)",
    "how (accurate|reliable|precise) is (this|it)",
    "(can|should|do|could) (i|we|you) (trust|rely on|believe|depend on) (<model>|you)",
    "(which|what) [version of the] model [version] [is|are] [you|we] (in use|using|running|live"
    "|active|promoted|current|do you use|used|deployed|in production)",
    "(which|what) model (do|are) (you|we) (use|using|run|running)",
    "[show|see|check|view|open|about|describe] [me|us] [the|your|our] [current|churn|live"
    "|promoted|active] model",
    "(tell|know|hear) [me|us] [more] about [the|your|our] [current|churn] model",
    "what (do|can) you (know about|tell me about) [the|your|our] model",
    "when was (<model>) [last] (trained|retrained|updated|built)",
    "(evaluate|assess|judge|rate) <model>",
    "how do (<model>) (perform|do|work)",
    # 效果
    f"[<看>] <模型> [的] ({_质量}) [是|有] [{_好}|多少|什么|是多少|几]",
    f"<模型> [得|是|的|还|有没有|是不是|到底] {_好} [的]",
    f"(你|您) [的] (预测|判断|估计) [得|的] [结果] {_好}",
    "(预测|判断) 得 (准|准不准|准确|怎么样|如何|好不好|对不对)",
    "(准确率|准确度|精度|命中率|auc) [怎么样|如何|好不好|高不高|高]",
    "[<看>] <模型>",
    "(模型|当前模型) (auc|auroc) [是] [多少]|(auc|auroc|准确率) [是] (多少|几)",
    "[现在|目前|当前|你|我们|现在你] [用|使用|在用|跑] [的] [是] (哪个|什么|哪一个|哪一版"
    "|哪个版本的|什么版本的) 模型",
    "<模型> [是] (什么时候|何时|啥时候|哪天) (训练|更新|训|建) [的]|<模型> 上次 [是] (什么时候"
    "|何时) (训练|更新) [的]",
    "(评估|评价|测评|检查) [一下|下] <模型>",
    "(可以|能|能不能|可不可以|该不该|应该) (相信|信任|信|依赖) [你|你的] [<模型>]",
    f"how ({_GOOD}) is <模型>|<模型> ({_QUALITY})",
)


def answer(question: Question, desk: Desk) -> Reply:
    """How good the model in use is, as its back-test says."""
    from bot.chart_data import reliability_of
    from bot.drift_words import drift_lines, given_lines
    from bot.model_words import figures
    from bot.reply import Button, Reply
    from predictor.flag_threshold import flag_threshold, recall_at
    from predictor.scoring import promoted_model
    from predictor.track_record import reliability

    with desk.store() as connection:
        as_of = desk.as_of(connection)
        record = promoted_model(connection)
        flag_at = flag_threshold(connection, record, desk.settings.flag_at)
        given = given_lines(connection, record, as_of)
        warned = drift_lines(connection, record, as_of)
        came_of = {
            of: reliability(connection, record.horizon_days, as_of, of) for of in ("untouched", "contacted")
        }
    metrics = {**record.card["metrics"], "recall": recall_at(record.card, flag_at)}
    lines = figures(record, flag_at)
    return Reply(
        title=lines[0],
        lines=[*lines[1:], *given, *warned.lines, *desk.stale_line(as_of)],
        facts={
            "version": record.version,
            **{
                name: metrics[name]
                for name in (
                    "auroc",
                    "average_precision",
                    "accuracy",
                    "majority_accuracy",
                    "recall",
                    "brier",
                    "ece",
                    "ece_floor",
                )
            },
            "baselines": record.card["baselines"],
            "families": record.card.get("families", []),
            "flag_at": flag_at,
            "test_dates": record.card["test_dates"],
            "reliability": record.card["reliability"],
            "given_scores": came_of,
            **{name: record.card.get(name, []) for name in ("groups", "gain_curve")},
        },
        chart=reliability_of(record.card),
        buttons=(Button(_("Who is at risk?"), _("who is at risk")),),
        provenance=desk.provenance(record.as_of, record, data_through=as_of),
    )


COMMAND = Command(
    name="model",
    summary=N_("How good the predictions are"),
    phrases=PHRASES,
    examples={
        "en": ("how good is the model", "model quality"),
        "zh": ("模型效果如何", "预测准不准"),
    },
    answer=answer,
    topic="model",
)
