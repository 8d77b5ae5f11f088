"""The beginning of an instance at what started it: a start event, a receive task or an event behind an event-based
gateway (BPMN 2.0.2 sections 13.2 and 13.5.1)."""

from typing import TYPE_CHECKING

from andante.bpmn.graph import Node
from andante.bpmn.instantiating import others
from andante.engine.elements.correlation import remember
from andante.engine.elements.event_handlers import open_handlers
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def begun_by(token: Token, node: Node) -> bool:
    """Whether the instance began with what this node waits for. Only then has the token come here by no flow."""
    return node.instantiates and token.flow < 0


def begin(step: "Step", node: Node) -> None:
    """Before its first token goes on, the process waits for what starts its event sub-processes, and behind a parallel
    event-based gateway for the other events. Raises ModelFault."""
    for event in () if node.event is None else node.event.each:
        if event.key is not None:
            remember(step, event.key, step.instance.variables)  # the message's variables are all there are yet
    graph = step.graph
    if graph.handlers:
        open_handlers(step, step.instance.scopes[0])
    for flow in others(graph, node):
        step.enter(step.key(), flow.target, 0, flow.index)
