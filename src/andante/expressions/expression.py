"""A compiled expression."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, final

from andante.expressions.code import Evaluate
from andante.expressions.faults import EvaluationFault, SyntaxFault
from andante.expressions.temporal import zone as zone_from
from andante.expressions.values import Together

FEEL: Final = "feel"
JUEL: Final = "juel"
LITERAL: Final = "literal"
CHEAP: Final = 1_000  # steps: what costs more is computed when it is wanted, not while a model is read
_NOTHING: Final[Mapping[str, object]] = {}


@final
class Expression:
    """A text compiled once, to be evaluated often; immutable and free of threads' concerns.

    `text` as written, `language` "feel", "juel" or "literal", `names` the variables it may read. Where `is_constant`,
    its value depends on nothing and is `constant`.

    `evaluate(names, now)` gives the value for these variables (plain JSON or FEEL values) at `now`, milliseconds since
    the epoch in UTC, or None where no time is to be known. It raises EvaluationFault and nothing else.
    """

    __slots__ = ("constant", "evaluate", "is_constant", "language", "names", "text")

    def __init__(self, text: str, language: str, names: frozenset[str], evaluate: Evaluate, *, pure: bool) -> None:
        self.text = text
        self.language = language
        self.names = names
        self.evaluate = evaluate
        self.constant: object = None
        self.is_constant = False
        if pure and not names:
            try:
                with Together(CHEAP):
                    self.constant = evaluate(_NOTHING, None)
                self.is_constant = True
            except EvaluationFault:
                return  # it fails at run time, where there is an instance to show it; or costs more than to read it may

    def __repr__(self) -> str:
        return f"Expression({self.text!r}, {self.language})"


def literal(value: object) -> Expression:
    """A value as an expression; its text is the value's own. A list or context must not be changed by who gets it."""
    text = value if isinstance(value, str) else repr(value)
    return Expression(text, LITERAL, frozenset(), lambda names, now: value, pure=True)


def variable(name: str) -> Expression:
    """The value of the variable of just this name, which may be none that an expression could spell; else null."""
    return Expression(name, FEEL, frozenset((name,)), lambda names, now: names.get(name), pure=True)


def gathered(values: Sequence[Expression], keys: Sequence[str] | None = None) -> Expression:
    """A list of the values of several expressions, or with `keys` a context."""

    def evaluate(names: Mapping[str, object], now: int | None) -> object:
        found = [value.evaluate(names, now) for value in values]
        return found if keys is None else dict(zip(keys, found, strict=True))

    text = ", ".join(value.text if keys is None else f"{keys[n]}: {value.text}" for n, value in enumerate(values))
    names = frozenset[str]().union(*(value.names for value in values))
    language = next((value.language for value in values if value.language != LITERAL), LITERAL)
    return Expression(f"[{text}]" if keys is None else f"{{{text}}}", language, names, evaluate, pure=False)


def zone_named(name: str) -> dt.tzinfo:
    """The zone of an IANA name. SyntaxFault where there is none."""
    found = dt.UTC if name == "UTC" else zone_from("@" + name)
    if found is None:
        raise SyntaxFault(f"There is no time zone '{name}'", 0)
    return found
