"""What can go wrong with an expression, and the limits that keep a hostile or mistaken one from costing too much."""

from dataclasses import dataclass


class ExpressionError(Exception):
    """Base of every fault of this room."""


class SyntaxFault(ExpressionError):
    """The text is not an expression. Raised at compile time only.

    `message` says what was found and expected, `position` is the 0-based offset into the text in characters. Shown is
    the line and column where the text is known and has several lines.
    """

    def __init__(self, message: str, position: int, text: str = "") -> None:
        place = f"character {position + 1}"
        if "\n" in text:
            start = text.rfind("\n", 0, position) + 1
            place = f"line {text.count(chr(10), 0, start) + 1}, column {position - start + 1}"
        super().__init__(f"{message} (at {place})")
        self.message = message
        self.position = position

    def within(self, text: str, start: int = 0) -> "SyntaxFault":
        """The same fault where what was read starts at a position of a whole text."""
        return SyntaxFault(self.message, self.position + start, text)


class EvaluationFault(ExpressionError):
    """A fault of the model found at run time: no such variable, a limit exceeded, a value of no FEEL type."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one expression. All are counts, none is a time, so that every machine refuses the same expressions.

    `max_length`: characters of text. `max_depth`: nesting of the text. `max_steps`: iterations, calls and the like in
    one evaluation. `max_size`: items of a list, or characters of a string, that an expression may build.
    """

    max_length: int = 10_000
    max_depth: int = 100
    max_steps: int = 100_000
    max_size: int = 100_000


DEFAULT_LIMITS = Limits()
