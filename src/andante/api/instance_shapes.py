"""How an instance is written: the contract's run shape (2.1) and list shape (2.2), and our detail around the first."""

from collections.abc import Callable
from typing import Final, cast

import msgspec

from andante.api.wire import at, clock_time
from andante.runtime import ClockView, InstanceDetail, InstanceRecord

EXT_COUNT: Final = 8


class RunShape(msgspec.Struct, frozen=True):
    """Contract 2.1: every key, in the printed order. Times are in the server's zone, "" when unset."""

    name: str
    version: str
    id: str
    processDefID: str  # noqa: N815 - the contract's spelling, here and below
    interviewLabel: str  # noqa: N815
    nextElem: str  # noqa: N815
    isTest: bool  # noqa: N815
    state: str
    bpStatus: str  # noqa: N815
    urgency: int
    taskOutcome: str  # noqa: N815
    businessKey: str  # noqa: N815
    startTime: str  # noqa: N815
    endTime: str  # noqa: N815
    Ext1: str
    Ext2: str
    Ext3: str
    Ext4: str
    Ext5: str
    Ext6: str
    Ext7: float
    Ext8: float
    suspended: bool
    isClosed: bool  # noqa: N815


class TokenShape(msgspec.Struct, frozen=True):
    """A token: where it is, since when (ISO 8601), and its number, by which it may be moved."""

    element: str
    state: str
    since: str
    token: int


class IncidentShape(msgspec.Struct, frozen=True):
    """What stopped the instance and where."""

    id: int
    element: str
    kind: str
    message: str
    at: str


class TargetShape(msgspec.Struct, frozen=True):
    """Goal, deadline or a milestone. `remaining` in seconds, of working time if `working`; negative when it is over."""

    name: str
    dueAt: str  # noqa: N815
    passed: bool
    working: bool
    remaining: int


class ExtensionShape(msgspec.Struct, frozen=True):
    """More time that an operator gave: `by` in seconds."""

    at: str
    who: str
    targets: list[str]
    by: int
    reason: str


class ClockShape(msgspec.Struct, frozen=True):
    """An SLA clock. `kind`: task, stage or process; `task` is "" for the latter two. `pausedFor`: suspended, condition.
    `state`: on track, at risk, goal passed, breached, paused or met."""

    name: str
    task: str
    element: str
    goalAt: str  # noqa: N815
    deadlineAt: str  # noqa: N815
    pausedAt: str  # noqa: N815
    state: str
    kind: str
    targets: list[TargetShape]
    pausedFor: list[str]  # noqa: N815
    extensions: list[ExtensionShape]


class DetailShape(RunShape, frozen=True):
    """2.1 and what an operator wants to see beside it. `slaState` is that of the process's own clocks."""

    title: str
    createdBy: str  # noqa: N815
    startedAt: str  # noqa: N815
    modifiedAt: str  # noqa: N815
    endedAt: str  # noqa: N815
    parentId: str  # noqa: N815
    rootId: str  # noqa: N815
    tokens: list[TokenShape]
    incidents: list[IncidentShape]
    sla: list[ClockShape]
    slaState: str  # noqa: N815
    allowed: dict[str, bool]
    children: list[str]
    parked: int


def run_shape(record: InstanceRecord, zone: str) -> RunShape:
    r = record
    e1, e2, e3, e4, e5, e6, e7, e8 = cast(tuple[str, str, str, str, str, str, float, float], tuple(r.ext))
    return RunShape(
        r.name, r.version, r.id, r.definition_id, r.label, r.next_element, r.is_test, r.state, r.bp_status, r.urgency,
        r.task_outcome, r.business_key, clock_time(r.started_at, zone), clock_time(r.ended_at, zone),
        e1, e2, e3, e4, e5, e6, e7, e8, r.suspended, r.closed,
    )  # fmt: skip


