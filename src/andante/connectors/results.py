"""What a job's answer sets, as its model says."""

from collections.abc import Mapping

from andante.connectors.faults import Wrong
from andante.expressions import ExpressionError, compile_text, to_json


def set_by(
    headers: Mapping[str, str], whole: object, known: Mapping[str, object], now: int, example: str
) -> dict[str, object]:
    """`whole` goes to the variable that the header resultVariable names; resultExpression, FEEL on what is `known`,
    gives variables. Raises Wrong."""
    found: dict[str, object] = {}
    if name := headers.get("resultVariable", ""):
        found[name] = whole
    if told := headers.get("resultExpression", ""):
        try:
            value = to_json(compile_text(told).evaluate(dict(known), now))
        except ExpressionError as fault:
            raise Wrong(f"resultExpression: {fault}") from None
        if not isinstance(value, dict):
            raise Wrong(f"resultExpression: it should give a context, such as {example}")
        found.update(value)
    return found
