"""FEEL, the expression language of DMN 1.5 (chapter 10)."""

from andante.expressions.code import Code
from andante.expressions.expression import FEEL, Expression, zone_named
from andante.expressions.faults import DEFAULT_LIMITS, Limits, SyntaxFault
from andante.expressions.feel import composite  # noqa: F401 # enters its half of the emitters
from andante.expressions.feel.emitter import Emitter
from andante.expressions.feel.parser import parse


def compile_feel(text: str, limits: Limits = DEFAULT_LIMITS, zone: str = "UTC") -> Expression:
    """Compile a FEEL expression. `zone` is that of now() and today(). A name that is no variable is null.

    SyntaxFault with the position of what cannot be read, an unknown function, or more than the limits allow.
    """
    emitter = Emitter(limits, zone_named(zone))
    try:
        result: Code = emitter.native(parse(text, limits))
    except SyntaxFault as fault:
        raise fault.within(text) from None
    source = emitter.source
    if source.builds:
        result = source.write("settled({0}, limits)", result)
    return Expression(text, FEEL, frozenset(source.names), source.build(result), pure=not source.uses_clock)
