"""How several people decide one user task (contract 6.2). A plain slotted class of the compiled graph."""

from collections.abc import Mapping
from typing import Final, final

# How several people decide one task (contract 6.2).
ANY_ONE: Final = "anyOne"  # or-sign: the first answer decides
EVERY_ONE: Final = "everyOne"  # counter-sign: all are asked at once
SEQUENTIAL: Final = "sequential"  # one after the other
APPROVAL_TYPES: Final = (ANY_ONE, EVERY_ONE, SEQUENTIAL)


@final
class ApprovalPolicy:
    """How the votes of a user task's receivers become its outcome (contract 6.2).

    With `group_as_one` a group, role or queue is one approver and its first member's answer stands; else each member is
    one. `threshold` is the percentage of the approvers that makes an outcome win, `thresholds` the same by outcome;
    with neither (0, {}) everybody is heard and must agree. `default_outcome` is taken where no outcome wins, or nobody
    is there. An outcome in `terminating` ends the vote at once. `automatic` says who approves without being asked:
    "initiator", "approved". The result goes to `result_variable`.
    """

    __slots__ = (
        "approve_outcome", "automatic", "default_outcome", "group_as_one", "reject_outcome", "result_variable",
        "terminating", "threshold", "thresholds", "type",
    )  # fmt: skip

    def __init__(
        self,
        type: str = ANY_ONE,
        *,
        group_as_one: bool = True,
        threshold: float = 0.0,
        thresholds: Mapping[str, float] | None = None,
        default_outcome: str = "",
        terminating: tuple[str, ...] = (),
        automatic: tuple[str, ...] = (),
        approve_outcome: str = "",
        reject_outcome: str = "",
        result_variable: str = "approval",
    ) -> None:
        self.type = type
        self.group_as_one = group_as_one
        self.threshold = threshold
        self.thresholds: Mapping[str, float] = thresholds or {}
        self.default_outcome = default_outcome
        self.terminating = terminating
        self.automatic = automatic
        self.approve_outcome = approve_outcome
        self.reject_outcome = reject_outcome
        self.result_variable = result_variable
