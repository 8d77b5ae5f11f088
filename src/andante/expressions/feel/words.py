"""The words of FEEL: those that are no names, and the names of several words."""

from collections.abc import Iterable
from typing import Final

KEYWORDS: Final = frozenset(
    (
        "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance",
        "of", "function", "external", "true", "false", "null",
    )
)  # fmt: skip
PROPERTIES: Final = (("time", "offset"), ("start", "included"), ("end", "included"))
SIMPLE_TYPES: Final = frozenset(
    ("number", "string", "boolean", "date", "time", "list", "context", "range", "function", "Any", "Null")
)
TYPE_WORDS: Final = (
    ("date", "and", "time"),
    ("days", "and", "time", "duration"),
    ("years", "and", "months", "duration"),
)


def longest(words: list[str], names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest of `names` that the words begin with, () where none does."""
    found: tuple[str, ...] = ()
    for name in names:
        if len(name) > len(found) and tuple(words[: len(name)]) == name:
            found = name
    return found
