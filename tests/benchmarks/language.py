"""How well operators are understood: `make bench-language`, or `make bench-language SPLIT=held`.

Prints, by language and by way of making: of the well-spelt utterances the share whose command and arguments
are exactly right; of the misspelt ones the share where what was meant was understood or stands among the
suggestions; of those out of scope the share that nothing is done for; and the false acts, where something
else would have been done than was meant. With `--misses` each utterance that went wrong.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.registry import commands
from bot.understanding import Understanding, understand
from tests.benchmarks.utterances import MISSPELT, OUT_OF_SCOPE, WELL_SPELT, Utterance, utterances

COMMANDS = commands()


@dataclass(frozen=True)
class Read:
    """An utterance and what it was taken for, in how many CPU-milliseconds."""

    said: Utterance
    found: Understanding
    milliseconds: float

    @property
    def exact(self) -> bool:
        """Whether it would be done, and right."""
        return (self.found.command, dict(self.found.args)) == (self.said.command, dict(self.said.args))

    @property
    def offered(self) -> bool:
        """Whether what was meant was understood, or can be chosen."""
        return self.exact or any(
            (each.command, dict(each.args)) == (self.said.command, dict(self.said.args))
            for each in self.found.suggestions
        )

    @property
    def named(self) -> bool:
        """Whether at least its command can be chosen."""
        return self.exact or any(each.command == self.said.command for each in self.found.suggestions)

    @property
    def false_act(self) -> bool:
        """Whether something would be done that was not meant."""
        return self.found.command != "unknown" and not self.exact

    @property
    def right(self) -> bool:
        """Whether it went as it should for its kind."""
        if self.said.kind == MISSPELT:
            return self.offered and not self.false_act
        return self.exact


def read(said: Utterance) -> Read:
    """What an utterance is taken for, once everything is loaded."""
    understand(said.text, COMMANDS)
    started = time.process_time()
    found = understand(said.text, COMMANDS)
    return Read(said, found, (time.process_time() - started) * 1000)


def _share(reads: list[Read], holds: Callable[[Read], bool]) -> str:
    return f"{sum(map(holds, reads)) / len(reads):7.1%}" if reads else "      –"


def _line(name: str, reads: list[Read]) -> str:
    kinds = {kind: [each for each in reads if each.said.kind == kind] for kind in _KINDS}
    well, mis, out = kinds[WELL_SPELT], kinds[MISSPELT], kinds[OUT_OF_SCOPE]
    acted = [each.milliseconds for each in reads if each.found.source == "pattern"]
    return (
        f"{name:<10}{len(well):>6}{_share(well, lambda each: each.exact)}"
        f"{len(mis):>8}{_share(mis, lambda each: each.offered)}{_share(mis, lambda each: each.named)}"
        f"{len(out):>8}{_share(out, lambda each: each.found.command == 'unknown')}"
        f"{_share(out, lambda each: each.found.source == 'none')}"
        f"{sum(each.false_act for each in reads):>8}"
        f"{f'{statistics.median(acted):.2f}' if acted else '–':>9}"
        f"{statistics.median(each.milliseconds for each in reads):>8.2f}"
    )


_KINDS = (WELL_SPELT, MISSPELT, OUT_OF_SCOPE)
_HEADING = (
    f"{'':<10}{'well':>6}{'exact':>7}{'misspelt':>8}{'offered':>7}{'command':>7}"
    f"{'outside':>8}{'not act':>7}{'silent':>7}{'false':>8}{'ms act':>9}{'ms all':>8}"
)


def main() -> None:
    """The table of one split."""
    split = "held" if "held" in sys.argv else "dev"
    reads = [read(said) for said in utterances() if said.split == split]
    print(f"split: {split}, utterances: {len(reads)}; milliseconds are medians of CPU time")
    print(_HEADING)
    for name in ("en", "zh", "mixed"):
        print(_line(name, [each for each in reads if each.said.language == name]))
    for name in sorted({each.said.way for each in reads}):
        print(_line(name, [each for each in reads if each.said.way == name]))
    print(_line("all", reads))
    if "--misses" in sys.argv:
        for each in sorted(
            (
                each
                for each in reads
                if not each.right or (each.said.kind == OUT_OF_SCOPE and each.found.suggestions)
            ),
            key=lambda each: each.said.kind,
        ):
            offered = " / ".join(f"{one.command}{dict(one.args)}" for one in each.found.suggestions)
            mark = "FALSE ACT" if each.false_act else each.said.kind
            print(
                f"{mark}\t{each.said.text}\tmeant {each.said.command} {dict(each.said.args)}"
                f"\tfound {each.found.command} {dict(each.found.args)}\t{offered}"
            )


if __name__ == "__main__":
    main()
