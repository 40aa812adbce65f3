"""What went wrong as a fact to keep: a sentence to translate, and its values; worded when it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.i18n import N_, _, joined
from storage.errors import OpsbotError

Problem = Mapping[str, object]

_INCIDENT = N_("Something went wrong here (incident {incident}).")


def problem_of(error: OpsbotError) -> Problem:
    """A failure in JSON types."""
    values = {
        name: value if isinstance(value, int | float | str) else str(value)
        for name, value in error.values.items()
    }
    return {"message": error.message, "next_step": error.next_step, "values": values}


def incident_of(incident: str) -> Problem:
    """What nobody foresaw, with the id under which the log has it."""
    return {"message": _INCIDENT, "next_step": "", "values": {"incident": incident}}


def said_so(sentence: str) -> Problem:
    """A sentence that is said already: what is in it is not filled in again."""
    return {"message": sentence, "next_step": "", "values": None}


def worded(problem: Problem) -> tuple[str, str]:
    """What went wrong and what to do next, which may be nothing, in the language in use."""
    values = problem.get("values")
    message, next_step = str(problem["message"]), str(problem["next_step"])
    if not isinstance(values, Mapping):
        return _(message), _(next_step)
    return _(message).format_map(values), _(next_step).format_map(values)


def all_worded(problems: Iterable[Problem]) -> str:
    """All of them, each once, with what to do next."""
    return joined(*dict.fromkeys(joined(*worded(each)) for each in problems))


def problems_of_night(said: Mapping[str, object]) -> list[Problem]:
    """What went wrong in a night, as the ledger has it; a night of an older version said it in English."""
    kept = said.get("problems")
    if isinstance(kept, list):
        return kept
    return [said_so(str(said["problem"]))] if said.get("problem") else []
