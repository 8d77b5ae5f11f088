"""A user task to which a later one was returned, and that one when it has come back (contract 6.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import Node, UserTask
from andante.engine import events as ev
from andante.engine.approvals import Return
from andante.engine.elements.approval import ask_safely
from andante.engine.elements.offering import Receivers, offer, receivers
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def came_back(step: "Step", token: Token, node: Node, task: UserTask, returned: Return) -> Mapping[str, object] | None:
    """Straight back to who returned it: to that person, or to those of its approval who have not answered yet. Raises
    ModelFault."""
    if returned.seats:
        step.record(ev.ReturnEnded(token.key))
        return ask_safely(step, token, node)
    to = receivers(step, token, task)
    by = returned.by if returned.by and step.settings.roster.exists(returned.by) else to.assignee
    offer(step, token, node, task, Receivers(by, to.users, to.groups, to.queue))
    step.record(ev.ReturnEnded(token.key))
    return None


def again_by(step: "Step", returned: Return, to: Receivers) -> Receivers:
    """Who did it before does it again, if they are still there."""
    if not returned.to or not step.settings.roster.exists(returned.to):
        return to
    return Receivers(returned.to, to.users, to.groups, to.queue)
