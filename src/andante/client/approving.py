"""A task that several people decide, and one that may be returned."""

import msgspec


class Vote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`approver`: for whom `who` has answered. `automatic`: "", or why that was done for them."""

    who: str
    outcome: str
    at: str
    comment: str
    automatic: str
    approver: list[str]


class Approver(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One of `who` answers; `state`: voted, asked or later; `task`: the id of the open one, or ""."""

    who: list[str]
    state: str
    task: str


class Approval(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A vote that goes on. `needed`: how many of the `total` approvers make an outcome win, by outcome."""

    type: str
    total: int
    voted: int
    needed: dict[str, int]
    thresholds: dict[str, float]
    default_outcome: str
    terminating_actions: list[str]
    approvers: list[Approver]
    votes: list[Vote]


class ReturnChoice(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A step to which a task may be returned, and who does it then."""

    element: str
    name: str
    who: str
