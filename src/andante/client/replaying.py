"""The call that shows an instance as it was, and what it answers."""

from typing import Any
from urllib.parse import quote

from andante.client.calls import BASE, Call
from andante.client.shapes import HistoryEntry, Incident, Instance, Shape, SlaClock, TokenAt


class PastTask(Shape, frozen=True, kw_only=True):
    """A task that was open."""

    id: str
    name: str
    element: str
    assignee: str
    candidates: list[str]
    owner: str
    priority: int
    created_at: str
    goal_at: str
    due_at: str


class PastTimer(Shape, frozen=True, kw_only=True):
    """A timer that was armed."""

    element: str
    due_at: str
    cycle: str


class PastAwaited(Shape, frozen=True, kw_only=True):
    """A message, signal or condition that was awaited."""

    element: str
    kind: str
    name: str
    correlation: str


class PastJob(Shape, frozen=True, kw_only=True):
    """A job that was to be done."""

    id: str
    element: str
    type: str
    retries: int
    retry_at: str


class PastCall(Shape, frozen=True, kw_only=True):
    """A called instance that was awaited."""

    element: str
    instance_id: str
    name: str


class InnerVariables(Shape, frozen=True, kw_only=True):
    """Variables of a sub-process, or of a token at an element."""

    element: str
    variables: dict[str, Any]


class Past(Shape, frozen=True, kw_only=True):
    """An instance after command `seq` of `last`; `facts` are what that command did."""

    instance: Instance
    seq: int
    last: int
    at: str
    who: str
    command: str
    tokens: list[TokenAt]
    tasks: list[PastTask]
    variables: dict[str, Any]
    inner: list[InnerVariables]
    timers: list[PastTimer]
    awaited: list[PastAwaited]
    jobs: list[PastJob]
    calls: list[PastCall]
    incidents: list[Incident]
    sla: list[SlaClock]
    parked: int
    facts: list[HistoryEntry]


def replay(instance_id: str, *, until: int = 0, at: str = "") -> Call[Past]:
    """An instance as it was after command `until` (0: the last), or by the time `at` (ISO 8601)."""
    query: dict[str, object] = {"until": until, "at": at}
    return Call("GET", f"{BASE}/runtime/instances/{quote(instance_id, safe='')}/replay", Past, query=query)
