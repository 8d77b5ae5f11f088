"""Start events, of the process and of a sub-process: the token goes on at once (BPMN 2.0.2 section 13.5.1)."""

from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class StartEvent(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        finish(step, token, node)
