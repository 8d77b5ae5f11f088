"""An instance's past as stretches of time: where each token stayed, and when it was worked, waited or stuck there."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, final

import msgspec

from andante.bpmn.graph import Node, ProcessGraph
from andante.codec import decode_entry
from andante.engine import events as ev
from andante.runtime.problem import Problem
from andante.store.store import Store

WORK: Final = "work"
WAIT: Final = "wait"
STUCK: Final = "stuck"
MILESTONE: Final = "milestone:"
PASSED: Final = ("goal", "deadline")


class Stretch(msgspec.Struct, frozen=True):
    """work, wait or stuck; from and to in ms, `ended` 0 while it lasts."""

    kind: str
    begun: int
    ended: int


class Passing(msgspec.Struct, frozen=True):
    """An SLA's target passed at `at` (ms): goal, deadline or a milestone's name."""

    at: int
    target: str


class Stay(msgspec.Struct):
    """One token at one element; `depth` sub-processes deep. Times in ms, `ended` 0 while it is there. `task` is the key
    of its user task, 0 without; `who` did it, or has it. `withdrawn`: it was not done."""

    element: str
    name: str
    kind: str
    depth: int
    begun: int
    ended: int = 0
    task: int = 0
    who: str = ""
    outcome: str = ""
    withdrawn: bool = False
    stretches: list[Stretch] = []
    passings: list[Passing] = []


class Stays(msgspec.Struct, frozen=True):
    """All of an instance, in the order of their beginning; `pauses` are its suspensions, `passings` those of the
    process's own SLA clocks."""

    begun: int
    ended: int
    stays: list[Stay]
    pauses: list[tuple[int, int]]
    passings: list[Passing]


@final
class _Open:
    """A token that is somewhere: since when it does what it does now."""

    __slots__ = ("before", "kind", "node", "since", "stay")

    def __init__(self, stay: Stay, node: int) -> None:
        self.stay = stay
        self.node = node
        self.kind = WORK
        self.before = WORK  # what it did when it got stuck
        self.since = stay.begun

    def turn(self, kind: str, at: int) -> None:
        if kind == self.kind:
            return
        self.close(at)
        self.kind, self.since = kind, at

    def close(self, at: int) -> None:
        if at > self.since:
            self.stay.stretches.append(Stretch(self.kind, self.since, at))

    def end(self, at: int) -> None:
        self.close(at)
        self.stay.ended = at


