"""Evaluating a decision without a process: for modellers, for tests, and for those who need but an answer."""

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, post
from msgspec import Meta

from andante.api.errors import EXPRESSION
from andante.api.expressions import context_of
from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import body_of, success
from andante.decisions import Applied, Outcome
from andante.expressions import ExpressionError, to_feel, to_json
from andante.people import permissions as allow
from andante.runtime import Problem
from andante.runtime import problem as codes


class DecideBody(msgspec.Struct, frozen=True):
    """`decision` is the id or name of a decision, decision service or business knowledge model; without it the one of
    `definition` is meant. `context` gives the variables as JSON, or `contextFeel` as a FEEL context, which also knows
    dates and such."""

    decision: str = ""
    definition: Annotated[str, Meta(description="The id of a definition made from DMN: its file is asked.")] = ""
    version: Annotated[str, Meta(description="Without it the active version decides.")] = ""
    context: dict[str, Any] = {}
    contextFeel: str = ""  # noqa: N815 - the contract's spelling


class MatchedRule(msgspec.Struct, frozen=True):
    """A rule that matched: the decision whose table it is in, its number from 1, and its id in the file."""

    decision: str
    number: int
    id: str


class Table(msgspec.Struct, frozen=True):
    """A decision table on the way: its inputs with their values as FEEL text, and its outputs by name, one object for
    each rule that counts."""

    decision: str
    inputs: list[list[str]]
    rules: list[int]
    outputs: list[dict[str, Any]]


class DecidedShape(msgspec.Struct, frozen=True):
    """The value as JSON and as canonical FEEL text (exact where JSON is not), the rules that matched in the order of
    evaluation, the tables they are in, and what there is to know, such as values that do not fit their type."""

    value: Any
    feel: str
    matched: list[MatchedRule]
    tables: list[Table]
    messages: list[str]


@post(
    f"{BASE}/runtime/decisions/evaluate",
    status_code=200,
    operation=Operation(
        "Evaluate a decision", allow.DECISION_EVALUATE, DecidedShape, DecideBody, tag="decisions",
        errors=(codes.DECISION_NOT_FOUND, codes.DEFINITION_NOT_FOUND, codes.DECISION_FAULT, EXPRESSION),
        description="Nothing is kept of it. Faults name the decision, the rule and the place.",
    ),
)  # fmt: skip
async def evaluate(request: Call) -> Response[bytes]:
    body = await body_of(request, DecideBody)
    desk = services(request)
    now = desk.runtime.clock.now()
    names = await asyncio.to_thread(context_of, body.context, body.contextFeel, now, desk.zone)
    outcome = await desk.runtime.decide(
        body.decision, variables=names, definition=body.definition, version=body.version
    )
    return success(_shape(outcome))


def _shape(outcome: Outcome) -> DecidedShape:
    try:
        value, feel = to_json(outcome.value), to_feel(outcome.value)
        tables = [_table(each) for each in outcome.applied]
    except ExpressionError as fault:
        raise Problem(codes.DECISION_FAULT, 400, f"The result cannot be written: {fault}.") from None
    matched = [MatchedRule(each.decision, rule.number, rule.id) for each in outcome.applied for rule in each.rules]
    return DecidedShape(value, feel, matched, tables, list(outcome.messages))


def _table(applied: Applied) -> Table:
    return Table(
        applied.decision,
        [[name, to_feel(value)] for name, value in applied.inputs],
        [rule.number for rule in applied.rules],
        [{name: to_json(value) for name, value in row.items()} for row in applied.outputs],
    )


HANDLERS: Final = (evaluate,)
