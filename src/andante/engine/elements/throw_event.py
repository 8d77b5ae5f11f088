"""The intermediate throw event: none, message, signal, escalation (BPMN 2.0.2 sections 10.4.4 and 13.5.2)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import JobWork, Node
from andante.engine.elements.activity import create_job, map_inputs
from andante.engine.elements.base import FlowNode
from andante.engine.elements.escalation import escalate
from andante.engine.elements.flows import finish
from andante.engine.elements.message import throw_message, throw_signal
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


class ThrowEvent(FlowNode):
    """None, message, signal and escalation; a message may be a worker's to send (a job)."""

    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.inputs:
            map_inputs(step, token, node)
        event = node.event
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
            return
        if event is not None and event.kind == kinds.MESSAGE:
            throw_message(step, token, node, event)
        elif event is not None and event.kind == kinds.SIGNAL:
            throw_signal(step, token, node, event)
        elif event is not None and event.kind == kinds.ESCALATION and not escalate(step, token, node):
            return
        finish(step, token, node)

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node, values)
