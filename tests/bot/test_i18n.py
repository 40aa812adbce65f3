"""Every sentence an operator can read has its Chinese, and nothing else stands in the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import product
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.command import Command
from bot.i18n import LOCALES, _, language, language_of, using
from bot.registry import commands
from bot.understanding import understand
from bot.users import in_a_question

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "predictor", "storage")
MARKS = ("_", "N_")
IDS = ("42", "00017", "C-5502", "u_8", "用户A", "张三", "2024-05", "Anna Berg", "a.b@example.org")


# -- the sentences in the code -------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A file of the program."""

    name: str
    tree: ast.Module

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """The calls of functions and classes of these names."""
        calls = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        named = (call for call in calls if _name(call.func) in names)
        yield from sorted(named, key=lambda call: (call.lineno, call.col_offset))


@cache
def sources() -> tuple[Source, ...]:
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(Source(path.relative_to(ROOT).as_posix(), ast.parse(path.read_bytes())) for path in paths)


@cache
def failures() -> tuple[str, ...]:
    """The classes that carry a sentence: OpsbotError and all that descend from it."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"OpsbotError"}
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return tuple(sorted(found))


def marked(source: Source) -> Iterator[ast.expr]:
    """What stands in `_()` and `N_()`."""
    for call in source.calls(*MARKS):
        yield from call.args


def raised(source: Source) -> Iterator[ast.expr]:
    """The message and the next step of every failure, and what the store has to say besides."""
    for call in source.calls("Notice", *failures()):
        yield from call.args[:1]
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "next_step")


def texts(source: Source, written: ast.expr) -> tuple[str, ...]:
    """The texts that an expression can be; raises ValueError where that depends on more than the file.

    A name that stands for something given from elsewhere is none of them: it was marked where it is written.
    """
    match written:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.IfExp():
            return texts(source, written.body) + texts(source, written.orelse)
        case ast.Name():
            return tuple(text for value in _given(source, written.id) for text in texts(source, value))
        case ast.BinOp(op=ast.Add()):
            return _joined(source, (written.left, written.right))
        case ast.JoinedStr():
            parts = (part.value if isinstance(part, ast.FormattedValue) else part for part in written.values)
            return _joined(source, list(parts))
        case ast.Attribute() | ast.Subscript():
            return ()
    raise ValueError(ast.unparse(written))


def _joined(source: Source, parts: Sequence[ast.expr]) -> tuple[str, ...]:
    choices = [texts(source, part) for part in parts]
    if not all(choices):
        raise ValueError(" + ".join(ast.unparse(part) for part in parts))
    return tuple("".join(choice) for choice in product(*choices))


def _given(source: Source, name: str) -> Iterator[ast.expr]:
    """What a name is assigned in the file, or is called with as an argument."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                if isinstance(value, ast.Constant | ast.IfExp | ast.JoinedStr):
                    yield value
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                yield from (
                    value
                    for target, value in zip(targets, values, strict=True)
                    if _name(target) == name and isinstance(value, ast.Constant)
                )
            case ast.FunctionDef(args=ast.arguments(args=parameters)):
                places = [place for place, parameter in enumerate(parameters) if parameter.arg == name]
                for call in source.calls(node.name) if places else ():
                    yield from call.args[places[0] : places[0] + 1]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def sentences() -> dict[str, tuple[str, ...]]:
    """Every text to be translated, with the files that have it, as far as it can be known beforehand."""
    found: dict[str, list[str]] = {}
    for source in sources():
        for written in (*marked(source), *raised(source)):
            try:
                said = texts(source, written)
            except ValueError:
                continue
            for text in filter(None, said):
                found.setdefault(text, []).append(source.name)
    return {text: tuple(dict.fromkeys(files)) for text, files in found.items()}


@cache
def questions() -> tuple[str, ...]:
    """The questions that buttons ask."""
    return tuple(
        sorted(
            {
                str(inner.value)
                for source in sources()
                for button in source.calls("Button")
                for call in ast.walk(button.args[1])
                if isinstance(call, ast.Call) and _name(call.func) in MARKS
                for inner in call.args
                if isinstance(inner, ast.Constant)
            }
        )
    )


# -- the catalogue -------------------------------------------------------------------------------------


