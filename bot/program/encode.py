"""`opsbot encode`: vectors of texts, for one's own notebook."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.program.output import desk_of, write_whole

if TYPE_CHECKING:
    from predictor.encoder import Vectors

_SAY_EVERY_SECONDS = 10


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A .npy file.",
)
@click.pass_context
def encode(ctx: click.Context, out: Path) -> None:
    """Write the vectors of the texts on standard input, one a line, with the configured encoder.

    FILE becomes (n_texts, n_dims) float32, a row for every line, empty ones included; vectors have length 1.
    Personal data is masked first, as everywhere.
    """
    if out.suffix != ".npy":
        raise click.BadParameter("name a file that ends in .npy.", param_hint="--out")
    from predictor.embeddings import as_read
    from predictor.encoder import load_encoder

    desk = desk_of(ctx)
    encoder = load_encoder(desk.settings.encoder, desk.settings.device, say=desk.progress)
    texts = _lines(sys.stdin.buffer.read())
    vectors = encoder.encode([as_read(text) for text in texts], progress=_Progress().hear)
    write_whole(out, lambda part: _save(part, vectors))
    click.echo(encoder.weights.sentence.format(**encoder.weights.values), err=True)
    click.echo(f"{out}: {len(texts):,} texts × {vectors.shape[1]} numbers; {encoder.key}", err=True)


def _lines(data: bytes) -> list[str]:
    """The lines, without what ends them; what is no UTF-8 becomes U+FFFD, and a mark of the encoding goes."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


def _save(path: Path, vectors: Vectors) -> None:
    import numpy as np

    with path.open("wb") as file:  # by name, numpy would add an ending
        np.save(file, vectors, allow_pickle=False)


class _Progress:
    """A line on standard error now and then while many texts are encoded."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def hear(self, done: int, total: int) -> None:
        if time.monotonic() - self._said >= _SAY_EVERY_SECONDS:
            self._said = time.monotonic()
            click.echo(f"… {done:,} of {total:,} different texts", err=True)
