"""The SLA clocks of an instance looked at closely: each target, what is left of it, and who has given it more time."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.engine import events as ev
from andante.engine.calendars import Calendars
from andante.engine.clocked import node_of, sla_of
from andante.engine.state import Instance
from andante.engine.waits import Clock
from andante.timing.sla import CONDITION, SUSPENDED

# Of several clocks the instance shows the state that comes first here.
WORST: Final = ("breached", "goal passed", "at risk", "paused", "on track", "met")


class TargetView(msgspec.Struct, frozen=True):
    """Goal, deadline or a milestone: when it is due (ms), whether it has passed, and what is left of it in ms, of
    `working` time or plain time; negative when it is over."""

    name: str
    due_at: int
    passed: bool
    working: bool
    left_ms: int


class ExtensionView(msgspec.Struct, frozen=True):
    """More time that an operator gave."""

    at: int
    who: str
    targets: list[str]
    by_ms: int
    reason: str


class ClockView(msgspec.Struct, frozen=True):
    """An SLA clock. `kind` is task, stage or process: of the task `task` (its id, else ""), of the element `element`
    ("" for the process). Times in ms, 0 unset. `paused_for`: suspended, condition."""

    name: str
    task: str
    element: str
    goal_at: int
    deadline_at: int
    paused_at: int
    state: str
    kind: str
    targets: list[TargetView]
    paused_for: list[str]
    extensions: list[ExtensionView]


def clocks(
    graph: ProcessGraph,
    instance: Instance,
    now: int,
    calendars: Calendars,
    extensions: Mapping[int, list[ExtensionView]] | None = None,
) -> list[ClockView]:
    """Those that run, as they stand at `now` (ms); `extensions` by the key of the clock. Reminders alone are none."""
    return [
        _clock(graph, instance, clock, now, calendars, (extensions or {}).get(clock.key, []))
        for clock in instance.clocks.values()
        if clock.state.first_at
    ]


def _clock(
    graph: ProcessGraph, instance: Instance, clock: Clock, now: int, calendars: Calendars, more: list[ExtensionView]
) -> ClockView:
    state, node, policy = clock.state, node_of(instance, clock), sla_of(graph, instance, clock).policy
    calendar = calendars.known(clock.calendar)
    targets = [
        TargetView(
            policy.name_of(index), state.ats[index], state.has_passed(index), target.business,
            state.left(policy, index, now, calendar),
        )
        for index, target in enumerate(policy.targets)
        if target is not None
    ]  # fmt: skip
    targets.sort(key=lambda each: each.due_at)
    reasons = [name for bit, name in ((SUSPENDED, "suspended"), (CONDITION, "condition")) if state.why & bit]
    kind = "task" if clock.task else "stage" if clock.token else "process"
    return ClockView(
        policy.name, f"{instance.id}-{clock.task}" if clock.task else "", graph.nodes[node].id if node >= 0 else "",
        state.goal_at, state.deadline_at, state.paused_at, state.state(now), kind, targets, reasons, more,
    )  # fmt: skip


class Told:
    """What the journal tells of an instance's clocks: the extensions of each by its key, and how those of the process
    ended."""

    def __init__(self) -> None:
        self.extensions: dict[int, list[ExtensionView]] = {}
        self._own: set[int] = set()
        self._ended: list[str] = []

    def take(self, fact: ev.Event, at: int, who: str) -> None:
        if isinstance(fact, ev.ClockExtended):
            found = ExtensionView(at, who, fact.targets, fact.by_ms, fact.reason)
            self.extensions.setdefault(fact.clock, []).append(found)
        elif isinstance(fact, ev.ClockStarted) and not fact.task and not fact.token:
            self._own.add(fact.clock)
        elif isinstance(fact, ev.ClockStopped) and fact.clock in self._own:
            self._ended.append(fact.state.state(at))

    def state(self, running: Iterable[ClockView]) -> str:
        """The worst of the process's own clocks, "" where it has none."""
        found = {*self._ended, *(clock.state for clock in running if clock.kind == "process")}
        return next((state for state in WORST if state in found), "")