CATALOGUE = LOCALES / "zh" / "LC_MESSAGES" / "opsbot.po"
HEADER = """\
# Chinese translations for opsbot.
# After changing a sentence in the code: python -m tests.bot.test_i18n, then fill in what is empty.
msgid ""
msgstr ""
"Project-Id-Version: opsbot\\n"
"Language: zh\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh", abort_invalid=True)


@cache
def entries() -> dict[str, Message]:
    return {str(message.id): message for message in catalogue() if message.id}


def as_written() -> str:
    """The catalogue with what it says now, an entry for each sentence, by the file that says it."""
    kept = entries()
    fresh = Catalog(locale="zh")
    for text, files in sorted(sentences().items(), key=lambda entry: entry[1]):
        known = kept.get(text, Message(text))
        message = fresh.add(
            text, known.string, locations=[(file, 0) for file in files], user_comments=known.user_comments
        )
        message.flags.discard("python-format")  # "%d.%m.%y" is a date
    written = BytesIO()
    write_po(written, fresh, width=100, omit_header=True, sort_by_file=True, include_lineno=False)
    return HEADER + written.getvalue().decode()


def placeholders(text: str) -> set[tuple[str | None, ...]]:
    return {tuple(field) for _before, *field in Formatter().parse(text) if field[0] is not None}


def test_the_walk_finds_sentences_of_every_kind() -> None:
    found = sentences()
    assert found["Why?"] == ("bot/risk_reply.py",)  # _
    assert found["low"] == ("bot/risk_reply.py",)  # N_
    assert "predictor/features/timing.py" in found["days since the last order"]
    assert "bot/users.py" in found["There is no user {user}."]  # an error's message
    assert "predictor/scoring.py" in found["Train one: opsbot train"]  # an error's next step
    assert len(questions()) >= 5


def test_every_sentence_has_its_chinese() -> None:
    written = entries()
    missing = [
        f"{files[0]}: {text}"
        for text, files in sentences().items()
        if text not in written or not written[text].string or written[text].fuzzy
    ]
    assert not missing, "\n".join(missing)


def test_a_translation_has_the_placeholders_of_its_sentence() -> None:
    wrong = [
        text
        for text, message in entries().items()
        if message.string and placeholders(text) != placeholders(str(message.string))
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_stands_in_the_catalogue_that_is_not_said() -> None:
    assert not sorted(entries().keys() - sentences().keys())
    assert not catalogue().obsolete


def test_the_catalogue_is_written_as_the_tool_writes_it() -> None:
    assert CATALOGUE.read_text(encoding="utf-8") == as_written(), "python -m tests.bot.test_i18n"


def test_only_whole_sentences_are_marked() -> None:
    wrong = [
        f"{source.name}:{written.lineno}: {ast.unparse(written)}"
        for source in sources()
        for written in marked(source)
        if not isinstance(written, ast.Constant | ast.Name | ast.Attribute | ast.Subscript)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_failure_is_told_in_whole_sentences() -> None:
    wrong = []
    for source in sources():
        for written in raised(source):
            try:
                texts(source, written)
            except ValueError as problem:
                wrong.append(f"{source.name}:{written.lineno}: {problem}")
    assert not wrong, "\n".join(wrong)


# -- in use --------------------------------------------------------------------------------------------


def test_translates_within_the_block_only() -> None:
    assert (_("Profile"), language()) == ("Profile", "en")
    with using("zh"):
        assert (_("Profile"), language()) == (entries()["Profile"].string, "zh")
        with using("en"):
            assert _("Profile") == "Profile"
        assert _("Profile") != "Profile"
    assert (_("Profile"), language()) == ("Profile", "en")


def test_what_has_no_translation_stays_as_it_is() -> None:
    with using("zh"):
        assert _("no such sentence") == "no such sentence"
        assert _("") == ""


@pytest.mark.parametrize(
    ("text", "expected"), [("help", "en"), ("用户42的流失风险", "zh"), ("risk 用户A", "zh"), ("", "en")]
)
def test_answers_in_the_language_of_the_text(text: str, expected: str) -> None:
    assert language_of(text) == expected


@pytest.mark.parametrize("user", IDS)
@pytest.mark.parametrize("question", questions())
def test_a_button_asks_the_same_in_chinese(question: str, user: str) -> None:
    with using("zh"):
        chinese = _(question)
    named = {
        "user": in_a_question(user),
        "number": 3,
        "month": "2026-10",
        "name": '"Champions"',
        "text": "late",
        "campaign": "spring-2",
    }
    meant = understand(question.format(**named), commands())
    assert meant.source == "pattern"
    assert ("user" in meant.args) == ("{user}" in question)
    assert meant.args.get("user", user) == user
    assert understand(chinese.format(**named), commands()) == meant
    assert language_of(chinese) == "zh", "or the next answer would be in English"


@pytest.mark.parametrize("command", commands(), ids=lambda command: str(command.name))
@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_an_example_asks_for_its_command(command: Command, tongue: str) -> None:
    for example in command.examples[tongue]:
        assert understand(example, commands()).command == command.name
        assert language_of(example) == tongue


if __name__ == "__main__":
    CATALOGUE.write_text(as_written(), encoding="utf-8", newline="\n")
