"""The names and types that a text may use beside its own: those of the model it is part of."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, final

from andante.expressions.feel.tree import Type

_PLAIN: Final = re.compile(r"(?:[^\W\d]|[$?\U00010000-\U000EFFFF])(?:\w|[$?\U00010000-\U000EFFFF])*")


@final
class Vocabulary:
    """`names` may be of several words and hold what else is an operator ("Credit-Score of applicant"): wherever one of
    them is written, it is read as that name, the longest first (DMN 1.5, section 10.3.1.4). `types` are those that
    `instance of` knows beside FEEL's own."""

    __slots__ = ("names", "pattern", "types")

    def __init__(self, names: Iterable[str] = (), types: Mapping[str, Type] | None = None) -> None:
        self.names = frozenset(" ".join(name.split()) for name in names)
        self.types: Mapping[str, Type] = types or {}
        long = sorted(
            (name for name in {*self.names, *self.types} if name and not _PLAIN.fullmatch(name)), key=len, reverse=True
        )
        written = [r"\s+".join(re.escape(word) for word in name.split(" ")) for name in long]
        self.pattern: re.Pattern[str] | None = None
        if written:
            self.pattern = re.compile(f"(?:{'|'.join(written)})(?![\\w$?])")


EMPTY: Final = Vocabulary()