@final
class _Teller:
    """Takes the facts of a journal in order."""

    def __init__(self) -> None:
        self.nodes: Sequence[Node] = ()
        self.begun = self.ended = 0
        self.stays: list[Stay] = []
        self.pauses: list[tuple[int, int]] = []
        self.passings: list[Passing] = []
        self.paused_at = 0
        self._open: dict[int, _Open] = {}
        self._depth: dict[int, int] = {}  # by scope
        self._tasks: dict[int, int] = {}  # its token
        self._incidents: dict[int, int] = {}  # its token
        self._clocks: dict[int, list[Passing]] = {}

    def started(self, _fact: ev.InstanceStarted, at: int, _who: str) -> None:
        self.begun = at

    def migrated(self, fact: ev.Migrated, _at: int, _who: str) -> None:
        for one in self._open.values():
            one.node = fact.nodes.get(one.node, -1)

    def scope(self, fact: ev.ScopeOpened, _at: int, _who: str) -> None:
        self._depth[fact.scope] = self._depth.get(fact.parent, 0) + 1

    def entered(self, fact: ev.ElementEntered, at: int, who: str) -> None:
        self.left(fact, at, who)
        if 0 <= fact.node < len(self.nodes):
            node = self.nodes[fact.node]
            stay = Stay(node.id, node.name or node.id, node.kind_name, self._depth.get(fact.scope, 0), at)
            self.stays.append(stay)
            self._open[fact.token] = _Open(stay, fact.node)

    def left(self, fact: Any, at: int, _who: str) -> None:
        one = self._open.pop(fact.token, None)
        if one is not None:
            one.end(at)

    def withdrawn(self, fact: Any, at: int, who: str) -> None:
        one = self._open.get(fact.token)
        if one is not None:
            one.stay.withdrawn = True
        self.left(fact, at, who)

    def joined(self, fact: ev.TokenJoined, at: int, _who: str) -> None:
        self._turn(fact.token, WAIT, at)

    def offered(self, fact: ev.TaskCreated, at: int, _who: str) -> None:
        self._tasks[fact.task] = fact.token
        one = self._open.get(fact.token)
        if one is not None:
            one.stay.task, one.stay.who = fact.task, fact.assignee
            one.turn(WORK if fact.assignee else WAIT, at)

    def assigned(self, fact: ev.TaskAssigned, at: int, _who: str) -> None:
        one = self._open.get(self._tasks.get(fact.task, 0))
        if one is not None:
            one.stay.who = fact.assignee
            one.turn(WORK if fact.assignee else WAIT, at)

    def completed(self, fact: ev.TaskCompleted, at: int, who: str) -> None:
        one = self._open.get(self._tasks.get(fact.task, 0))
        if one is not None:
            one.stay.who, one.stay.outcome = who or one.stay.who, fact.outcome
            one.turn(WORK, at)

    def awaits(self, fact: ev.TimerSet | ev.SubscriptionOpened, at: int, _who: str) -> None:
        """The element itself waits, not an event at its edge."""
        one = self._open.get(fact.token)
        if one is not None and one.node == fact.node:
            one.turn(WAIT, at)

    def trouble(self, fact: ev.IncidentRaised, at: int, _who: str) -> None:
        self._incidents[fact.incident] = fact.token
        one = self._open.get(fact.token)
        if one is not None and one.kind != STUCK:
            one.before = one.kind
            one.turn(STUCK, at)

    def resolved(self, fact: ev.IncidentResolved, at: int, _who: str) -> None:
        one = self._open.get(self._incidents.pop(fact.incident, 0))
        if one is not None:
            one.turn(one.before, at)

    def clock(self, fact: ev.ClockStarted, _at: int, _who: str) -> None:
        token = self._tasks.get(fact.task, 0) if fact.task else fact.token
        one = self._open.get(token) if token else None
        self._clocks[fact.clock] = one.stay.passings if one is not None else self.passings

    def passed(self, fact: ev.ClockChanged, at: int, _who: str) -> None:
        told = self._clocks.get(fact.clock, self.passings)
        for each in fact.facts:
            if each in PASSED or each.startswith(MILESTONE):
                told.append(Passing(at, each.removeprefix(MILESTONE)))

    def suspended(self, _fact: ev.Suspended, at: int, _who: str) -> None:
        self.paused_at = self.paused_at or at

    def resumed(self, _fact: ev.Resumed, at: int, _who: str) -> None:
        if self.paused_at:
            self.pauses.append((self.paused_at, at))
        self.paused_at = 0

    def over(self, _fact: object, at: int, _who: str) -> None:
        self.ended = at
        for one in self._open.values():
            one.stay.withdrawn = True
            one.end(at)
        self._open.clear()

    def told(self) -> Stays:
        for one in self._open.values():
            one.stay.stretches.append(Stretch(one.kind, one.since, 0))
        pauses = [*self.pauses, (self.paused_at, self.ended)] if self.paused_at else self.pauses
        return Stays(self.begun, self.ended, self.stays, pauses, self.passings)

    def _turn(self, token: int, kind: str, at: int) -> None:
        one = self._open.get(token)
        if one is not None:
            one.turn(kind, at)


_TOLD: Final[dict[type, Callable[[_Teller, Any, int, str], None]]] = {
    ev.InstanceStarted: _Teller.started,
    ev.Migrated: _Teller.migrated,
    ev.ScopeOpened: _Teller.scope,
    ev.ElementEntered: _Teller.entered,
    ev.TokenEnded: _Teller.left,
    ev.TokenCancelled: _Teller.withdrawn,
    ev.TokenMoved: _Teller.withdrawn,
    ev.TokenJoined: _Teller.joined,
    ev.TaskCreated: _Teller.offered,
    ev.TaskAssigned: _Teller.assigned,
    ev.TaskCompleted: _Teller.completed,
    ev.TimerSet: _Teller.awaits,
    ev.SubscriptionOpened: _Teller.awaits,
    ev.IncidentRaised: _Teller.trouble,
    ev.IncidentResolved: _Teller.resolved,
    ev.ClockStarted: _Teller.clock,
    ev.ClockChanged: _Teller.passed,
    ev.Suspended: _Teller.suspended,
    ev.Resumed: _Teller.resumed,
    ev.Completed: _Teller.over,
    ev.Terminated: _Teller.over,
}


async def stays_of(store: Store, graph_of: Callable[[str], Awaitable[ProcessGraph]], instance_id: str) -> Stays:
    """From its journal; of a version of the definition that is deleted, elements are left out."""
    teller = _Teller()
    for at, who, data in await store.read(
        "select at, actor, data from journal where instance_id=? order by seq", (instance_id,)
    ):
        for fact in decode_entry(bytes(data))[1]:
            if isinstance(fact, ev.InstanceStarted | ev.Migrated):
                try:
                    teller.nodes = (await graph_of(fact.definition_id)).nodes
                except Problem:
                    teller.nodes = ()
            tell = _TOLD.get(type(fact))
            if tell is not None:
                tell(teller, fact, at, who)
    return teller.told()
