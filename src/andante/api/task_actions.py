"""What a task offers to the caller, and the vote it belongs to (contract 6.2 and 6.3)."""

from typing import Any, Final

import msgspec

from andante.api.services import Services
from andante.people import Caller, declared, task_actions
from andante.runtime import TaskRecord
from andante.runtime.approvals import ApprovalView, not_offered, offers_of, outcome_of, standing

ACTIONS: Final = (
    "claim", "unclaim", "complete", "approve", "reject", "transfer", "delegate", "resolve", "comment", "remind",
    "addSigner", "return", "extend", "followUp", "error", "escalate",
)  # fmt: skip


class VoteShape(msgspec.Struct, frozen=True):
    """`approver`: for whom `who` has answered. `automatic`: "", or why that was done for them: initiator, approved."""

    who: str
    outcome: str
    at: str
    comment: str
    automatic: str
    approver: list[str]


class ApproverShape(msgspec.Struct, frozen=True):
    """One of `who` answers; `state`: voted, asked or later; `task`: the id of the open one, or ""."""

    who: list[str]
    state: str
    task: str


class ApprovalShape(msgspec.Struct, frozen=True):
    """A vote that goes on. `needed`: how many of the `total` approvers make an outcome win, by outcome; `thresholds`:
    the percentages behind it, {} where all must agree."""

    type: str
    total: int
    voted: int
    needed: dict[str, int]
    thresholds: dict[str, float]
    defaultOutcome: str  # noqa: N815 - as the model spells it, here and below
    terminatingActions: list[str]  # noqa: N815
    approvers: list[ApproverShape]
    votes: list[VoteShape]


class ReturnShape(msgspec.Struct, frozen=True):
    """A step to which the task may be returned, its name, and who does it then; "initiator" is who started it."""

    element: str
    name: str
    who: str


async def offers(desk: Services, who: Caller, tasks: list[TaskRecord]) -> list[list[str]]:
    """The actions of each. Whether there is a step to return to is not looked up for a list."""
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    for task in tasks:
        if (task.definition_id, task.element) not in names:
            names[task.definition_id, task.element] = offers_of(await desk.runtime.graph(task.definition_id), task)
    return [task_actions(who, task, names[task.definition_id, task.element]) for task in tasks]


async def one_s_offers(
    desk: Services, who: Caller, task: TaskRecord
) -> tuple[list[str], ApprovalShape | None, list[ReturnShape]]:
    """The actions of a task, its vote, and the steps to return to."""
    graph = await desk.runtime.graph(task.definition_id)
    approval, back = await standing(desk.runtime.store, graph, task)
    started_by = (await desk.runtime.instance(task.instance_id)).created_by
    actions = task_actions(who, task, offers_of(graph, task), initiator=started_by == who.user, returnable=bool(back))
    shape = None if approval is None else _shape(approval)
    return actions, shape, [ReturnShape(each.element, each.name, each.who) for each in back]


async def demand_declared(desk: Services, who: Caller, task: TaskRecord, action: str) -> None:
    """Raise Problem 409 for an action that the model does not offer."""
    names = offers_of(await desk.runtime.graph(task.definition_id), task)
    if not declared(who, names, action, task.definition):
        raise not_offered(task, action, names)


async def carried_out(desk: Services, task: TaskRecord, action: str, outcome: str) -> tuple[str, str]:
    """The action that is carried out, and its outcome: approve and reject complete with the one the model names."""
    if action not in ("approve", "reject"):
        return action, outcome
    return "complete", outcome_of(await desk.runtime.graph(task.definition_id), task, action)


def _shape(view: ApprovalView) -> ApprovalShape:
    votes: list[Any] = view.votes
    return ApprovalShape(
        view.type, view.total, view.voted, view.needed, view.thresholds, view.default_outcome, view.terminating,
        [ApproverShape(each.who, each.state, each.task) for each in view.approvers],
        [VoteShape(**vote) for vote in votes],
    )  # fmt: skip
