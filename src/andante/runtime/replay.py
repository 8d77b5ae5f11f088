"""An instance as it was after any of its commands: its journal told again, up to there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Final

import msgspec

from andante.bpmn import kinds
from andante.bpmn.graph import ProcessGraph
from andante.codec import decode_entry
from andante.engine import events as ev
from andante.engine.apply import apply, begin
from andante.engine.calendars import Calendars
from andante.engine.gate import allowed
from andante.engine.state import Instance
from andante.engine.waits import Job, Subscription, Timer
from andante.runtime import views
from andante.runtime.clock_views import ClockView, Told
from andante.runtime.clock_views import clocks as clock_views
from andante.runtime.problem import INSTANCE_NOT_FOUND, PARAMETER, Problem
from andante.runtime.views import HistoryEntry, IncidentView, InstanceDetail, TokenView
from andante.store.projection import instance_record, task_record
from andante.store.records import InstanceRecord, TaskRecord
from andante.store.store import Store

PAGE: Final = 500  # commands read at a time


class TimerView(msgspec.Struct, frozen=True):
    """A timer that was armed; `due_at` in ms, `cycle` "" where it would fire once."""

    key: int
    element: str
    due_at: int
    cycle: str


class AwaitedView(msgspec.Struct, frozen=True):
    """A message, signal or condition that was awaited."""

    key: int
    element: str
    kind: str
    name: str
    correlation: str


class OpenJobView(msgspec.Struct, frozen=True):
    """Work that was to be done; `retry_at` in ms, 0 for at once."""

    key: int
    element: str
    type: str
    retries: int
    retry_at: int


class CallView(msgspec.Struct, frozen=True):
    """A called instance that was awaited."""

    element: str
    instance_id: str
    name: str


class Past(msgspec.Struct, frozen=True):
    """An instance after its command number `seq` of `last`, which was carried out at `at` (ms) for `who`, and what
    that command did (`facts`). `variables` are the process's own; `inner` has those of open sub-processes and of
    single tokens, by element."""

    seq: int
    last: int
    at: int
    who: str
    command: str
    record: InstanceRecord
    tokens: list[TokenView]
    tasks: list[TaskRecord]
    variables: dict[str, object]
    inner: list[tuple[str, dict[str, object]]]
    timers: list[TimerView]
    awaited: list[AwaitedView]
    jobs: list[OpenJobView]
    calls: list[CallView]
    incidents: list[IncidentView]
    sla: list[ClockView]
    parked: int
    facts: list[HistoryEntry]
    allowed: dict[str, bool]

    @property
    def detail(self) -> InstanceDetail:
        """As the page of an open instance shows it."""
        return InstanceDetail(
            self.record, self.tokens, self.incidents, self.sla, self.allowed,
            [call.instance_id for call in self.calls], self.parked,
        )  # fmt: skip


async def entries(store: Store, instance_id: str) -> AsyncIterator[views.Entry]:
    """The journal in order: number, time (ms), actor, command, facts; a page of it in memory at a time."""
    after = 0
    while True:
        rows = await store.read(
            "select seq, at, actor, data from journal where instance_id=? and seq>? order by seq limit ?",
            (instance_id, after, PAGE),
        )
        for seq, at, actor, data in rows:
            command, facts = decode_entry(bytes(data))
            yield seq, at, actor, command, facts
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


async def replay(
    store: Store,
    graph_of: Callable[[str], Awaitable[ProcessGraph]],
    calendars: Calendars,
    instance_id: str,
    until: int = 0,
    at: int = 0,
) -> Past:
    """After command `until`, or after the last that was carried out by `at` (ms). With neither, as it stands now: that
    is read, not told again. What was left of working time is counted by the calendars of today.

    Raises Problem: 404 where there is no such instance, or not any longer the version of its definition that it went
    by then; 400 where it had no such command.
    """
    row = await store.get("select seq from instance where id=?", (instance_id,))
    if row is None:
        raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'.")
    last: int = row[0]
    if until > last:
        raise Problem(PARAMETER, 400, f"until: the instance has had {last} commands, not {until}.")
    if not until and not at:
        _, instance = await views.load(store, instance_id)
        journal = await views.journal(store, instance_id)
        return await present(graph_of, calendars, instance, journal, await views.told_of(graph_of, journal))
    instance = Instance(instance_id)
    entered: dict[int, int] = {}
    of_clocks = Told()
    command = ""
    async for seq, moment, actor, what, facts in entries(store, instance_id):
        if (until and seq > until) or (at and moment > at):
            break
        begin(instance, moment, actor)
        command = type(what).__name__
        for fact in facts:
            apply(instance, fact)
            if isinstance(fact, ev.ElementEntered):
                entered[fact.token] = moment
            else:
                of_clocks.take(fact, moment, actor)
    if not instance.seq:
        raise Problem(PARAMETER, 400, "at: the instance had not been started by then.")
    graph = await graph_of(instance.definition_id)
    told = await views.history(store, graph_of, instance_id, instance.seq - 1, 1)
    clocks = clock_views(graph, instance, instance.modified_at, calendars, of_clocks.extensions)
    return _past(graph, instance, last, command, entered, told, clocks)


async def present(
    graph_of: Callable[[str], Awaitable[ProcessGraph]], calendars: Calendars, instance: Instance,
    journal: list[views.Entry], told: list[HistoryEntry],
) -> Past:  # fmt: skip
    """As it stands now, of its journal and what there is to tell of it, which were read already."""
    entered, of_clocks = views.looked(journal)
    graph = await graph_of(instance.definition_id)
    clocks = clock_views(graph, instance, instance.modified_at, calendars, of_clocks.extensions)
    command = type(journal[-1][3]).__name__ if journal else ""
    facts = [each for each in told if each.seq == instance.seq]
    return _past(graph, instance, instance.seq, command, entered, facts, clocks)


def _past(
    graph: ProcessGraph, i: Instance, last: int, command: str, entered: dict[int, int], facts: list[HistoryEntry],
    clocks: list[ClockView],
) -> Past:  # fmt: skip
    def element(node: int) -> str:
        return graph.nodes[node].id if node >= 0 else ""

    inner = [(element(scope.node), dict(scope.variables)) for scope in i.scopes.values() if scope.key]
    inner += [(element(token.node), dict(token.locals)) for token in i.tokens.values() if token.locals]
    calls = [CallView(element(i.tokens[call.token].node), call.child_id, call.name) for call in i.calls.values()]
    return Past(
        i.seq, max(last, i.seq), i.modified_at, i.modified_by, command, instance_record(graph, i),
        views.tokens(graph, i, entered), [task_record(graph, i, task) for task in i.tasks.values()], dict(i.variables),
        [(name, values) for name, values in inner if values], _timers(graph, i.timers.values()),
        _awaited(graph, i.subscriptions.values()), _jobs(graph, i.jobs.values()), calls, views.incidents(graph, i),
        clocks, len(i.parked), facts, allowed(i),
    )  # fmt: skip


def _timers(graph: ProcessGraph, found: Iterable[Timer]) -> list[TimerView]:
    return [TimerView(each.key, graph.nodes[each.node].id, each.due_at, each.cycle) for each in found]


def _awaited(graph: ProcessGraph, found: Iterable[Subscription]) -> list[AwaitedView]:
    return [
        AwaitedView(
            each.key, graph.nodes[each.node].id, kinds.EVENT_NAMES[each.kind], each.name, each.correlation or ""
        )
        for each in found
    ]


def _jobs(graph: ProcessGraph, found: Iterable[Job]) -> list[OpenJobView]:
    return [OpenJobView(each.key, graph.nodes[each.node].id, each.type, each.retries, each.retry_at) for each in found]
