"""Who gets a user task and who must not: both forms write it, this checks it (contract 6.2)."""

from collections.abc import Mapping, Sequence
from typing import Final

from andante.bpmn.assigning import BY_SKILL, EMPTY, INITIATOR, LANE, RECEIVERS, RULES, SKIP, SUPERVISOR, Assignment
from andante.bpmn.findings import Findings
from andante.bpmn.graph import Node, UserTask

HIGHEST: Final = 20  # levels above somebody
HIGHEST_SKILL: Final = 100


def assignment(
    *,
    receiver: str,
    level: str | int,
    rule: str,
    skills: str | Mapping[str, object],
    empty: str,
    default_outcome: str,
    not_by: tuple[str, ...],
    same_as: tuple[str, ...],
    where: str,
    line: int,
    findings: Findings,
) -> Assignment | None:
    """None where nothing is said; faults where it cannot be understood. `skills` is also written "french: 2, law"."""
    for field, value, known in (
        ("receiver", receiver, RECEIVERS),
        ("rule", rule, RULES),
        ("emptyApprover", empty, EMPTY),
    ):
        if value not in known:
            shown = ", ".join(name for name in known if name)
            findings.fault("assignment", where, line, f"{field} is '{value}'. Use one of {shown}.")
            return None
    if isinstance(level, str):
        level = int(level) if level.strip().isdigit() else (1 if not level.strip() else 0)
    if not 1 <= level <= HIGHEST:
        findings.fault("assignment", where, line, f"The level of the supervisor is from 1 to {HIGHEST}. Correct it.")
        level = 1
    wanted = _skills(skills, where, line, findings)
    if rule == BY_SKILL and not wanted:
        findings.fault("assignment", where, line, "The rule 'skill' needs the skills it looks for. Set skills.")
    if empty == SKIP and not default_outcome:
        text = "emptyApprover is 'skip', but nothing says with which outcome. Set defaultOutcome."
        findings.fault("assignment", where, line, text)
    if not (receiver or rule or wanted or empty or not_by or same_as):
        return None
    return Assignment(
        receiver=receiver, level=level, rule=rule, skills=wanted, empty=empty, default_outcome=default_outcome,
        not_by=not_by, same_as=same_as,
    )  # fmt: skip


def _skills(given: str | Mapping[str, object], where: str, line: int, findings: Findings) -> dict[str, int]:
    pairs: list[tuple[str, object]]
    if isinstance(given, str):
        pairs = [
            (name.strip(), level.strip() or "1") for name, _, level in map(_split, given.split(",")) if name.strip()
        ]
    else:
        pairs = list(given.items())
    found: dict[str, int] = {}
    for name, level in pairs:
        text = str(level)
        if isinstance(level, bool) or not text.isdigit() or not 1 <= int(text) <= HIGHEST_SKILL:
            text = f"The skill '{name}' has the level '{level}'. Use a whole number from 1 to {HIGHEST_SKILL}."
            findings.fault("assignment", where, line, text)
        else:
            found[name] = int(text)
    return found


def _split(text: str) -> tuple[str, str, str]:
    return text.partition(":")


def check_assignment(task: UserTask, node: Node, nodes: Sequence[Node], findings: Findings) -> None:
    """What an assignment says of other elements, and of the task's outcomes."""
    found = task.assignment
    if found is None:
        return
    by_id = {each.id: each for each in nodes}
    for field, names in (("notBy", found.not_by), ("sameAs", found.same_as)):
        for name in names:
            other = by_id.get(name)
            if name != INITIATOR and (other is None or not isinstance(other.work, UserTask)):
                text = (
                    f"{field} names '{name}', which is no user task of this process. Correct it, or write 'initiator'."
                )
                findings.fault("assignment", node.id, node.line, text)
        both = set(found.not_by) & set(found.same_as)
        if both:
            findings.fault(
                "assignment", node.id, node.line, f"'{min(both)}' is in notBy and in sameAs. Keep one of them."
            )
            break
    if found.default_outcome and task.outcomes and found.default_outcome not in task.outcomes:
        known = ", ".join(task.outcomes)
        text = f"defaultOutcome is '{found.default_outcome}', which is none of {known}. Correct it."
        findings.fault("assignment", node.id, node.line, text)
    if found.receiver == LANE and not node.lane:
        text = "The receiver is whoever had the task before in this lane, but it is in no lane. Put it into one."
        findings.fault("assignment", node.id, node.line, text)
    if found.receiver == SUPERVISOR and task.assignee is not None:
        text = "The task names an assignee and the initiator's supervisor. Keep one of them."
        findings.fault("assignment", node.id, node.line, text)
