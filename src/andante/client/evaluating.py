"""The calls that evaluate an expression or a decision without a process."""

from collections.abc import Mapping
from typing import Any

from andante.client import shapes
from andante.client.calls import BASE, Call, given


def evaluate(
    expression: str, *, language: str = "feel", context: Mapping[str, Any] | None = None, context_feel: str = ""
) -> Call[shapes.Evaluated]:
    """Evaluate a FEEL or JUEL expression on the server."""
    body = given(expression=expression, language=language, context=context, contextFeel=context_feel)
    return Call("POST", f"{BASE}/runtime/expressions/evaluate", shapes.Evaluated, body)


def decide(
    decision: str = "", *, definition: str = "", version: str = "", context: Mapping[str, Any] | None = None,
    context_feel: str = "",
) -> Call[shapes.Decided]:  # fmt: skip
    """Evaluate a decision, decision service or business knowledge model by its id or name: the active version, that
    `version`, or the one of the file that the definition of the id `definition` is from."""
    body = given(decision=decision, definition=definition, version=version, context=context, contextFeel=context_feel)
    return Call("POST", f"{BASE}/runtime/decisions/evaluate", shapes.Decided, body)
