"""What a person has started: how far it is, who has it, a reminder to them, taking it back where that is allowed."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, Caller, demand_instance_action
from andante.runtime import InstanceQuery, InstanceRecord, Problem, Runtime, TaskQuery, TaskRecord
from andante.runtime.sight import seeing_all
from andante.web.choosing import ALL_OPEN, CLOSED
from andante.web.desk import Desk, go, said
from andante.web.instances import all_history
from andante.web.paging import SIZE, part, skip_of
from andante.web.process import Process
from andante.web.session import Asked, caller, form

SHOWN: Final = {
    "open": (_("Open"), ALL_OPEN),
    "over": (_("Over"), CLOSED),
    "all": (_("All"), ()),
}
LONGEST_REASON: Final = 2_000
TOO_LATE: Final = "bpm.instance.pastWithdrawal"


class Line(msgspec.Struct, frozen=True):
    """An instance, its open tasks, and why it cannot be taken back ("": it can)."""

    record: InstanceRecord
    tasks: list[TaskRecord]
    why_not: str


@get("/started")
async def started(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _started(request, desk)


async def _started(request: Asked, desk: Desk, problem: Problem | AccessProblem | None = None) -> Response[str]:
    who, runtime = caller(request), desk.runtime
    asked = request.query_params.get("state", "open")
    chosen = asked if asked in SHOWN else "open"
    text, process = (request.query_params.get(name, "").strip()[:200] for name in ("q", "process"))
    skip = skip_of(request)

    def query(state: str) -> InstanceQuery:
        states = list(SHOWN[state][1])
        return InstanceQuery(states, name=process, text=text, created_by=who.user, roots=True, skip=skip, limit=SIZE)

    counts = {}
    for state in SHOWN:
        counting = query(state)
        counting.skip, counting.limit = 0, 1
        page = await runtime.instances(counting)
        counts[state] = (page.total, page.more)
    page = await runtime.instances(query(chosen))
    lines = [await _line(runtime, who, record) for record in page.items]
    names = {
        record.name: record.label or record.name
        for record in await runtime.definitions(limit=1_000)
        if record.kind in ("xml", "json")
    }
    values: dict[str, Any] = {
        "shown": SHOWN, "chosen": chosen, "counts": counts, "lines": lines, "text": text, "process": process,
        "processes": dict(sorted(names.items(), key=lambda each: each[1].lower())),
        "part": part(skip, len(lines), page.total),
    }  # fmt: skip
    return desk.page(request, "started.html", status=problem.status if problem else 200, problem=problem, **values)


async def _line(runtime: Runtime, who: Caller, record: InstanceRecord) -> Line:
    if record.closed:
        return Line(record, [], "over")
    with seeing_all():  # it is their own
        found = await runtime.tasks(TaskQuery(view="all", everything=True, instance_id=record.id, limit=SIZE))
    try:
        await demand_withdrawal(runtime, who, record)
    except (Problem, AccessProblem) as problem:
        why_not = problem.message
    else:
        why_not = ""
    return Line(record, [task for task in found.items if task.state == "open"], why_not)


async def demand_withdrawal(runtime: Runtime, who: Caller, record: InstanceRecord) -> None:
    """Raise AccessProblem for what is not theirs or not to be withdrawn, and Problem 409 once it has passed the element
    that its process names; what was returned from there has not passed it."""
    graph = await runtime.graph(record.definition_id)
    demand_instance_action(who, record, "withdraw", cancelable=graph.cancelable)
    last = graph.by_id.get(graph.no_cancel_after, -1)
    if last < 0:
        return
    detail = await runtime.detail(record.id)
    if any(_within(graph, token.element, last) for token in detail.tokens):
        return
    kinds = [each.kind for each in await all_history(runtime, record.id) if each.element == graph.no_cancel_after]
    if kinds.count("ElementEntered") > kinds.count("TaskReturned"):
        text = f"It has passed '{graph.no_cancel_after}' and cannot be withdrawn any more. Ask an operator to end it."
        raise Problem(TOO_LATE, 409, text)


def _within(graph: Process, element: str, outer: int) -> bool:
    """Whether the element is node `outer` or lies in that sub-process."""
    node = next((n for n, each in enumerate(graph.nodes) if each.id == element), -1)
    while node >= 0 and node != outer:
        node = graph.nodes[node].scope
    return node >= 0


@post("/started/{instance_id:str}/withdraw", status_code=200)
async def withdraw(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    """With a reason, which is kept in the history."""
    who, given = caller(request), await form(request)
    record = await desk.runtime.instance(instance_id)
    reason = str(given.get("reason", "")).strip()[:LONGEST_REASON]
    try:
        await demand_withdrawal(desk.runtime, who, record)
        if not reason:
            raise Problem("astrozero.0002", 400, _("Say why it is withdrawn: the reason is kept in the history."))
        await desk.runtime.act(instance_id, "terminate", who=who.user, reason=reason)
    except (Problem, AccessProblem) as problem:
        return await _started(request, desk, problem)
    title = record.title or record.label or record.name
    return go(request, "/started", said(request, _("“%(name)s” is withdrawn."), name=title))


HANDLERS: Final = (started, withdraw)
