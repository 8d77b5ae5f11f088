"""Start events, of the process and of a sub-process: the token goes on at once (BPMN 2.0.2 section 13.5.1).

Before it leaves the start event of the process, the process waits for what starts its event sub-processes.
"""

from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine.elements.base import FlowNode
from andante.engine.elements.correlation import remember
from andante.engine.elements.event_handlers import open_handlers
from andante.engine.elements.flows import finish
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class StartEvent(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        for event in () if token.scope or node.event is None else node.event.each:
            if event.key is not None:
                remember(step, event.key, step.instance.variables)  # the message's variables are all there are yet
        if token.scope == 0 and step.graph.handlers:
            open_handlers(step, step.instance.scopes[0])
        finish(step, token, node)
