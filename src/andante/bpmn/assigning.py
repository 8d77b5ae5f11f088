"""Who of those that a user task is for gets it, and who must not (contract 6.2). Plain slotted classes of the compiled
graph."""

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from andante.bpmn.graph import Node

# For whom it is, beside those whom the task names.
NAMED: Final = ""
SUPERVISOR: Final = "supervisor"  # of who started the instance
LANE: Final = "lane"  # who did the task before in this lane; else the lane's queue
RECEIVERS: Final = (NAMED, SUPERVISOR, LANE)
# Which one of several gets it.
ROUND_ROBIN: Final = "roundRobin"
LEAST_LOADED: Final = "leastLoaded"
BY_SKILL: Final = "skill"
OFFER: Final = "offer"  # none: they may claim it, whatever the rule of their queue
RULES: Final = ("", ROUND_ROBIN, LEAST_LOADED, BY_SKILL, OFFER)
# What becomes of it where nobody is left.
INCIDENT: Final = "incident"
SKIP: Final = "skip"
LEAD: Final = "lead"
ADMINISTRATOR: Final = "administrator"
EMPTY: Final = ("", INCIDENT, SKIP, LEAD, ADMINISTRATOR)
INITIATOR: Final = "initiator"


@final
class Assignment:
    """`receiver` is one of RECEIVERS, `level` how far above the initiator a supervisor stands (from 1). `rule`, one of
    RULES ("": that of the work queue), chooses among several; `skills` are the levels a person needs for it.

    `empty`, one of EMPTY, says what is done where nobody is left; with "" that is an incident, and members of groups
    and persons that are gone are not looked at. SKIP completes the task with `default_outcome`.

    `not_by` names elements, or the initiator: who did them must not do this; `same_as` those whose doer alone may.
    """

    __slots__ = ("default_outcome", "empty", "level", "not_by", "receiver", "rule", "same_as", "skills")

    def __init__(
        self,
        *,
        receiver: str = NAMED,
        level: int = 1,
        rule: str = "",
        skills: dict[str, int] | None = None,
        empty: str = "",
        default_outcome: str = "",
        not_by: tuple[str, ...] = (),
        same_as: tuple[str, ...] = (),
    ) -> None:
        self.receiver = receiver
        self.level = level
        self.rule = rule
        self.skills: dict[str, int] = skills or {}
        self.empty = empty
        self.default_outcome = default_outcome
        self.not_by = not_by
        self.same_as = same_as


def watched(nodes: "Iterable[Node]", assignments: "dict[int, Assignment]") -> frozenset[int]:
    """The nodes of which it is kept who has done them: others ask for it. `assignments` are those of the user tasks, by
    node."""
    names: set[str] = set()
    lanes: set[str] = set()
    found: list[int] = []
    for node in nodes:
        assignment = assignments.get(node.index)
        if assignment is not None:
            names.update(assignment.not_by, assignment.same_as)
            if assignment.receiver == LANE:
                lanes.add(node.lane)
    if names or lanes:
        found = [node.index for node in nodes if node.id in names or node.lane in lanes]
    return frozenset(found)
