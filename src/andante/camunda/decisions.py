"""Decisions: which there are, their XML, and evaluating them."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.camunda.definition_shapes import DECISION, all_of, by_key, current, decision_shape, numbers, one
from andante.camunda.values import NOTE, Given, shown, written
from andante.camunda.wire import Paged, answer, body_of, counted, query_of
from andante.expressions import ExpressionError, to_json
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem
from andante.runtime import problem as codes

PATH: Final = "/decision-definition"
ONE: Final = f"{PATH}/{{definition_id:str}}"
KEY: Final = f"{PATH}/key/{{key:str}}"
KINDS: Final = (DECISION,)


class ListQuery(Paged):
    """Which decision definitions."""

    decisionDefinitionId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    key: str = ""
    name: str = ""
    latestVersion: bool = False  # noqa: N815


class EvaluateBody(msgspec.Struct):
    variables: Given = {}


async def _found(request: Call) -> tuple[list[dict[str, Any]], ListQuery]:
    asked = await query_of(request, ListQuery)
    records = [record for record in await all_of(services(request)) if record.kind == DECISION]
    number = numbers(records)
    if asked.latestVersion:
        names = dict.fromkeys(record.name for record in records)
        newest = [current([each for each in records if each.name == name]) for name in names]
        records = [record for record in newest if record is not None]
    kept = [
        decision_shape(each, number[each.id]) for each in records
        if asked.decisionDefinitionId in ("", each.id) and asked.key in ("", each.name)
        and asked.name in ("", each.label) and not asked.nowhere
    ]  # fmt: skip
    return (kept[::-1] if asked.sortOrder == "desc" else kept), asked


@get(PATH, operation=Operation("List decision definitions", allow.DEFINITION_READ, query=ListQuery))
async def find(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{PATH}/count", operation=Operation("Count decision definitions", allow.DEFINITION_READ, query=ListQuery))
async def count(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


@get(ONE, operation=Operation("Read a decision definition", allow.DEFINITION_READ))
async def read(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return answer(decision_shape(*await one(services(request), definition_id, KINDS)))


@get(KEY, operation=Operation("Read a decision definition", allow.DEFINITION_READ, description="The active version."))
async def read_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return answer(decision_shape(*await by_key(services(request), key, KINDS)))


async def _xml(request: Call, record: DefinitionRecord) -> Response[bytes]:
    source = await services(request).runtime.definition_source(record.id)
    return answer({"id": record.id, "dmnXml": source.decode(errors="replace")})


@get(f"{ONE}/xml", operation=Operation("Read the XML of a decision definition", allow.DEFINITION_READ))
async def xml(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _xml(request, (await one(services(request), definition_id, KINDS))[0])


@get(f"{KEY}/xml", operation=Operation("Read the XML of a decision definition", allow.DEFINITION_READ))
async def xml_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _xml(request, (await by_key(services(request), key, KINDS))[0])


async def _evaluate(request: Call, record: DefinitionRecord) -> Response[bytes]:
    """For each rule that counts its outputs, as typed values."""
    desk, body = services(request), await body_of(request, EvaluateBody)
    names = {name: value for name, value in written(body.variables).items() if not name.startswith(NOTE)}
    outcome = await desk.runtime.decide(record.name, variables=names, definition=record.id)
    try:
        rows = [row if isinstance(row, Mapping) else {record.name: row} for row in outcome.rows]
        found = [{name: shown(to_json(value), zone=desk.zone) for name, value in row.items()} for row in rows]
    except ExpressionError as fault:
        raise Problem(codes.DECISION_FAULT, 400, f"The result cannot be written: {fault}.") from None
    return answer(found)


@post(
    f"{ONE}/evaluate", status_code=200,
    operation=Operation("Evaluate a decision", allow.DECISION_EVALUATE, body=EvaluateBody),
)  # fmt: skip
async def evaluate(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _evaluate(request, (await one(services(request), definition_id, KINDS))[0])


@post(
    f"{KEY}/evaluate", status_code=200,
    operation=Operation("Evaluate a decision", allow.DECISION_EVALUATE, body=EvaluateBody),
)  # fmt: skip
async def evaluate_by_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _evaluate(request, (await by_key(services(request), key, KINDS))[0])


HANDLERS: Final = (count, find, read_by_key, xml_by_key, evaluate_by_key, read, xml, evaluate)
