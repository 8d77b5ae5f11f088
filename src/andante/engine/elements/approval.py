"""A user task that several people decide: who is asked when, how votes become the outcome (contract 6.2).

One token, one approval, a task for each approver who is asked. What belongs to the token (boundary events, the end of
the scope, suspension, migration) so belongs to all of them.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from andante.bpmn.approvals import approving
from andante.bpmn.graph import Node, UserTask
from andante.bpmn.voting import ANY_ONE, SEQUENTIAL, ApprovalPolicy
from andante.engine import events as ev
from andante.engine.approvals import Approval, Seat
from andante.engine.elements.flows import finish
from andante.engine.elements.offering import ASSIGNEE, USER, Receivers, of_items, offer
from andante.engine.elements.withdrawal import cancel_task
from andante.engine.faults import ModelFault
from andante.engine.scoping import set_variables
from andante.engine.state import Token
from andante.engine.waits import Task
from andante.timing.instants import iso

if TYPE_CHECKING:
    from andante.engine.step import Step

PLAIN: Final = ApprovalPolicy()  # of a task that was not meant for several, but has got more signers
WHOLE: Final = 100.0  # percent
DECIDED: Final = "the vote is decided"


def policy_of(task: UserTask) -> ApprovalPolicy:
    return task.approval if task.approval is not None else PLAIN


def open_approval(
    step: "Step", token: Token, node: Node, task: UserTask, policy: ApprovalPolicy, to: Receivers
) -> Mapping[str, object] | None:
    """Begin. Returns what it brought where it is decided at once. Raises ModelFault."""
    seats = _seats(step, policy, to)
    if not seats:
        if not policy.default_outcome:
            raise ModelFault("approval", "there is nobody to ask, and no default outcome")
        step.record(ev.ApprovalDecided(token.key, policy.default_outcome, "nobody"))
        return {policy.result_variable: _result([], 0, policy.default_outcome, "nobody")}
    if len(seats) > step.settings.max_items:
        limit = step.settings.max_items
        raise ModelFault("approval", f"{len(seats)} approvers are more than the limit of {limit}")
    step.record(ev.ApprovalOpened(token.key, seats, policy.type == SEQUENTIAL))
    return ask_safely(step, token, node)


def _seats(step: "Step", policy: ApprovalPolicy, to: Receivers) -> list[list[str]]:
    """The approvers: for anyOne one whom all of them share."""
    if policy.type == ANY_ONE:
        return [to.items] if to.items else []
    found: list[str] = []
    for item in to.items:
        if item.startswith((ASSIGNEE, USER)):
            found.append(ASSIGNEE + item.partition(":")[2])
        elif policy.group_as_one:
            found.append(item)
        else:
            found.extend(f"{ASSIGNEE}{name}" for name in step.settings.roster.members(item))
    return [[item] for item in dict.fromkeys(found)]


def ask_safely(step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
    """As `ask`; where the model cannot go on the votes stay as they are, and an incident waits for a retry."""
    try:
        return ask(step, token, node)
    except ModelFault as fault:
        step.fail(token, fault)
        return None


def ask(step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
    """Ask those whose turn it is, and vote for those who need not be asked. Returns what the approval brought once it
    is decided. Raises ModelFault."""
    task = node.work
    if not isinstance(task, UserTask):
        raise AssertionError(f"{node.id} is no user task")
    policy = policy_of(task)
    approval = step.instance.approvals[token.key]
    while True:
        decision = decide(policy, approval.seats, task.outcomes)
        if decision is not None:
            return _conclude(step, token, task, policy, approval, *decision)
        voted = False
        for index in _next(approval.seats):
            seat = approval.seats[index]
            name, how = _automatic(step, task, policy, approval, seat)
            if how:
                step.record(ev.VoteCast(token.key, index, name, approving(task), "", how))
                voted = True
                break
            key = offer(step, token, node, task, of_items(seat.who, task.queue))
            step.record(ev.ApproverAsked(token.key, index, key))
        if not voted:
            return None


def _next(seats: list[Seat]) -> list[int]:
    """The first of each chain that has not voted, where it is not asked yet."""
    found: list[int] = []
    seen: set[int] = set()
    for index, seat in enumerate(seats):
        if not seat.turn and seat.chain not in seen:
            seen.add(seat.chain)
            if not seat.task:
                found.append(index)
    return found


def _automatic(step: "Step", task: UserTask, policy: ApprovalPolicy, approval: Approval, seat: Seat) -> tuple[str, str]:
    """For whom, and why, an approver need not be asked; ("", "") where they must be."""
    if not policy.automatic:
        return "", ""
    yes = approving(task)
    named = [item.partition(":")[2] for item in seat.who if item.startswith((ASSIGNEE, USER))]
    for name in named:
        if "initiator" in policy.automatic and name == step.instance.created_by:
            return name, "initiator"
        if "approved" not in policy.automatic:
            continue
        if any(other.turn and other.by == name and other.outcome == yes for other in approval.seats):
            return name, "approved"
        if any(name in handled.approvers for handled in step.instance.handled.values()):
            return name, "approved"
    return "", ""


def vote(step: "Step", task: Task, outcome: str, comment: str, values: Mapping[str, object]) -> None:
    """The task of an approver is completed."""
    instance = step.instance
    token = instance.tokens[task.token]
    node = step.graph.nodes[task.node]
    work = node.work
    if not isinstance(work, UserTask):
        raise AssertionError(f"{node.id} is no user task")
    approval = instance.approvals[token.key]
    seat = next(index for index, each in enumerate(approval.seats) if each.task == task.key)
    step.record(ev.VoteCast(token.key, seat, step.actor, outcome, comment, ""))
    decision = decide(policy_of(work), approval.seats, work.outcomes)
    if decision is not None:
        brought = _conclude(step, token, work, policy_of(work), approval, *decision)
        finish(step, token, node, {**values, **brought})
        return
    if values:
        if node.outputs:
            step.record(ev.LocalsSet(token.key, dict(values)))
        else:
            set_variables(step, token, values)
    later = ask_safely(step, token, node)
    if later is not None:
        finish(step, token, node, later)


def decide(policy: ApprovalPolicy, seats: list[Seat], outcomes: tuple[str, ...]) -> tuple[str, str] | None:
    """The outcome and why, as soon as it is certain; None before that."""
    votes = [seat for seat in seats if seat.turn]
    if not votes:
        return None
    last = max(votes, key=_turn)
    if last.outcome in policy.terminating:
        return last.outcome, "terminating"
    if policy.type == ANY_ONE:
        if any(seat.chain == last.chain and not seat.turn for seat in seats):
            return None
        return last.outcome, "first"
    counts = Counter(seat.outcome for seat in votes)
    total = len(seats)
    left = total - len(votes)
    if policy.threshold or policy.thresholds:
        for outcome, count in counts.most_common():
            if count * WHOLE >= needed_percent(policy, outcome) * total:
                return outcome, "threshold"
        names = {*counts, *outcomes} if outcomes else {*counts, ""}
        if any((counts[name] + left) * WHOLE >= needed_percent(policy, name) * total for name in names):
            return None
    elif left:
        return None
    elif len(counts) == 1:
        return last.outcome, "all"
    return policy.default_outcome or last.outcome, "default"


def _turn(seat: Seat) -> int:
    return seat.turn


def needed_percent(policy: ApprovalPolicy, outcome: str) -> float:
    """From which share of the approvers on the outcome wins."""
    return policy.thresholds.get(outcome, policy.threshold or WHOLE)


def _conclude(
    step: "Step", token: Token, task: UserTask, policy: ApprovalPolicy, approval: Approval, outcome: str, why: str
) -> Mapping[str, object]:
    """The vote is over: nobody else is asked."""
    seats = approval.seats
    for seat in seats:
        if seat.task:
            cancel_task(step, step.instance.tasks[seat.task], DECIDED)
    step.record(ev.ApprovalDecided(token.key, outcome, why))
    votes = [seat for seat in seats if seat.turn and not seat.how]
    if votes and step.graph.keeps_steps:
        yes = approving(task)
        last = max(votes, key=_turn)
        approvers = [seat.by for seat in seats if seat.turn and seat.outcome == yes and task.approval is not None]
        keep_step(step, token, last.by, outcome, list(dict.fromkeys(approvers)))
    return {policy.result_variable: _result(seats, len(seats), outcome, why)} if task.approval is not None else {}


def keep_step(step: "Step", token: Token, who: str, outcome: str, approvers: list[str]) -> None:
    """Remember who has done the task at the token's node."""
    host = step.instance.tokens[token.loop] if token.loop else token
    step.record(ev.StepHandled(step.key(), host.node, host.scope, host.key, who, outcome, approvers))


def _result(seats: list[Seat], approvers: int, outcome: str, why: str) -> dict[str, object]:
    """What FEEL may ask of a vote that is over."""
    votes = [seat for seat in sorted(seats, key=_turn) if seat.turn]
    counts: dict[str, object] = dict(Counter(seat.outcome for seat in votes))
    return {
        "outcome": outcome,
        "why": why,
        "approvers": approvers,
        "counts": counts,
        "votes": [vote_shape(seat) for seat in votes],
    }


def vote_shape(seat: Seat) -> dict[str, object]:
    """A vote as it is shown, and as FEEL reads it."""
    return {
        "who": seat.by, "outcome": seat.outcome, "at": iso(seat.at), "comment": seat.comment, "automatic": seat.how,
        "approver": [approver_name(item) for item in seat.who],
    }  # fmt: skip


def approver_name(item: str) -> str:
    """ "user:x" for one to whom a task is given at once, as for one who may claim it."""
    return USER + item.removeprefix(ASSIGNEE) if item.startswith(ASSIGNEE) else item
