"""How many instances of process definitions are open, and where they stand."""

from collections import Counter
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, Services, caller, services
from andante.camunda.definition_shapes import PROCESSES, all_of, by_key, numbers, one, process_shape
from andante.camunda.definitions import KEY, ONE, PATH
from andante.camunda.faults import absent
from andante.camunda.wire import Paged, answer, query_of
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, InstanceQuery
from andante.runtime.standing import MOST, Standing

READ: Final = allow.INSTANCE_READ_ANY
STUCK: Final = ("failedExternalTask", "failedJob")


class Filters(Paged):
    """What is counted beside instances."""

    failedJobs: bool = False  # noqa: N815 - Camunda's spelling, here and below
    incidents: bool = False
    incidentsForType: str = ""  # noqa: N815
    rootIncidents: bool = False  # noqa: N815


@get(
    f"{PATH}/statistics",
    operation=Operation(
        "Count instances by process definition", READ, query=Filters,
        description="Of incidents, those instances that have any: as failedJobs, and with no type.",
    ),
)  # fmt: skip
async def of_all(request: Call) -> Response[bytes]:
    asked, desk, who = await query_of(request, Filters), services(request), caller(request)
    if asked.incidentsForType:
        raise absent("count of incidents by their type and definition", "Use incidents, or GET /incident/count.")
    records = await all_of(desk)
    number = numbers(records)
    standing = await desk.runtime.standing.processes()
    found = []
    for record in records:
        if record.kind in PROCESSES and allow.may(who, READ, record.name) and not asked.nowhere:
            counts = standing.get((record.name, record.version), Standing())
            broken = [{"incidentType": None, "incidentCount": counts.incidents}] if counts.incidents else []
            found.append({
                "id": record.id, "instances": counts.opened, "failedJobs": counts.incidents if asked.failedJobs else 0,
                "incidents": broken if asked.incidents or asked.rootIncidents else [],
                "definition": process_shape(record, number[record.id]),
            })  # fmt: skip
    return answer(asked.part(found))


async def _stuck(desk: Services, record: DefinitionRecord) -> dict[str, Counter[str]]:
    """By activity how many incidents of which of Camunda's types, in the instances that broke last."""
    found: dict[str, Counter[str]] = {}
    query = InstanceQuery(broken=True, definition_id=record.id, limit=MOST)
    for each in (await desk.runtime.instances(query)).items:
        for incident in (await desk.runtime.detail(each.id)).incidents:
            found.setdefault(incident.element, Counter())[STUCK[incident.kind != "job"]] += 1
    return found


async def _activities(request: Call, record: DefinitionRecord) -> Response[bytes]:
    asked, desk = await query_of(request, Filters), services(request)
    allow.demand(caller(request), READ, record.name)
    tokens = (await desk.runtime.standing.elements(record.id)).tokens
    counted = asked.failedJobs or asked.incidents or asked.rootIncidents or asked.incidentsForType
    stuck = await _stuck(desk, record) if counted else {}
    found: list[dict[str, Any]] = []
    for element in tokens:
        types = stuck.get(element, Counter())
        told = [
            {"incidentType": kind, "incidentCount": number} for kind, number in sorted(types.items())
            if asked.incidentsForType in ("", kind)
        ]  # fmt: skip
        wanted = asked.incidents or asked.rootIncidents or asked.incidentsForType
        failed = types["failedJob"] if asked.failedJobs else 0
        found.append(
            {"id": element, "instances": tokens[element], "failedJobs": failed, "incidents": told if wanted else []}
        )
    return answer([] if asked.nowhere else found)


NOTE: Final = f"Of the {MOST} instances that were started last."


@get(f"{ONE}/statistics", operation=Operation("Count instances by activity", READ, query=Filters, description=NOTE))
async def of_one(request: Call, definition_id: FromPath[str]) -> Response[bytes]:
    return await _activities(request, (await one(services(request), definition_id))[0])


@get(f"{KEY}/statistics", operation=Operation("Count instances by activity", READ, query=Filters, description=NOTE))
async def of_key(request: Call, key: FromPath[str]) -> Response[bytes]:
    return await _activities(request, (await by_key(services(request), key))[0])


HANDLERS: Final = (of_all, of_key, of_one)
