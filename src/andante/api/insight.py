"""What the past tells: reports by process, element, person and queue, forecasts, and the history for other tools."""

import datetime as dt
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Meta

from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import at, query_of, success
from andante.people import permissions as allow
from andante.runtime.insight import Period, Report, Spread
from andante.runtime.insight.exports import MEDIA
from andante.runtime.insight.reports import Reports as ReportsOf
from andante.timing.instants import parse_instant

PATH: Final = f"{BASE}/runtime/insight"
MOST: Final = 500
DAY: Final = 86_400_000


class PeriodQuery(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Days in ISO 8601, both included, in the server's zone, in which instances ended; without, the last 30 days."""

    first: str = ""
    last: str = ""
    version: str = ""


Q = TypeVar("Q", bound=PeriodQuery)


class SpreadShape(msgspec.Struct, frozen=True):
    """Durations in seconds, without what lies in suspensions; percentiles within 3%."""

    count: int
    mean: float
    p50: float
    p75: float
    p95: float


class ReportShape(msgspec.Struct, frozen=True):
    """`wait`: until somebody took it up; `work`: from then on. `attainment`: the part of SLA clocks in time, null where
    none has ended. `rework`: times that it was come back to, for each time that it was done. `share`: the part of the
    instances' whole time that passed here."""

    definition: str
    version: str
    name: str
    count: int
    cancelled: int
    incidents: int
    cycle: SpreadShape
    wait: SpreadShape
    work: SpreadShape
    met: int
    missed: int
    attainment: float | None
    rework: float
    share: float
    outcomes: dict[str, int]


class Reports(msgspec.Struct, frozen=True):
    """`fresh` is false while instances that are over are still to be counted."""

    Recs: list[ReportShape]
    total: int
    first: str
    last: str
    fresh: bool


def _spread(spread: Spread) -> SpreadShape:
    return SpreadShape(spread.count, spread.mean, spread.p50, spread.p75, spread.p95)


def _shape(r: Report) -> ReportShape:
    return ReportShape(
        r.definition, r.version, r.name, r.count, r.cancelled, r.incidents, _spread(r.cycle), _spread(r.wait),
        _spread(r.work), r.met, r.missed, r.attainment, r.rework, r.share, r.outcomes,
    )  # fmt: skip


def _day(number: int) -> str:
    return dt.date.fromordinal(number).isoformat()


def _answer(found: list[Report], period: Period, fresh: bool) -> Response[bytes]:
    recs = [_shape(each) for each in found]
    return success(Reports(recs, len(recs), _day(period.first), _day(period.last), fresh))


async def _asked(request: Call, kind: type[Q]) -> tuple[Q, ReportsOf, Period, bool]:
    """The query, what reports, over which days, and whether all is counted."""
    query, insight = query_of(request, kind), services(request).runtime.insight
    return query, insight.reports, insight.period(query.first, query.last), await insight.fresh()


@get(
    f"{PATH}/processes",
    operation=Operation(
        "How processes do", allow.INSIGHT_READ, Reports, query=PeriodQuery, tag="insight",
        description="Counts, cycle times and SLA attainment of what ended in the period, by process.",
    ),
)  # fmt: skip
async def processes(request: Call) -> Response[bytes]:
    _, reports, period, fresh = await _asked(request, PeriodQuery)
    return _answer(await reports.processes(period), period, fresh)


@get(
    f"{PATH}/processes/{{name:str}}/versions",
    operation=Operation("How a process's versions do", allow.INSIGHT_READ, Reports, query=PeriodQuery, tag="insight"),
)
async def versions(request: Call, name: FromPath[str]) -> Response[bytes]:
    _, reports, period, fresh = await _asked(request, PeriodQuery)
    return _answer(await reports.versions(period, name), period, fresh)


@get(
    f"{PATH}/processes/{{name:str}}/elements",
    operation=Operation(
        "How a process's elements do", allow.INSIGHT_READ, Reports, query=PeriodQuery, tag="insight",
        description="The one at which most time passes, the bottleneck, comes first.",
    ),
)  # fmt: skip
async def elements(request: Call, name: FromPath[str]) -> Response[bytes]:
    query, reports, period, fresh = await _asked(request, PeriodQuery)
    return _answer(await reports.elements(period, name, query.version), period, fresh)


class PeopleQuery(PeriodQuery, frozen=True, rename={"first": "from", "last": "to"}):
    """`definition`: tasks of this process alone."""

    definition: str = ""


@get(
    f"{PATH}/people",
    operation=Operation("Who completes tasks", allow.INSIGHT_READ, Reports, query=PeopleQuery, tag="insight"),
)
async def people(request: Call) -> Response[bytes]:
    query, reports, period, fresh = await _asked(request, PeopleQuery)
    return _answer(await reports.people(period, query.definition), period, fresh)


@get(
    f"{PATH}/queues",
    operation=Operation(
        "How queues and groups do", allow.INSIGHT_READ, Reports, query=PeopleQuery, tag="insight",
        description="Names are queue:x, group:x and role:x, as tasks are offered to them.",
    ),
)  # fmt: skip
async def queues(request: Call) -> Response[bytes]:
    query, reports, period, fresh = await _asked(request, PeopleQuery)
    return _answer(await reports.queues(period, query.definition), period, fresh)


class LoadShape(msgspec.Struct, frozen=True):
    """Open tasks of a person, or of what is offered: "queue:x", "group:x", "user:x", "*" for everybody."""

    who: str
    open: int
    overdue: int


class Load(msgspec.Struct, frozen=True):
    """Most work first."""

    Recs: list[LoadShape]
    total: int


@get(f"{PATH}/workload", operation=Operation("Who has what to do now", allow.INSIGHT_READ, Load, tag="insight"))
async def workload(request: Call) -> Response[bytes]:
    found = [LoadShape(*each) for each in await services(request).runtime.insight.workload()]
    return success(Load(found, len(found)))


class ForecastQuery(msgspec.Struct, frozen=True):
    definition: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


class ForecastShape(msgspec.Struct, frozen=True):
    """`late`: how likely the task is to be late, null where nothing is known; it lies between `low` and `high` with 95%
    confidence. `cases`: how many of the past half year were open as long as this one; under 30 it is not `certain`."""

    taskId: str  # noqa: N815 - the contract's spelling, here and below
    instanceId: str  # noqa: N815
    definition: str
    element: str
    name: str
    assignee: str
    dueAt: str  # noqa: N815
    cases: int
    late: float | None
    low: float
    high: float
    certain: bool
    breached: bool


class Forecasts(msgspec.Struct, frozen=True):
    """What is due first comes first."""

    Recs: list[ForecastShape]
    total: int


@get(
    f"{PATH}/forecast",
    operation=Operation(
        "What is likely to be late", allow.INSIGHT_READ, Forecasts, query=ForecastQuery, tag="insight",
        description="For open tasks with a time to keep: by how long the same step took in the past half year.",
    ),
)  # fmt: skip
async def forecast(request: Call) -> Response[bytes]:
    query, insight = query_of(request, ForecastQuery), services(request).runtime.insight
    await insight.fresh()
    found = [
        ForecastShape(
            f.task.id, f.task.instance_id, f.task.definition, f.task.element, f.task.name, f.task.assignee,
            at(f.due_at), f.cases, f.late, f.low, f.high, f.certain, f.breached,
        )
        for f in await insight.forecast(definition=query.definition, limit=query.limit)
    ]  # fmt: skip
    return success(Forecasts(found, len(found)))


class ExportQuery(PeriodQuery, frozen=True, rename={"first": "from", "last": "to"}):
    """Instances that started in the period."""

    format: Literal["xes", "csv"] = "xes"


@get(
    f"{PATH}/processes/{{name:str}}/export",
    operation=Operation(
        "Export a process's history", allow.INSIGHT_READ, query=ExportQuery, tag="insight",
        media="application/xml, text/csv", description="XES for process mining, or CSV with a row for each activity.",
    ),
)  # fmt: skip
async def export(request: Call, name: FromPath[str]) -> Stream:
    query, desk = query_of(request, ExportQuery), services(request)
    period = desk.runtime.insight.period(query.first, query.last)
    first = parse_instant(f"{_day(period.first)}T00:00:00", desk.zone)
    last = parse_instant(f"{_day(period.last + 1)}T00:00:00", desk.zone) - 1
    headers = {"Content-Disposition": f'attachment; filename="history.{query.format}"'}
    told = desk.runtime.insight.exports.stream(query.format, name, first, last)
    return Stream(told, media_type=MEDIA[query.format], headers=headers)


HANDLERS: Final = (processes, versions, elements, people, queues, workload, forecast, export)
