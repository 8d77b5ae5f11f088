"""How far a long command is: a bar on standard error, where somebody looks at a screen and no program reads along."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Protocol

from cyclopts import Parameter

from andante.cli.screen import Screen

Quiet = Annotated[bool, Parameter(negative=(), help="Show no progress.")]


class Tell(Protocol):
    """Is told how many are done, and of how many, where that is known later."""

    def __call__(self, done: int, total: int | None = None, /) -> None: ...


@contextmanager
def progress(what: str, total: int | None = None, *, silent: bool) -> Iterator[Tell]:
    """Gives what is told how many are done. Without a `total` that is counted, and the bar only moves."""
    screen = Screen(stderr=True)
    if silent or not screen.rich:
        yield lambda *_: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Standard output is left alone: it may be a pipe.
    with Progress(*columns, console=screen, transient=True, redirect_stdout=False) as bars:
        bar = bars.add_task(what, total=total)
        yield lambda done, of=None: bars.update(bar, completed=done, total=of)
