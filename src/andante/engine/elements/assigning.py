"""From those whom a user task names to those who get it: supervisors, the lane, exclusions, nobody, deputies (contract
6.2). What must be looked up outside, such as who has least to do, is asked of the world."""

from typing import TYPE_CHECKING, Final

from andante.bpmn.assigning import ADMINISTRATOR, EMPTY, LANE, LEAD, OFFER, SKIP, SUPERVISOR, Assignment
from andante.bpmn.graph import Node, UserTask
from andante.engine import events as ev
from andante.engine.effects import ChooseAssignee
from andante.engine.elements.listening import listen_assigned
from andante.engine.faults import ModelFault
from andante.engine.roster import ASSIGN
from andante.engine.separation import excluded, only
from andante.engine.waits import Task

if TYPE_CHECKING:
    from andante.engine.elements.offering import Receivers
    from andante.engine.step import Step

ADMINISTRATORS: Final = "role:administrator"
DEPUTY: Final = "deputy"  # how a task came to somebody
DEPUTY_OVER: Final = "deputyOver"
NOBODY: Final = "nobody"
UNNAMED: Final = EMPTY[0]


def place(step: "Step", node: Node, task: UserTask, to: "Receivers") -> bool:
    """Narrow `to` down to those who get the task. Returns False where nobody is left and the model skips it then.
    Raises ModelFault('assignment') where nobody is left and it does not."""
    assignment = task.assignment
    if assignment is None:
        return True
    if assignment.receiver == SUPERVISOR:
        to.assignee = _supervisor(step, assignment.level)
    elif assignment.receiver == LANE:
        to.assignee = to.assignee or _before_in_lane(step, node, to.queue)
    open_to_all = not (to.assignee or to.users or to.groups or to.queue) and assignment.receiver != SUPERVISOR
    same = only(step.graph, step.instance, assignment)
    if same:
        to.assignee, open_to_all = same[-1], False
    _leave_out(step, excluded(step.graph, step.instance, assignment), to)
    if assignment.empty != UNNAMED:
        _leave_out_gone(step, to)
    if open_to_all and not (assignment.empty != UNNAMED and _named(task)):
        return True
    if to.assignee or to.users or to.groups or to.queue:
        return True
    return _nobody(step, node, assignment, task.queue, to)


def _named(task: UserTask) -> bool:
    expressions = (task.assignee, task.candidate_users, task.candidate_groups, task.candidates)
    return any(each is not None for each in expressions)


def _supervisor(step: "Step", level: int) -> str:
    """So many levels above who started the instance; "" where there is none so high. Who is gone is passed over."""
    roster = step.settings.roster
    name, seen = step.instance.created_by, [step.instance.created_by]
    while level > 0:
        name = roster.manager(name)
        if not name or name in seen:
            return ""
        seen.append(name)
        if roster.exists(name):
            level -= 1
    return name


def _before_in_lane(step: "Step", node: Node, queue: str) -> str:
    """Who did the last task in this lane, if they are still there and in its queue."""
    last, found = 0, ""
    for kept in step.instance.doers.values():
        if kept.at >= last and step.graph.nodes[kept.node].lane == node.lane:
            last, found = kept.at, kept.names[-1]
    roster = step.settings.roster
    members = roster.members(f"queue:{queue}") if queue else ()
    if not found or not roster.exists(found) or (members and found not in members):
        return ""
    return found


def _leave_out(step: "Step", names: list[str], to: "Receivers") -> None:
    """A group with one of them in it becomes its other members: so the task is in no list that it must not be in."""
    if not names:
        return
    if to.assignee in names:
        to.assignee = ""
    to.users = [name for name in to.users if name not in names]
    roster = step.settings.roster
    kept: list[str] = []
    for item in (*to.groups, *([f"queue:{to.queue}"] if to.queue else [])):
        members = roster.members(item)
        if any(name in members for name in names):
            to.users.extend(name for name in members if name not in names and name not in to.users)
            if item == f"queue:{to.queue}":
                to.queue = ""
        elif item != f"queue:{to.queue}":
            kept.append(item)
    to.groups = kept
    to.mixed = [item for item in to.mixed if item in kept or item.removeprefix("user:") in to.users]


def _leave_out_gone(step: "Step", to: "Receivers") -> None:
    """Persons that are gone, and sets with nobody in them."""
    roster = step.settings.roster
    if to.assignee and not roster.exists(to.assignee):
        to.assignee = ""
    to.users = [name for name in to.users if roster.exists(name)]
    to.groups = [item for item in to.groups if roster.members(item)]
    if to.queue and not roster.members(f"queue:{to.queue}"):
        to.queue = ""
    to.mixed = [item for item in to.mixed if item in to.groups or item.removeprefix("user:") in to.users]


