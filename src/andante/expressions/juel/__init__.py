"""`${...}`: the part of the Unified Expression Language (JSR 245) that models commonly use, and the contract's form."""

from andante.expressions.code import Code
from andante.expressions.expression import JUEL, Expression, literal, zone_named
from andante.expressions.faults import DEFAULT_LIMITS, Limits, SyntaxFault
from andante.expressions.juel.emitter import Emitter
from andante.expressions.juel.lexer import parts, tokens
from andante.expressions.juel.parser import parse


def compile_juel(text: str, limits: Limits = DEFAULT_LIMITS, zone: str = "UTC") -> Expression:
    """Compile text with `${...}` or `#{...}` in it. A variable that is not there is an EvaluationFault.

    Where one expression is the whole text, its value is the value; otherwise the values are put into the text. Text
    without expressions is a literal. SyntaxFault with the position of what cannot be read, an unknown function or
    method, or more than the limits allow.
    """
    try:
        return _compile_juel(text, limits, zone)
    except SyntaxFault as fault:
        raise fault.within(text) from None


def _compile_juel(text: str, limits: Limits, zone: str) -> Expression:
    _check_length(text, limits)
    found = parts(text)
    expressions = [part for part in found if not isinstance(part, str)]
    if not expressions:
        return literal("".join(part for part in found if isinstance(part, str)))
    emitter = Emitter(limits, zone_named(zone))
    source = emitter.source
    if len(expressions) == 1 and all(not isinstance(part, str) or part.isspace() for part in found):
        result = emitter.emit(parse(expressions[0], limits))
    else:
        pieces = [
            source.constant(part)
            if isinstance(part, str)
            else source.write("text({0})", emitter.emit(parse(part, limits)))
            for part in found
        ]
        inside = ", ".join(f"{{{n}}}" for n in range(len(pieces)))
        result = source.write(f"joined(({inside},), limits)", *pieces)
    return _finish(emitter, text, result)


def compile_contract(text: str, limits: Limits = DEFAULT_LIMITS, zone: str = "UTC") -> Expression:
    """Compile a condition in the contract's form, such as `{!IsMatched} && {!Amount} > 100`.

    Its operators are those of `${...}`. A variable that has no value is null, and counts as false.
    """
    try:
        _check_length(text, limits)
        found, _ = tokens(text, 0, closing=False, references=True)
        emitter = Emitter(limits, zone_named(zone), loose=True)
        return _finish(emitter, text, emitter.emit(parse(found, limits)))
    except SyntaxFault as fault:
        raise fault.within(text) from None


def _check_length(text: str, limits: Limits) -> None:
    if len(text) > limits.max_length:
        raise SyntaxFault(f"The expression is longer than {limits.max_length} characters", limits.max_length)


def _finish(emitter: Emitter, text: str, result: Code) -> Expression:
    source = emitter.source
    if not result.native:
        result = source.write("nat({0})", result)
    evaluate = source.build(result, emitter.unknown)
    return Expression(text, JUEL, frozenset(source.names), evaluate, pure=not source.uses_clock)
