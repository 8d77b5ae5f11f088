"""The state of decisions that several people make, of tasks that were returned, and of who has done what.

Plain slotted classes (see waits.py). Only `apply` changes them.
"""

from typing import final


@final
class Seat:
    """One approver of an approval. `who` are items "user:x", "group:x", "role:x", "queue:x", or "assignee:x" for one to
    whom the task is given at once; none is everybody. The seats of one `chain` are asked one after the other.

    `task` is the key of the task by which it is asked (0: not yet, or not any more). `turn` is 0 until it has voted,
    then the number of its vote: `by` whom, `outcome`, `comment`, at what time (ms); `how` is "" for a person's answer,
    else why it was given for them.
    """

    __slots__ = ("at", "by", "chain", "comment", "how", "outcome", "task", "turn", "who")

    def __init__(
        self,
        chain: int,
        who: list[str],
        task: int = 0,
        turn: int = 0,
        outcome: str = "",
        by: str = "",
        at: int = 0,
        comment: str = "",
        how: str = "",
    ) -> None:
        self.chain = chain
        self.who = who
        self.task = task
        self.turn = turn
        self.outcome = outcome
        self.by = by
        self.at = at
        self.comment = comment
        self.how = how


@final
class Approval:
    """What the approvers of `token`'s user task have answered so far; the seats of a chain are in order."""

    __slots__ = ("seats", "token")

    def __init__(self, token: int, seats: list[Seat]) -> None:
        self.token = token
        self.seats = seats


@final
class Handled:
    """The last time that the user task `node` was done in `scope` (-1: one that is over): by `who`, with which outcome,
    when (ms), by which token; `last` is the greatest key of the instance then. `approvers` are all who have ever
    approved there."""

    __slots__ = ("approvers", "at", "key", "last", "node", "outcome", "scope", "token", "who")

    def __init__(
        self,
        key: int,
        node: int,
        scope: int,
        token: int,
        who: str,
        outcome: str,
        at: int,
        last: int,
        approvers: list[str],
    ) -> None:
        self.key = key
        self.node = node
        self.scope = scope
        self.token = token
        self.who = who
        self.outcome = outcome
        self.at = at
        self.last = last
        self.approvers = approvers


@final
class Return:
    """`token` was taken back to node `target`, for `to` to do it again. With a `source` it goes from there straight
    back to that node and to `by`, or to the `seats` of its approval; -1 where it takes the flows. `back` says that it
    is on its way."""

    __slots__ = ("back", "by", "seats", "source", "target", "to", "token")

    def __init__(
        self, token: int, source: int, target: int, to: str, by: str, seats: list[Seat], back: bool = False
    ) -> None:
        self.token = token
        self.source = source
        self.target = target
        self.to = to
        self.by = by
        self.seats = seats
        self.back = back
