"""Start events, of the process and of a sub-process: the token goes on at once (BPMN 2.0.2 section 13.5.1).

Before it leaves the start event of the process, the process waits for what starts its event sub-processes.
"""

from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish
from andante.engine.elements.instantiation import begin
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class StartEvent(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if token.scope == 0:
            begin(step, node)
        finish(step, token, node)
