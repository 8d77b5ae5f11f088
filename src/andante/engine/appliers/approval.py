"""Facts about approvals and returned tasks."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.appliers.waiting import unwait, wait
from andante.engine.approvals import Approval, Handled, Return, Seat
from andante.engine.state import Instance


def _opened(instance: Instance, e: ev.ApprovalOpened) -> None:
    seats = [Seat(0 if e.sequential else chain, list(who)) for chain, who in enumerate(e.seats)]
    _open(instance, Approval(e.token, seats))


def _open(instance: Instance, approval: Approval) -> None:
    instance.approvals[approval.token] = approval
    wait(instance, approval.token, approval)


def _asked(instance: Instance, e: ev.ApproverAsked) -> None:
    instance.approvals[e.token].seats[e.seat].task = e.task


def _voted(instance: Instance, e: ev.VoteCast) -> None:
    seats = instance.approvals[e.token].seats
    seat = seats[e.seat]
    seat.turn = max(each.turn for each in seats) + 1
    seat.task = 0
    seat.by = e.who
    seat.outcome = e.outcome
    seat.comment = e.comment
    seat.how = e.how
    seat.at = instance.modified_at


def _added(instance: Instance, e: ev.SignersAdded) -> None:
    seats = instance.approvals[e.token].seats
    seat = seats[e.seat]
    if e.mode == "with":
        first = max(each.chain for each in seats) + 1
        seats.extend(Seat(first + n, list(who)) for n, who in enumerate(e.signers))
        return
    added = [Seat(seat.chain, list(who)) for who in e.signers]
    if e.mode == "before":
        seat.task = 0
        seat.who = list(e.holder)
        seats[e.seat : e.seat] = added
    else:
        seats[e.seat + 1 : e.seat + 1] = added


def _decided(instance: Instance, e: ev.ApprovalDecided) -> None:
    approval = instance.approvals.pop(e.token, None)
    if approval is not None:
        unwait(instance, e.token, approval)
    instance.task_outcome = e.outcome


def _closed(instance: Instance, e: ev.ApprovalClosed) -> None:
    unwait(instance, e.token, instance.approvals.pop(e.token))


def _handled(instance: Instance, e: ev.StepHandled) -> None:
    instance.last_key = max(instance.last_key, e.key)
    approvers = list(e.approvers)
    for key, before in list(instance.handled.items()):
        if before.node == e.node and before.scope == e.scope:
            approvers = [*(name for name in before.approvers if name not in approvers), *approvers]
            del instance.handled[key]
    instance.handled[e.key] = Handled(
        e.key, e.node, e.scope, e.token, e.who, e.outcome, instance.modified_at, instance.last_key, approvers
    )


def forget_scope(instance: Instance, scope: int) -> None:
    """A sub-process is over: nothing returns into it. Of a task in it only who has approved is still asked."""
    for key, step in list(instance.handled.items()):
        if step.scope != scope:
            continue
        step.scope = -1
        for other in list(instance.handled.values()):
            if other.scope == -1 and other.node == step.node and other.key != key:
                step.approvers.extend(name for name in other.approvers if name not in step.approvers)
                del instance.handled[other.key]


def _returned(instance: Instance, e: ev.TaskReturned) -> None:
    approval = instance.approvals.get(e.token)
    seats: list[Seat] = []
    if approval is not None and e.direct:
        seats = [Seat(s.chain, list(s.who), 0, s.turn, s.outcome, s.by, s.at, s.comment, s.how) for s in approval.seats]
    source = e.node if e.direct else -1
    instance.returns[e.token] = Return(e.token, source, e.target, e.to, instance.modified_by, seats)
    instance.last_handler = instance.modified_by


def _answered(instance: Instance, e: ev.ReturnAnswered) -> None:
    instance.returns[e.token].back = True


def _ended(instance: Instance, e: ev.ReturnEnded) -> None:
    ended = instance.returns.pop(e.token)
    if ended.seats:
        _open(instance, Approval(e.token, ended.seats))


def moved_on(instance: Instance, token: int, node: int) -> None:
    """The token has come to another node: one that goes neither to what was returned nor back is not returned."""
    found = instance.returns[token]
    if node != (found.source if found.back else found.target):
        del instance.returns[token]


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.ApprovalOpened: _opened,
    ev.ApproverAsked: _asked,
    ev.VoteCast: _voted,
    ev.SignersAdded: _added,
    ev.ApprovalDecided: _decided,
    ev.ApprovalClosed: _closed,
    ev.StepHandled: _handled,
    ev.TaskReturned: _returned,
    ev.ReturnAnswered: _answered,
    ev.ReturnEnded: _ended,
}
