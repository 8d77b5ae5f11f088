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
from andante.engine.elements.message import check_thrown, throw_message, throw_signal
from andante.engine.elements.propagation import code_of
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


class ThrowEvent(FlowNode):
    """None, message, signal, escalation, compensation, or several of them; a message may be a worker's to send (a
    job)."""

    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.inputs:
            map_inputs(step, token, node)
        if isinstance(node.work, JobWork):
            create_job(step, token, node, node.work)
        elif node.event is None or self.throw_all(step, token, node, node.event):
            finish(step, token, node)

    def throw_all(self, step: "Step", token: Token, node: Node, event: EventDefinition) -> bool:
        """Throw it, or its parts in their order: all of them or, raising ModelFault, none. False where the token does
        not go on at once."""
        for part in event.parts:
            _check(step, token, part)
        return all(self.throw(step, token, node, part) for part in event.each)

    def throw(self, step: "Step", token: Token, node: Node, event: EventDefinition) -> bool:
        """Throw one; False where the token does not go on at once. Raises ModelFault."""
        if event.kind == kinds.ESCALATION:
            return escalate(step, token, event)
        if event.kind == kinds.COMPENSATE:
            return not compensate(step, token, node, event)
        if event.kind == kinds.MESSAGE:
            throw_message(step, token, node, event)
        elif event.kind == kinds.SIGNAL:
            throw_signal(step, token, node, event)
        return True

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node, values)

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        """What it had undone is undone. A token that did not wait for it has gone on already."""
        if node.event is not None and not node.event.each[-1].waits:
            end(step, token)
        else:
            finish(step, token, node)


def _check(step: "Step", token: Token, event: EventDefinition) -> None:
    """Whether what is to be thrown can be computed. Raises ModelFault."""
    if event.kind in (kinds.MESSAGE, kinds.SIGNAL):
        check_thrown(step, token, event)
    elif event.kind in (kinds.ESCALATION, kinds.ERROR):
        code_of(step, token, event)
        if event.message is not None:
            step.value(event.message, token)
