"""Expressions of a larger whole, such as the cells of a decision table, which share names, values and one run."""

from typing import Final, final

from andante.expressions.code import EvaluatePart
from andante.expressions.cursor import Node
from andante.expressions.expression import zone_named
from andante.expressions.faults import DEFAULT_LIMITS, Limits, SyntaxFault
from andante.expressions.feel import composite  # noqa: F401 # enters its half of the emitters
from andante.expressions.feel.emitter import Emitter
from andante.expressions.feel.parser import parse, parse_tests
from andante.expressions.feel.vocabulary import EMPTY, Vocabulary

INPUT: Final = "?"


@final
class Part:
    """A text compiled once. `evaluate(names, run)` gives the FEEL value, which may be a function; `names` gives FEEL
    values alone. It pays from the run, and raises EvaluationFault, or RecursionError where values are nested too deep.
    """

    __slots__ = ("evaluate", "names", "text")

    def __init__(self, text: str, names: frozenset[str], evaluate: EvaluatePart) -> None:
        self.text = text
        self.names = names
        self.evaluate = evaluate

    def __repr__(self) -> str:
        return f"Part({self.text!r})"


def compile_part(text: str, vocabulary: Vocabulary = EMPTY, limits: Limits = DEFAULT_LIMITS, zone: str = "UTC") -> Part:
    """An expression. Raises SyntaxFault as `compile_feel` does."""
    try:
        return _part(text, parse(text, limits, vocabulary), vocabulary, limits, zone)
    except SyntaxFault as fault:
        raise fault.within(text) from None


def compile_tests(
    text: str, vocabulary: Vocabulary = EMPTY, limits: Limits = DEFAULT_LIMITS, zone: str = "UTC"
) -> Part:
    """Unary tests (DMN 1.5, section 7.3.3): true where the value of the name `?` passes one of them."""
    try:
        return _part(text, parse_tests(text, limits, vocabulary), vocabulary, limits, zone)
    except SyntaxFault as fault:
        raise fault.within(text) from None


def _part(text: str, tree: Node, vocabulary: Vocabulary, limits: Limits, zone: str) -> Part:
    emitter = Emitter(limits, zone_named(zone), vocabulary)
    result = emitter.native(tree)
    source = emitter.source
    if source.builds:
        result = source.write("settled({0}, limits, True)", result)
    return Part(text, frozenset(source.names), source.build_part(result))
