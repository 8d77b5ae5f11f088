"""The exclusive gateway: the first flow whose condition holds, else the default (BPMN 2.0.2 section 13.4.2)."""

from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Flow, Node
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish, holds
from andante.engine.faults import ModelFault
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class ExclusiveGateway(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        finish(step, token, node)

    def choose(self, step: "Step", token: Token, node: Node) -> list[Flow]:
        flows = step.graph.flows
        for index in node.outgoing:
            if index != node.default and holds(step, token, flows[index]):
                return [flows[index]]
        if node.default >= 0:
            return [flows[node.default]]
        if not node.outgoing:
            return []
        raise ModelFault("noFlow", "no outgoing flow's condition is true and there is no default flow")
