"""The house keeps its shape: imports run one way, heavy ones late, files small, nothing undocumented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, main
from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "predictor", "storage")
FILES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULES = [pytest.param(path, id=path.as_posix()) for path in FILES]

# What must not be imported by whom.
FORBIDDEN = {"storage": {"predictor", "bot"}, "predictor": {"bot"}, "bot": set[str]()}
TELEGRAM = Path("bot/transports/telegram")
CONSOLE = Path("bot/transports/console.py")

HEAVY = {"torch", "transformers", "pandas", "sklearn", "skops", "pyarrow", "matplotlib", "telegram"}
# What takes noticeable time to import, and what `opsbot --help` therefore never reaches.
SLOW = HEAVY | {"numpy", "scipy", "sqlite_utils", "pydantic", "pydantic_settings", "rich", "babel"}
LIGHT_RUNS = (["--help"], ["--version"], ["parse", "churn risk for user 42"], ["parse", "用户42的流失风险"])

LONGEST_FILE = 350
# Sentences, not statements.
PHRASE_TABLES = re.compile(r"bot/commands/\w+\.py|bot/words\.py|storage/demo/phrases_\w+\.py")
# The language those sentences are written in: its nodes, its reader and its writer know each other.
LONGER_FILES = {Path("bot/phrases.py"): 400}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """The full names of the modules that the statements import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_level(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The statements that run when the module is imported; what only a type checker sees is left out."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from top_level(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            for part in ("body", "orelse", "finalbody"):
                yield from top_level(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                yield from top_level(handler.body)


def roots(names: Iterator[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", MODULES)
def test_imports_run_one_way(path: Path) -> None:
    everywhere = roots(imported(ast.walk(tree(path))))
    assert not everywhere & FORBIDDEN[path.parts[0]]
    assert "tests" not in everywhere


@pytest.mark.parametrize("path", MODULES)
def test_only_its_transport_imports_telegram(path: Path) -> None:
    assert TELEGRAM in path.parents or "telegram" not in roots(imported(ast.walk(tree(path))))


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def light_modules() -> set[str]:
    """Our modules that the light runs of the program reach by imports at the top, and all command files."""
    ours = {module_name(path): path for path in FILES}
    found: set[str] = set()
    waiting = ["bot.cli", *(module_name(path) for path in FILES if path.parts[:2] == ("bot", "program"))]
    waiting += ["bot.registry", "bot.understanding"]
    waiting += [module_name(path) for path in FILES if path.parts[:2] == ("bot", "commands")]
    while waiting:
        name = waiting.pop()
        if name in ours and name not in found:
            found.add(name)
            waiting += imported(top_level(tree(ours[name]).body))
    return found


def test_the_light_modules_are_known() -> None:
    # Guards the test below against finding nothing to look at.
    assert {
        "bot.cli",
        "bot.phrases",
        "bot.folding",
        "bot.commands.risk",
        "bot.program.score",
    } <= light_modules()
    assert "predictor.scoring" not in light_modules()


@pytest.mark.parametrize("path", MODULES)
def test_heavy_libraries_are_imported_at_the_top_only_where_light_runs_do_not_get(path: Path) -> None:
    if module_name(path) in light_modules():
        assert not roots(imported(top_level(tree(path).body))) & SLOW


@pytest.mark.parametrize("arguments", LIGHT_RUNS, ids=" ".join)
def test_a_light_run_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    script = f"""
import sys
from bot.cli import main
try:
    main({arguments!r})
finally:
    print(*sys.modules, file=sys.stderr)
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    loaded = roots(iter(run.stderr.split()))
    assert run.stdout and "bot" in loaded
    assert not loaded & SLOW
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", MODULES)
def test_a_file_stays_short(path: Path) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert PHRASE_TABLES.fullmatch(path.as_posix()) or lines <= LONGER_FILES.get(path, LONGEST_FILE)


@pytest.mark.parametrize("path", MODULES)
def test_a_file_begins_with_a_sentence_about_itself(path: Path) -> None:
    document = ast.get_docstring(tree(path))
    assert document is not None
    first = document.partition("\n\n")[0]
    assert "\n" not in first, "the first sentence stands on one line"
    assert first.endswith(".")


@pytest.mark.parametrize("path", MODULES)
def test_only_the_console_prints(path: Path) -> None:
    named = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    assert path == CONSOLE or "print" not in named


def example_settings() -> list[str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return [line.lstrip("# ").partition("=")[0] for line in lines if re.match(rf"#? ?{PREFIX}\w+=", line)]


def test_every_setting_stands_in_the_example_and_nothing_else() -> None:
    # The home is read before the settings, for they may lie in it.
    expected = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "HOME"}
    assert set(example_settings()) == expected
    assert len(example_settings()) == len(expected)


def test_every_setting_of_the_example_states_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in example_settings():
        comment = text.partition(f"\n{name}=")[0].rpartition("\n\n")[2]
        assert "Default: " in comment, name


def test_the_example_is_a_valid_file_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in example_settings():
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)  # type: ignore[call-arg]


def program_commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {part}", under) for part, under in command.commands.items())


def test_every_program_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if not re.search(rf"opsbot (--home \S+ )?{name}\b", readme)]
    assert not missing


def test_every_program_command_and_option_has_help() -> None:
    for name, command in program_commands():
        assert (command.help or "").strip().endswith((".", '".')), name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} --{parameter.name}"


def test_the_distribution_holds_every_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        named = tomllib.load(file)["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.parts) for path in FILES if path.name == "__init__.py"}
    assert set(named) == found
    assert {path.parent for path in FILES} == {path.parent for path in FILES if path.name == "__init__.py"}


def test_every_command_of_the_bot_is_a_file_of_its_name() -> None:
    from bot.registry import commands

    files = {path.stem for path in FILES if path.parts[:2] == ("bot", "commands") and path.stem != "__init__"}
    # import.py could not be imported by name.
    assert {command.name for command in commands()} == {name.removesuffix("_") for name in files}


# Who writes tables, and why: whatever a person opens in a spreadsheet goes through the first.
TABLE_WRITERS = {
    "bot/list_file.py": "the one that makes cells harmless",
    "bot/program/score.py": "read by programs, which need each id exactly as the shop stores it",
    "bot/program/features.py": "for one's own notebook, which joins it by those ids",
    "storage/rejects.py": "the shop's own rows as they were, to be imported again once corrected: an"
    " apostrophe would become part of the data",
    "storage/demo/shop.py": "made-up orders for the import, none of them from outside",
}
WRITING = {"writer", "DictWriter", "to_csv", "to_excel", "ExcelWriter", "Workbook", "write_csv", "xlsxwriter"}


def names_in(path: Path) -> Iterator[str]:
    """Every name that a module calls, imports or refers to, without what stands before its last dot."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name.rpartition(".")[2] for alias in node.names)


def test_tables_for_people_have_one_writer() -> None:
    assert {path.as_posix() for path in FILES if WRITING & set(names_in(path))} == TABLE_WRITERS.keys()