def _nobody(step: "Step", node: Node, assignment: Assignment, queue: str, to: "Receivers") -> bool:
    if assignment.empty == SKIP:
        return False
    barred = excluded(step.graph, step.instance, assignment)
    if assignment.empty == LEAD:
        lead = step.settings.roster.lead(queue) if queue else ""
        if lead and lead not in barred and step.settings.roster.exists(lead):
            to.assignee = lead
            return True
    if assignment.empty in (LEAD, ADMINISTRATOR):
        to.groups = [ADMINISTRATORS]
        _leave_out(step, barred, to)
        if to.groups or to.users:
            return True
    raise ModelFault("assignment", _why(step, assignment, barred))


def _why(step: "Step", assignment: Assignment, barred: list[str]) -> str:
    if assignment.receiver == SUPERVISOR and not _supervisor(step, assignment.level):
        who = step.instance.created_by or "nobody"
        return (
            f"'{who}', who started the process, has no supervisor on level {assignment.level}: set the manager of the "
            "persons, or emptyApprover, then retry"
        )
    if barred:
        return (
            f"nobody is left to do it but {', '.join(barred)}, who may not: name others, or emptyApprover, then retry"
        )
    return "nobody is left to do it: name somebody, or emptyApprover, then retry"


def with_deputies(step: "Step", users: list[str], queue: str) -> list[str]:
    """Candidates, and after them who stands in for those that are away."""
    found = list(users)
    roster, instance = step.settings.roster, step.instance
    for name in users:
        if roster.deputy_rule(name, step.now, instance.name, queue) == ASSIGN:
            deputy = roster.deputy(name, step.now, instance.name, queue)
            if deputy and deputy not in found:
                found.append(deputy)
    return found


def hand_over(step: "Step", node: Node, task: Task) -> None:
    """A task that was just created goes on to who stands in for its assignee, or the world is asked who gets it."""
    work = node.work
    if not isinstance(work, UserTask):
        return
    roster = step.settings.roster
    if task.assignee:
        deputy = _deputy(step, work.assignment, task.assignee, task.queue)
        if deputy:
            step.record(ev.TaskAssigned(task.key, deputy, task.assignee, False, DEPUTY))
        return
    assignment = work.assignment
    rule = assignment.rule if assignment is not None else ""
    if not rule:
        rule = next((found for name in _queues(task) if (found := roster.rule(name))), "")
    if not rule or rule == OFFER or not (task.users or task.groups or task.queue):
        return
    barred = _barred(step, assignment)
    skills = dict(assignment.skills) if assignment is not None else {}
    step.ask(ChooseAssignee(task.key, rule, list(task.users), list(task.groups), task.queue, skills, barred))


def hand_back(step: "Step") -> None:
    """What went to a deputy whose time is over goes back to who was away, or on to who stands in for them now. Who has
    claimed a task, or was given it by a person, keeps it: then it is nobody else's (`owner`), or delegated."""
    roster, instance = step.settings.roster, step.instance
    for task in list(instance.tasks.values()):
        owner = task.owner
        if not owner or task.delegated or task.assignee in ("", owner):
            continue
        if roster.stands_in(task.assignee, owner, step.now, instance.name, task.queue) or not roster.exists(owner):
            continue
        work = step.graph.nodes[task.node].work
        assignment = work.assignment if isinstance(work, UserTask) else None
        deputy = _deputy(step, assignment, owner, task.queue)
        if deputy:
            step.record(ev.TaskAssigned(task.key, deputy, owner, False, DEPUTY))
        elif _may_have(step, assignment, owner):
            step.record(ev.TaskAssigned(task.key, owner, "", False, DEPUTY_OVER))
        else:
            continue  # who has done what this one must not do meanwhile: it stays where it is
        listen_assigned(step, task)


def _deputy(step: "Step", assignment: Assignment | None, name: str, queue: str) -> str:
    """To whom the person's tasks go now, if that one may have this one; else ""."""
    roster, definition = step.settings.roster, step.instance.name
    if roster.deputy_rule(name, step.now, definition, queue) != ASSIGN:
        return ""
    deputy = roster.deputy(name, step.now, definition, queue)
    return deputy if deputy and _may_have(step, assignment, deputy) else ""


def _may_have(step: "Step", assignment: Assignment | None, name: str) -> bool:
    alone = only(step.graph, step.instance, assignment) if assignment is not None else []
    return name not in _barred(step, assignment) and (not alone or name in alone)


def _barred(step: "Step", assignment: Assignment | None) -> list[str]:
    return excluded(step.graph, step.instance, assignment) if assignment is not None else []


def _queues(task: Task) -> list[str]:
    named = [item.removeprefix("queue:") for item in task.groups if item.startswith("queue:")]
    return [task.queue, *named] if task.queue else named
