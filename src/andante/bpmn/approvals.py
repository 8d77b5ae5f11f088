"""How several people decide one user task, and what may be done with a task: both forms write it, this checks it
(contract 6.2 and 6.3)."""

from collections.abc import Mapping
from typing import Final

from andante.bpmn.findings import Findings
from andante.bpmn.voting import ANY_ONE, APPROVAL_TYPES, ApprovalPolicy
from andante.bpmn.work import UserTask

AUTOMATIC: Final = ("initiator", "approved")
RESULT: Final = "approval"
# What a task offers unless its model says otherwise; a model may add MORE.
USUAL: Final = ("claim", "unclaim", "complete", "transfer", "delegate", "resolve", "comment")
MORE: Final = ("approve", "reject", "addSigner", "return")
PERCENT: Final = 100


def policy(
    type: str,
    *,
    group_as_one: bool,
    threshold: str | int | float | Mapping[str, object],
    default_outcome: str,
    terminating: tuple[str, ...],
    automatic: tuple[str, ...],
    approve_outcome: str,
    reject_outcome: str,
    result_variable: str,
    where: str,
    line: int,
    findings: Findings,
) -> ApprovalPolicy:
    """The policy, with faults where it cannot be understood. `threshold` is a percentage, or one for each outcome, also
    written "approved: 60, rejected: 40"."""
    if type not in APPROVAL_TYPES:
        known = ", ".join(APPROVAL_TYPES)
        findings.fault("approvalType", where, line, f"The approval type '{type}' is not known. Use one of {known}.")
        type = ANY_ONE
    for name in automatic:
        if name not in AUTOMATIC:
            text = f"autoApproval has '{name}', which is not known. Use {' or '.join(AUTOMATIC)}."
            findings.fault("autoApproval", where, line, text)
    overall, by_outcome = _thresholds(threshold, where, line, findings)
    if type == ANY_ONE and (overall or by_outcome):
        text = "The first answer decides an anyOne approval: a voteThreshold says nothing. Remove it, or use everyOne."
        findings.fault("voteThreshold", where, line, text)
    return ApprovalPolicy(
        type,
        group_as_one=group_as_one,
        threshold=overall,
        thresholds=by_outcome,
        default_outcome=default_outcome,
        terminating=terminating,
        automatic=automatic,
        approve_outcome=approve_outcome,
        reject_outcome=reject_outcome,
        result_variable=result_variable or RESULT,
    )


def _thresholds(
    given: str | int | float | Mapping[str, object], where: str, line: int, findings: Findings
) -> tuple[float, dict[str, float]]:
    if isinstance(given, str):
        if ":" in given:
            parts = (part.partition(":") for part in given.split(",") if part.strip())
            given = {name.strip(): value.strip() for name, _, value in parts}
        elif not given.strip():
            return 0.0, {}
    if isinstance(given, Mapping):
        found = {name: _percent(value, where, line, findings) for name, value in given.items()}
        return 0.0, found
    return _percent(given, where, line, findings), {}


def _percent(given: object, where: str, line: int, findings: Findings) -> float:
    try:
        value = float(given.strip().removesuffix("%")) if isinstance(given, str) else given
    except ValueError:
        value = None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= PERCENT:
        return float(value)
    text = f"voteThreshold is {given!r}. Write a percentage above 0, up to {PERCENT}."
    findings.fault("voteThreshold", where, line, text)
    return float(PERCENT)


def known_actions(actions: tuple[str, ...], where: str, line: int, findings: Findings) -> tuple[str, ...]:
    """The actions a task offers; a fault for one that is not known."""
    for name in actions:
        if name not in USUAL and name not in MORE:
            known = ", ".join((*USUAL, *MORE))
            findings.fault("action", where, line, f"The action '{name}' is not known. Use some of {known}.")
    return actions


def check_approval(task: UserTask, where: str, line: int, findings: Findings) -> None:
    """Whether the policy and the outcomes of the task fit together."""
    approval, outcomes = task.approval, task.outcomes
    for name in ("approve", "reject"):
        if name in task.actions and (approval is None or not named_outcome(task, name)):
            text = f"The action '{name}' needs an approval that says its outcome. Set {name}Outcome."
            findings.fault("action", where, line, text)
    if approval is None:
        return
    named = {
        "defaultOutcome": (approval.default_outcome,),
        "terminatingActions": approval.terminating,
        "approveOutcome": (approval.approve_outcome,),
        "rejectOutcome": (approval.reject_outcome,),
        "voteThreshold": tuple(approval.thresholds),
    }
    for field, names in named.items():
        for name in names:
            if name and outcomes and name not in outcomes:
                known = ", ".join(outcomes)
                text = f"{field} names '{name}', which is none of the task's outcomes ({known}). Correct it."
                findings.fault("approvalOutcome", where, line, text)
    if approval.type == ANY_ONE or approval.default_outcome:
        return
    open_ones = [name for name in outcomes if name not in approval.terminating]
    if len(open_ones) > 1:
        text = (
            f"The votes may differ ({', '.join(open_ones)}), and nothing says what is so then. Set defaultOutcome, or "
            "name in terminatingActions the outcomes that end the vote at once."
        )
        findings.fault("defaultOutcome", where, line, text)


def named_outcome(task: UserTask, action: str) -> str:
    """The outcome that "approve" or "reject" stands for; "" where there is none."""
    if task.approval is None:
        return ""
    return task.approval.reject_outcome if action == "reject" else approving(task)


def approving(task: UserTask) -> str:
    """The outcome that approves: the one that is named, else the first."""
    if task.approval is not None and task.approval.approve_outcome:
        return task.approval.approve_outcome
    return task.outcomes[0] if task.outcomes else ""


def offered(task: UserTask) -> tuple[str, ...]:
    """The actions that the model offers for a task."""
    if task.actions:
        return task.actions
    if task.approval is None:
        return USUAL
    return (*USUAL, *(name for name in ("approve", "reject") if named_outcome(task, name)))
