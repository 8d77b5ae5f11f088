"""Approvals by several people, and tasks that are returned. See the package for the rules that all facts keep."""

from typing import final


@final
class ApprovalOpened:
    """Each list is one approver (see engine.approvals.Seat); `sequential`: in this order, else all at once."""

    __slots__ = ("seats", "sequential", "token")

    def __init__(self, token: int, seats: list[list[str]], sequential: bool) -> None:
        self.token = token
        self.seats = seats
        self.sequential = sequential


@final
class ApproverAsked:
    """The approver number `seat` (from 0) has the task."""

    __slots__ = ("seat", "task", "token")

    def __init__(self, token: int, seat: int, task: int) -> None:
        self.token = token
        self.seat = seat
        self.task = task


@final
class VoteCast:
    """An approver has answered; `how` is "" or why this was answered for them."""

    __slots__ = ("comment", "how", "outcome", "seat", "token", "who")

    def __init__(self, token: int, seat: int, who: str, outcome: str, comment: str, how: str) -> None:
        self.token = token
        self.seat = seat
        self.who = who
        self.outcome = outcome
        self.comment = comment
        self.how = how


@final
class SignersAdded:
    """`mode` before, with or after the approver number `seat`; each list is one more. Before: its task is withdrawn,
    and given to `holder` when they are done."""

    __slots__ = ("holder", "mode", "seat", "signers", "token")

    def __init__(self, token: int, seat: int, mode: str, signers: list[list[str]], holder: list[str]) -> None:
        self.token = token
        self.seat = seat
        self.mode = mode
        self.signers = signers
        self.holder = holder


@final
class ApprovalDecided:
    """The vote is over, and this is the outcome; `why`: first, all, threshold, terminating, default or nobody."""

    __slots__ = ("outcome", "token", "why")

    def __init__(self, token: int, outcome: str, why: str) -> None:
        self.token = token
        self.outcome = outcome
        self.why = why


@final
class ApprovalClosed:
    """No longer wanted: withdrawn without an outcome."""

    __slots__ = ("reason", "token")

    def __init__(self, token: int, reason: str) -> None:
        self.token = token
        self.reason = reason


@final
class StepHandled:
    """A user task was done by `who`; `approvers` are those who approved in it. Kept where the model looks back."""

    __slots__ = ("approvers", "key", "node", "outcome", "scope", "token", "who")

    def __init__(
        self, key: int, node: int, scope: int, token: int, who: str, outcome: str, approvers: list[str]
    ) -> None:
        self.key = key
        self.node = node
        self.scope = scope
        self.token = token
        self.who = who
        self.outcome = outcome
        self.approvers = approvers


@final
class TaskReturned:
    """The task was sent back from node `node` to `target`, for `to`; `direct`: from there straight back to here."""

    __slots__ = ("comment", "direct", "node", "target", "task", "to", "token")

    def __init__(self, task: int, token: int, node: int, target: int, to: str, direct: bool, comment: str) -> None:
        self.task = task
        self.token = token
        self.node = node
        self.target = target
        self.to = to
        self.direct = direct
        self.comment = comment


@final
class ReturnAnswered:
    """What was returned is done; it goes straight back to who returned it."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token


@final
class ReturnEnded:
    """It has come back; votes that were cast before stand."""

    __slots__ = ("token",)

    def __init__(self, token: int) -> None:
        self.token = token
