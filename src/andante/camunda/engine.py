"""The engine and its version."""

import importlib.metadata
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from andante.api.operation import Operation
from andante.api.services import Call, caller, services
from andante.camunda.faults import absent
from andante.camunda.wire import Paged, answer, moment, query_of
from andante.people import permissions as allow
from andante.people.permissions import whose
from andante.runtime import InstanceQuery

NAME: Final = "default"
STARTED: Final = ("process-instances", "root-process-instance-start")


@get("/engine", operation=Operation("List the engines", allow.PUBLIC, description="There is one, named default."))
async def engines(request: Call) -> Response[bytes]:
    return answer([{"name": NAME}])


@get("/version", operation=Operation("Read the version", allow.DEFINITION_READ, description="Andante's own."))
async def version(request: Call) -> Response[bytes]:
    return answer({"version": importlib.metadata.version("andante")})


class SumQuery(Paged):
    """The time in which they began."""

    startDate: str = ""  # noqa: N815 - Camunda's spelling, here and below
    endDate: str = ""  # noqa: N815


@get(
    "/metrics/{name:str}/sum",
    operation=Operation(
        "Count process instances that were started", allow.INSIGHT_READ, query=SumQuery,
        description=f"The metrics {' and '.join(STARTED)}: of those that are kept, without called ones.",
    ),
)  # fmt: skip
async def metric(request: Call, name: FromPath[str]) -> Response[bytes]:
    asked, desk = await query_of(request, SumQuery), services(request)
    if name not in STARTED:
        raise absent(f"metric '{name}' here", "Read /metrics, or insight.")
    own, read = whose(caller(request))
    query = InstanceQuery(
        roots=True, own=own, read=read, limit=1, started_from=moment("startDate", asked.startDate, desk.zone),
        started_before=moment("endDate", asked.endDate, desk.zone),
    )  # fmt: skip
    return answer({"result": (await desk.runtime.instances(query)).total})


HANDLERS: Final = (engines, version, metric)
