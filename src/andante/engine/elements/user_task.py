"""The user task: offered to those whom its model names, who do it or, where it is an approval, decide together (BPMN
2.0.2 section 10.2.3.4; contract 6.2)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node, UserTask
from andante.bpmn.voting import ANY_ONE
from andante.engine import events as ev
from andante.engine.elements.activity import Activity
from andante.engine.elements.approval import ask_safely, open_approval
from andante.engine.elements.assigning import NOBODY, place
from andante.engine.elements.flows import finish
from andante.engine.elements.offering import offer, receivers
from andante.engine.elements.returning import again_by, came_back
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class UserTaskNode(Activity):
    """Offers the task and waits for a person, or for several."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        task = node.work
        if not isinstance(task, UserTask):
            raise AssertionError(f"{node.id} is no user task")
        returned = step.instance.returns.get(token.key)
        if returned is not None and returned.back:
            return came_back(step, token, node, task, returned)
        to = receivers(step, token, task)
        approval = task.approval
        if returned is not None and (approval is None or approval.type == ANY_ONE):
            to = again_by(step, returned, to)
        if not place(step, node, task, to) and task.assignment is not None:
            step.record(ev.ApprovalDecided(token.key, task.assignment.default_outcome, NOBODY))
            return {}
        if approval is not None:
            return open_approval(step, token, node, task, approval, to)
        offer(step, token, node, task, to)
        return None

    def again(self, step: "Step", token: Token, node: Node) -> None:
        if token.key not in step.instance.approvals:
            return
        values = ask_safely(step, token, node)
        if values is not None:
            finish(step, token, node, values)
