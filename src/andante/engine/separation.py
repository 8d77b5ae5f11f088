"""Four eyes, and the same eyes: who must not do a task because of what they did before, and who alone may."""

from typing import TYPE_CHECKING

from andante.bpmn.assigning import INITIATOR, Assignment
from andante.bpmn.graph import Node, UserTask
from andante.engine.faults import TASK_EXCLUDED, Rejected
from andante.engine.state import Instance

if TYPE_CHECKING:
    from andante.bpmn.graph import ProcessGraph
    from andante.engine.step import Step


def doers(graph: "ProcessGraph", instance: Instance, name: str) -> list[str]:
    """Who has done the element of this id, the last one last; for "initiator" who started the instance."""
    if name == INITIATOR:
        return [instance.created_by] if instance.created_by else []
    kept = instance.doers.get(graph.by_id.get(name, -1))
    return list(kept.names) if kept is not None else []


def excluded(graph: "ProcessGraph", instance: Instance, assignment: Assignment) -> list[str]:
    """Those who must not do it."""
    return list(dict.fromkeys(who for name in assignment.not_by for who in doers(graph, instance, name)))


def only(graph: "ProcessGraph", instance: Instance, assignment: Assignment) -> list[str]:
    """Those who alone may do it, the last one last; nobody in particular where the earlier tasks are not done yet."""
    return [who for name in assignment.same_as for who in doers(graph, instance, name)]


def demand(step: "Step", node: Node, name: str, user: str) -> None:
    """Raise Rejected where the person must not do the task (of this name) at the node. Nobody ("") is let through: that
    is the engine itself."""
    work = node.work
    if not user or not isinstance(work, UserTask) or work.assignment is None:
        return
    assignment = work.assignment
    for element in assignment.not_by:
        if user in doers(step.graph, step.instance, element):
            what = "started the process" if element == INITIATOR else f"did '{element}'"
            raise Rejected(
                TASK_EXCLUDED, f"'{user}' may not do the task '{name}': they {what}. Somebody else must do it."
            )
    allowed = only(step.graph, step.instance, assignment)
    if allowed and user not in allowed:
        done = ", ".join(assignment.same_as)
        raise Rejected(
            TASK_EXCLUDED, f"'{user}' may not do the task '{name}': only '{allowed[-1]}' may, who did '{done}'."
        )
