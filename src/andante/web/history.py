"""What is over: tasks with who did them and whether in time, and instances with how they ended; as a file, too."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from andante.languages import mark as _
from andante.people import Caller, may, sight, whose
from andante.people import permissions as allow
from andante.runtime import InstanceQuery, InstanceRecord, TaskQuery, TaskRecord
from andante.runtime.insight.exports import csv_line
from andante.timing.instants import TimingError, iso, parse_instant
from andante.web.choosing import CLOSED
from andante.web.desk import SECURITY, Desk
from andante.web.paging import SIZE, part, skip_of
from andante.web.session import Asked, caller
from andante.web.sight import task_query

KINDS: Final = ("tasks", "instances")
SLA: Final = {"met": _("in time"), "breached": _("late")}
ENDS: Final = {
    "completed": (_("Completed"), ("Completed OK",)),
    "terminated": (_("Terminated"), ("User Terminated", "Terminated")),
}
TASK_ENDS: Final = {"completed": _("Completed"), "cancelled": _("Withdrawn")}
AT_ONCE: Final = 500  # rows that are read at a time for a file
MOST_ROWS: Final = 1_000_000
TASK_COLUMNS: Final = (
    "task", "name", "process", "version", "instance", "businessKey", "state", "outcome", "by", "created", "ended",
    "tookSeconds", "due", "inTime",
)  # fmt: skip
INSTANCE_COLUMNS: Final = (
    "instance", "title", "process", "version", "businessKey", "state", "startedBy", "started", "ended", "tookSeconds",
)  # fmt: skip


class Filter(msgspec.Struct, frozen=True):
    """What the address asks for; "" is unset. `since` and `until` are days, both included; `how` an end."""

    kind: str = "tasks"
    q: str = ""
    process: str = ""
    since: str = ""
    until: str = ""
    how: str = ""
    outcome: str = ""
    sla: str = ""

    def words(self, **other: str) -> str:
        """For an address, with some of it otherwise."""
        found = {name: getattr(self, name) for name in self.__struct_fields__} | other
        return urlencode({name: value for name, value in found.items() if value and (name, value) != ("kind", "tasks")})

    @property
    def narrow(self) -> bool:
        """Whether it leaves anything out."""
        return any(getattr(self, name) for name in self.__struct_fields__ if name != "kind")


def _filter(request: Asked, zone: str) -> Filter:
    """What cannot be is as if it were not asked for."""
    words = {name: request.query_params.get(name, "").strip()[:200] for name in Filter.__struct_fields__}
    words["kind"] = words["kind"] if words["kind"] in KINDS else "tasks"
    ends = ENDS if words["kind"] == "instances" else TASK_ENDS
    words["how"] = words["how"] if words["how"] in ends else ""
    words["sla"] = words["sla"] if words["sla"] in SLA and words["kind"] == "tasks" else ""
    words["outcome"] = words["outcome"] if words["kind"] == "tasks" else ""
    for name in ("since", "until"):
        if _day(words[name], zone) == 0:
            words[name] = ""
    return Filter(**words)


def _day(text: str, zone: str, *, after: int = 0) -> int:
    """The beginning (ms) of that day, or of so many days after; 0 for what is no day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
        return parse_instant(f"{day.isoformat()}T00:00:00", zone)
    except (ValueError, OverflowError, TimingError):
        return 0


def _tasks(who: Caller, asked: Filter, zone: str) -> TaskQuery:
    query = task_query(who, "history", everything=may(who, allow.TASK_READ_ANY) and sight(who).read.but)
    query.text, query.definition = asked.q, asked.process
    query.ended_from, query.ended_before = _day(asked.since, zone), _day(asked.until, zone, after=1)
    query.outcome, query.ended_as, query.sla_state = asked.outcome, asked.how, asked.sla
    return query


