"""FEEL and `${...}`: text compiled once into a callable, bounded in length, depth, steps and size."""

from andante.expressions.expression import Expression, gathered, literal, variable
from andante.expressions.faults import DEFAULT_LIMITS, EvaluationFault, ExpressionError, Limits, SyntaxFault
from andante.expressions.feel import compile_feel
from andante.expressions.feel.part import INPUT, Part, compile_part, compile_tests
from andante.expressions.feel.vocabulary import Vocabulary
from andante.expressions.juel import compile_contract, compile_juel
from andante.expressions.output import to_feel, to_json
from andante.expressions.values import Function, Range, Run, Together, YearsMonths, native, type_name


def compile_text(text: str, limits: Limits = DEFAULT_LIMITS, zone: str = "UTC") -> Expression:
    """A text as models have it: FEEL after a leading `=`, `${...}` or `#{...}` where one is in it, else itself.

    SyntaxFault where it is none of the three; positions count from the text's own start.
    """
    start = text.lstrip()
    if start.startswith("="):
        try:
            return compile_feel(start[1:], limits, zone)
        except SyntaxFault as fault:
            raise fault.within(text, len(text) - len(start) + 1) from None
    if "${" in text or "#{" in text:
        return compile_juel(text, limits, zone)
    return literal(text)


__all__ = [
    "DEFAULT_LIMITS",
    "INPUT",
    "EvaluationFault",
    "Expression",
    "ExpressionError",
    "Function",
    "Limits",
    "Part",
    "Range",
    "Run",
    "SyntaxFault",
    "Together",
    "Vocabulary",
    "YearsMonths",
    "compile_contract",
    "compile_feel",
    "compile_juel",
    "compile_part",
    "compile_tests",
    "compile_text",
    "gathered",
    "literal",
    "native",
    "to_feel",
    "to_json",
    "type_name",
    "variable",
]
