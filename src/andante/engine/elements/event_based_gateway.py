"""The event-based gateway waits for the first of the events behind it, a parallel one for all (BPMN 2.0.2 section
13.4.4)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.awaiting import arm
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish
from andante.engine.elements.withdrawal import clear_waits
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class EventGateway(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.parallel:
            finish(step, token, node)  # a token waits at each of them
            return
        graph = step.graph
        for index in node.outgoing:
            arm(step, token, graph.nodes[graph.flows[index].target])

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        """`node` is the event that occurred: the token goes there, and the others are no longer awaited."""
        graph = step.graph
        clear_waits(step, token, f"{node.id} came first")
        flow = next(i for i in graph.nodes[token.node].outgoing if graph.flows[i].target == node.index)
        step.record(ev.ElementEntered(token.key, node.index, token.scope, flow))
        finish(step, token, node, values)