def _instances(who: Caller, asked: Filter, zone: str) -> InstanceQuery:
    own, read = whose(who)
    return InstanceQuery(
        states=list(ENDS[asked.how][1] if asked.how else CLOSED),
        text=asked.q,
        name=asked.process,
        started_from=_day(asked.since, zone),
        started_before=_day(asked.until, zone, after=1),
        order_field="ended_at",
        own=own,
        read=read,
    )


@get("/history")
async def history(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, asked = caller(request), _filter(request, desk.zone)
    skip = skip_of(request)
    tasks: list[TaskRecord] = []
    instances: list[InstanceRecord] = []
    if asked.kind == "instances":
        wanted = _instances(who, asked, desk.zone)
        wanted.skip, wanted.limit = skip, SIZE
        found = await desk.runtime.instances(wanted)
        instances, total = found.items, found.total
    else:
        query = _tasks(who, asked, desk.zone)
        query.skip, query.limit = skip, SIZE
        page = await desk.runtime.tasks(query)
        tasks, total = page.items, page.total
    names = {record.name: record.label or record.name for record in await desk.runtime.definitions(limit=1_000)
             if record.kind in ("xml", "json")}  # fmt: skip
    ends = {key: words for key, (words, _states) in ENDS.items()} if asked.kind == "instances" else TASK_ENDS
    return desk.page(
        request, "history.html", asked=asked, tasks=tasks, instances=instances, slas=SLA, ends=ends,
        processes=dict(sorted(names.items(), key=lambda each: each[1].lower())),
        outcomes=sorted({task.outcome for task in tasks if task.outcome} | ({asked.outcome} - {""})),
        part=part(skip, len(tasks) + len(instances), total),
    )  # fmt: skip


@get("/history/export")
async def export(request: Asked, desk: NamedDependency[Desk]) -> Stream:
    """All that the filter finds, as a file of comma-separated values, sent while it is read."""
    who, asked = caller(request), _filter(request, desk.zone)
    rows = _instance_rows(desk, who, asked) if asked.kind == "instances" else _task_rows(desk, who, asked)
    headers = {**SECURITY, "Cache-Control": "private, no-store",
               "Content-Disposition": f'attachment; filename="{asked.kind}.csv"'}  # fmt: skip
    return Stream(rows, media_type="text/csv", headers=headers)


async def _task_rows(desk: Desk, who: Caller, asked: Filter) -> AsyncIterator[bytes]:
    yield csv_line(TASK_COLUMNS)
    query, sent = _tasks(who, asked, desk.zone), 0
    query.limit = AT_ONCE
    while sent < MOST_ROWS:
        page = await desk.runtime.tasks(query)
        sent += len(page.items)
        yield b"".join(csv_line(_task_row(task)) for task in page.items)
        if not page.after:
            return
        query.after = page.after


def _task_row(task: TaskRecord) -> tuple[object, ...]:
    late = {"met": "yes", "breached": "no"}.get(task.sla_state, "")
    return (
        task.id, task.name, task.definition, task.version, task.instance_id, task.business_key, task.state,
        task.outcome, task.ended_by, iso(task.created_at), iso(task.ended_at),
        (task.ended_at - task.created_at) // 1_000, iso(task.due_at) if task.due_at else "", late,
    )  # fmt: skip


async def _instance_rows(desk: Desk, who: Caller, asked: Filter) -> AsyncIterator[bytes]:
    yield csv_line(INSTANCE_COLUMNS)
    query, sent = _instances(who, asked, desk.zone), 0
    query.limit = AT_ONCE
    while sent < MOST_ROWS:
        page = await desk.runtime.instances(query)
        sent += len(page.items)
        yield b"".join(csv_line(_instance_row(record)) for record in page.items)
        if not page.after:
            return
        query.after = page.after


def _instance_row(record: InstanceRecord) -> tuple[object, ...]:
    return (
        record.id, record.title or record.label, record.name, record.version, record.business_key, record.state,
        record.created_by, iso(record.started_at), iso(record.ended_at) if record.ended_at else "",
        (record.ended_at - record.started_at) // 1_000 if record.ended_at else "",
    )  # fmt: skip


HANDLERS: Final = (history, export)
