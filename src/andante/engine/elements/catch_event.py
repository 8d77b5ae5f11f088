"""The intermediate catch event: the token waits for the event (BPMN 2.0.2 sections 10.4.4 and 13.5.2)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn import kinds
from andante.bpmn.graph import Node
from andante.engine.elements.awaiting import arm
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish
from andante.engine.elements.instantiation import begin, begun_by
from andante.engine.elements.withdrawal import clear_waits
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class CatchEvent(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.event is not None and node.event.kind == kinds.LINK:
            finish(step, token, node)
        elif begun_by(token, node):
            begin(step, node)
            finish(step, token, node)
        else:
            arm(step, token, node)

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        if token.waits:
            clear_waits(step, token, "another came first")  # the other parts of a multiple event
        finish(step, token, node, values)
