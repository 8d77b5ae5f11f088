"""Where output goes: a terminal has colours, boxes and a width; a file, a pipe or another program has none of them."""

import os
from typing import Any, Final

from cyclopts import CycloptsError, CycloptsPanel
from cyclopts.help import DefaultFormatter, HelpPanel, PlainFormatter
from rich.console import Console, ConsoleDimensions, ConsoleOptions, RenderableType
from rich.text import Text

NO_LIMIT: Final = 100_000


class Screen(Console):
    """Standard output or standard error. Where nobody looks at it a line is as long as it is, and nothing is cut."""

    def __init__(self, *, stderr: bool = False, soft_wrap: bool = False) -> None:
        super().__init__(stderr=stderr, soft_wrap=soft_wrap, highlight=False, markup=False)

    @property  # type: ignore[misc]  # nobody sets it
    def size(self) -> ConsoleDimensions:
        return super().size if self.file.isatty() else ConsoleDimensions(NO_LIMIT, 25)

    @property
    def rich(self) -> bool:
        """Whether boxes and colours are welcome (https://no-color.org)."""
        return self.file.isatty() and not self.is_dumb_terminal and not os.environ.get("NO_COLOR")

    def on_broken_pipe(self) -> None:
        """The program ends in one place, `endings`, and not here."""
        raise BrokenPipeError


class Help:
    """How --help is laid out: boxes on a screen, else a line for each entry."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        _layout(console)(console, options, panel)

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:
        _layout(console).render_usage(console, options, usage)

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:
        _layout(console).render_description(console, options, description)


def _layout(console: Console) -> DefaultFormatter | PlainFormatter:
    return DefaultFormatter() if isinstance(console, Screen) and console.rich else PlainFormatter()


def mistake(error: CycloptsError) -> RenderableType:
    """What is wrong with the words of a command, and which were perhaps meant."""
    boxed = isinstance(error.console, Screen) and error.console.rich
    return CycloptsPanel(error) if boxed else Text(f"andante: {error}")
