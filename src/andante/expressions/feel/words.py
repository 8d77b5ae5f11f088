"""The words of FEEL: those that are no names, and the names of several words."""

from collections.abc import Set
from typing import Final

KEYWORDS: Final = frozenset(
    (
        "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance",
        "of", "function", "external", "true", "false", "null",
    )
)  # fmt: skip
PROPERTIES: Final = frozenset((("time", "offset"), ("start", "included"), ("end", "included")))
SIMPLE_TYPES: Final = frozenset(
    ("number", "string", "boolean", "date", "time", "list", "context", "range", "function", "Any", "Null")
)
TYPE_WORDS: Final = frozenset(
    (("date", "and", "time"), ("days", "and", "time", "duration"), ("years", "and", "months", "duration"))
)


def longest(words: list[str], names: Set[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest of `names` that the words begin with, () where none does."""
    for count in range(len(words), 1, -1):
        name = tuple(words[:count])
        if name in names:
            return name
    return ()
