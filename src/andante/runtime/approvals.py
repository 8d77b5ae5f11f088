"""What an open task waits for where several decide it, and where it may be returned to."""

import math
from typing import Any, Final

import msgspec

from andante.bpmn.approvals import USUAL, approving, named_outcome, offered
from andante.bpmn.graph import ProcessGraph, UserTask
from andante.bpmn.voting import ANY_ONE
from andante.engine.approvals import Seat
from andante.engine.elements.approval import WHOLE, approver_name, needed_percent, policy_of, vote_shape
from andante.engine.faults import TASK_ACTION
from andante.engine.returning import choices
from andante.engine.state import Instance
from andante.runtime.problem import Problem
from andante.runtime.views import load
from andante.store.records import TaskRecord
from andante.store.store import Store

VOTED: Final = "voted"
ASKED: Final = "asked"
LATER: Final = "later"


class ApproverView(msgspec.Struct, frozen=True):
    """An approver: one of `who` answers. `state` is voted, asked or later; `task` the id of the task ("" for none)."""

    who: list[str]
    state: str
    task: str


class ApprovalView(msgspec.Struct, frozen=True):
    """A vote that goes on. `needed` is how many of the `total` approvers must say so for an outcome to win, by outcome;
    `thresholds` the percentages behind it, {} where all must agree. `votes` are in the order they were cast in."""

    type: str
    total: int
    voted: int
    needed: dict[str, int]
    thresholds: dict[str, float]
    default_outcome: str
    terminating: list[str]
    approvers: list[ApproverView]
    votes: list[dict[str, Any]]


class ReturnView(msgspec.Struct, frozen=True):
    """An earlier step, or "initiator", with its name and who will do it."""

    element: str
    name: str
    who: str


def user_task(graph: ProcessGraph, element: str) -> UserTask | None:
    """The model's task; None for what stands at another element, as what was returned to the initiator does."""
    index = graph.by_id.get(element, -1)
    work = graph.nodes[index].work if index >= 0 else None
    return work if isinstance(work, UserTask) else None


def offers_of(graph: ProcessGraph, record: TaskRecord) -> tuple[str, ...]:
    """The actions that the model offers for the task; what was returned to the initiator offers the usual."""
    work = user_task(graph, record.element)
    return USUAL if work is None else offered(work)


def outcome_of(graph: ProcessGraph, record: TaskRecord, action: str) -> str:
    """The outcome that "approve" or "reject" stands for; "" where there is none."""
    work = user_task(graph, record.element)
    return named_outcome(work, action) if work is not None else ""


def not_offered(record: TaskRecord, action: str, offered: tuple[str, ...]) -> Problem:
    """To raise for an action that the model does not offer."""
    text = f"The model does not offer '{action}' for the task '{record.name}', but {', '.join(offered)}."
    return Problem(TASK_ACTION, 409, text)


async def standing(
    store: Store, graph: ProcessGraph, record: TaskRecord
) -> tuple[ApprovalView | None, list[ReturnView]]:
    """The vote that the task belongs to (None: it is one person's), and where it can be returned to. Raises Problem."""
    work = user_task(graph, record.element)
    if work is None or record.state != "open":
        return None, []
    names = offered(work)
    if work.approval is None and "return" not in names and "addSigner" not in names:
        return None, []
    _, instance = await load(store, record.instance_id)
    task = instance.tasks.get(record.key)
    if task is None:
        return None, []
    found = choices(graph, instance, task) if "return" in names else []
    return (
        _approval(work, instance, task.token),
        [ReturnView(choice.element, choice.name or choice.element, choice.who) for choice in found],
    )


def _approval(work: UserTask, instance: Instance, token: int) -> ApprovalView | None:
    approval = instance.approvals.get(token)
    if approval is None:
        return None
    policy = policy_of(work)
    seats = approval.seats
    outcomes = work.outcomes or (approving(work),)
    total = len(seats)
    needed = {
        name: 1 if policy.type == ANY_ONE else math.ceil(needed_percent(policy, name) * total / WHOLE)
        for name in outcomes
    }
    asked = bool(policy.threshold or policy.thresholds)
    return ApprovalView(
        policy.type,
        total,
        sum(1 for seat in seats if seat.turn),
        needed,
        {name: needed_percent(policy, name) for name in outcomes} if asked else {},
        policy.default_outcome,
        list(policy.terminating),
        [_approver(seat, instance.id) for seat in seats],
        [vote_shape(seat) for seat in sorted(seats, key=_turn) if seat.turn],
    )


def _turn(seat: Seat) -> int:
    return seat.turn


def _approver(seat: Seat, instance_id: str) -> ApproverView:
    state = VOTED if seat.turn else ASKED if seat.task else LATER
    return ApproverView(
        [approver_name(item) for item in seat.who], state, f"{instance_id}-{seat.task}" if seat.task else ""
    )