def clock_shape(c: ClockView) -> ClockShape:
    return ClockShape(
        c.name, c.task, c.element, at(c.goal_at), at(c.deadline_at), at(c.paused_at), c.state, c.kind,
        [TargetShape(t.name, at(t.due_at), t.passed, t.working, t.left_ms // 1_000) for t in c.targets], c.paused_for,
        [ExtensionShape(at(e.at), e.who, e.targets, e.by_ms // 1_000, e.reason) for e in c.extensions],
    )  # fmt: skip


def detail_shape(detail: InstanceDetail, zone: str) -> DetailShape:
    r = detail.record
    return DetailShape(
        **msgspec.structs.asdict(run_shape(r, zone)),
        title=r.title,
        createdBy=r.created_by,
        startedAt=at(r.started_at),
        modifiedAt=at(r.modified_at),
        endedAt=at(r.ended_at),
        parentId=r.parent_id,
        rootId=r.root_id,
        tokens=[TokenShape(t.element, t.state, at(t.since), t.token) for t in detail.tokens],
        incidents=[IncidentShape(i.id, i.element, i.kind, i.message, at(i.at)) for i in detail.incidents],
        sla=[clock_shape(clock) for clock in detail.sla],
        slaState=detail.sla_state,
        allowed=detail.allowed,
        children=detail.children,
        parked=detail.parked,
    )


Reader = Callable[[InstanceRecord, str], object]

# The list shape (2.2), in its printed, alphabetical order.
LIST_FIELDS: Final[dict[str, Reader]] = {
    "bpStage": lambda r, z: r.bp_stage,
    "bpStatus": lambda r, z: r.bp_status,
    "bpStep": lambda r, z: r.bp_step,
    "businessKey": lambda r, z: r.business_key,
    "createdBy": lambda r, z: r.created_by,
    "createdBy.__objectType": lambda r, z: "User",
    "createdBy.name": lambda r, z: r.created_by,
    "createdDate": lambda r, z: clock_time(r.started_at, z),
    "curElement": lambda r, z: r.current_element,
    "description": lambda r, z: r.description,
    "endTime": lambda r, z: clock_time(r.ended_at, z),
    "id": lambda r, z: r.id,
    "label": lambda r, z: r.label,
    "lastHandler": lambda r, z: r.last_handler or None,
    "lastModifiedBy": lambda r, z: r.modified_by,
    "lastModifiedBy.__objectType": lambda r, z: "User",
    "lastModifiedBy.name": lambda r, z: r.modified_by,
    "lastModifiedDate": lambda r, z: clock_time(r.modified_at, z),
    "name": lambda r, z: r.name,
    "owner": lambda r, z: r.owner,
    "owner.__objectType": lambda r, z: "User",
    "owner.name": lambda r, z: r.owner,
    "startTime": lambda r, z: clock_time(r.started_at, z),
    "state": lambda r, z: r.state,
    "suspended": lambda r, z: r.suspended,
    "title": lambda r, z: r.title,
    "type": lambda r, z: "BP",
    "urgency": lambda r, z: r.urgency,
    "version": lambda r, z: r.version,
}


def _ext(place: int) -> Reader:
    return lambda r, z: r.ext[place]


# Fields of 2.1 that `fields` may ask for too.
MORE_FIELDS: Final[dict[str, Reader]] = {
    "processDefID": lambda r, z: r.definition_id,
    "interviewLabel": lambda r, z: r.label,
    "nextElem": lambda r, z: r.next_element,
    "isTest": lambda r, z: r.is_test,
    "taskOutcome": lambda r, z: r.task_outcome,
    "isClosed": lambda r, z: r.closed,
    "parentId": lambda r, z: r.parent_id,
    "rootId": lambda r, z: r.root_id,
    **{f"Ext{n + 1}": _ext(n) for n in range(EXT_COUNT)},
}
FIELDS: Final = LIST_FIELDS | MORE_FIELDS

# Columns the list can be ordered by.
ORDER_COLUMNS: Final[dict[str, str]] = {
    "bpStage": "bp_stage",
    "bpStatus": "bp_status",
    "bpStep": "bp_step",
    "businessKey": "business_key",
    "createdBy": "created_by",
    "createdBy.name": "created_by",
    "createdDate": "started_at",
    "curElement": "current_element",
    "description": "description",
    "endTime": "ended_at",
    "id": "id",
    "interviewLabel": "label",
    "label": "label",
    "lastHandler": "last_handler",
    "lastModifiedBy": "modified_by",
    "lastModifiedBy.name": "modified_by",
    "lastModifiedDate": "modified_at",
    "name": "name",
    "nextElem": "next_element",
    "owner": "owner",
    "owner.name": "owner",
    "processDefID": "definition_id",
    "startTime": "started_at",
    "state": "state",
    "suspended": "suspended",
    "taskOutcome": "task_outcome",
    "title": "title",
    "urgency": "urgency",
    "version": "version",
}


def list_shape(record: InstanceRecord, fields: list[str], zone: str) -> dict[str, object]:
    """The chosen fields, all of 2.2 without a choice; `id` is always there."""
    chosen = LIST_FIELDS if not fields else {name: FIELDS[name] for name in dict.fromkeys(["id", *fields])}
    return {name: read(record, zone) for name, read in chosen.items()}
