"""The intermediate throw event (BPMN 2.0.2 sections 10.4.4 and 13.5.2)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, JobWork, Node
from andante.engine.elements.activity import create_job, map_inputs
from andante.engine.elements.base import FlowNode
from andante.engine.elements.compensation import compensate
from andante.engine.elements.escalation import escalate
from andante.engine.elements.flows import end, finish
from andante.engine.elements.message import throw_message, throw_signal
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


class ThrowEvent(FlowNode):
    """None, message, signal, escalation, compensation; a message may be a worker's to send (a job)."""

    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.inputs:
            map_inputs(step, token, node)
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
        elif node.event is None or _thrown(step, token, node, node.event):
            finish(step, token, node)

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node, values)

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        """What it had undone is undone. A token that did not wait for it has gone on already."""
        if node.event is not None and not node.event.waits:
            end(step, token)
        else:
            finish(step, token, node)


def _thrown(step: "Step", token: Token, node: Node, event: EventDefinition) -> bool:
    """Throw it; False where the token does not go on at once. Raises ModelFault."""
    if event.kind == kinds.ESCALATION:
        return escalate(step, token, node)
    if event.kind == kinds.COMPENSATE:
        return not compensate(step, token, node, event)
    if event.kind == kinds.MESSAGE:
        throw_message(step, token, node, event)
    elif event.kind == kinds.SIGNAL:
        throw_signal(step, token, node, event)
    return True
