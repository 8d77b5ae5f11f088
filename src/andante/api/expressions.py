"""Evaluating an expression without a process: for modellers and for tests of their expressions."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post

from andante.api.errors import EXPRESSION, bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import body_of, choice, one_of, success
from andante.expressions import (
    DEFAULT_LIMITS,
    ExpressionError,
    SyntaxFault,
    compile_feel,
    compile_juel,
    to_feel,
    to_json,
    type_name,
)
from andante.people import permissions as allow
from andante.runtime import Problem

LANGUAGES: Final = ("feel", "juel")


class EvaluateBody(msgspec.Struct, frozen=True):
    """`context` gives the variables as JSON, or `contextFeel` as a FEEL context, which also knows dates and such."""

    expression: str
    language: Annotated[str, choice(*LANGUAGES)] = "feel"
    context: dict[str, Any] = {}
    contextFeel: str = ""  # noqa: N815 - the contract's spelling


class Evaluated(msgspec.Struct, frozen=True):
    """The value as JSON, as canonical FEEL text (exact where JSON is not), and the name of its FEEL type."""

    value: Any
    feel: str
    type: str


@post(
    f"{BASE}/runtime/expressions/evaluate",
    status_code=200,
    operation=Operation(
        "Evaluate an expression", allow.EXPRESSION_EVALUATE, Evaluated, EvaluateBody, tag="expressions",
        errors=(EXPRESSION,), description="Faults say the position where reading stopped.",
    ),
)  # fmt: skip
async def evaluate(request: Call) -> Response[bytes]:
    body = await body_of(request, EvaluateBody)
    one_of("language", body.language, LANGUAGES)
    desk = services(request)
    return success(await asyncio.to_thread(_evaluate, body, desk.runtime.clock.now(), desk.zone))


def _evaluate(body: EvaluateBody, now: int, zone: str) -> Evaluated:
    names = context_of(body.context, body.contextFeel, now, zone)
    try:
        compiler = compile_feel if body.language == "feel" else compile_juel
        value = compiler(body.expression, DEFAULT_LIMITS, zone).evaluate(names, now)
        return Evaluated(to_json(value), to_feel(value), type_name(value))
    except ExpressionError as fault:
        raise _faulty("expression", fault) from None


def context_of(context: dict[str, Any], context_feel: str, now: int, zone: str) -> Mapping[str, object]:
    """The variables of a request. Raises Problem."""
    if not context_feel:
        return context
    field = "contextFeel"
    try:
        given = compile_feel(context_feel, DEFAULT_LIMITS, zone).evaluate({}, now)
    except ExpressionError as fault:
        raise _faulty(field, fault) from None
    if not isinstance(given, dict):
        raise bad_parameter(field, f"it must be a context, not a {type_name(given)}.")
    return given


def _faulty(field: str, fault: ExpressionError) -> Problem:
    detail: dict[str, Any] = {"field": field, "message": str(fault)}
    if isinstance(fault, SyntaxFault):
        detail["position"] = fault.position
    return Problem(EXPRESSION, 400, f"{field}: {fault}", [detail])


HANDLERS: Final = (evaluate,)
