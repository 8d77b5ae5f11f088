"""The boundary event of an activity, interrupting it or not (BPMN 2.0.2 sections 10.4.4 and 13.5.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import finish
from andante.engine.elements.withdrawal import withdraw
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class BoundaryEvent(FlowNode):
    """`token` is that of the activity it sits on: interrupting takes it over, not interrupting adds one beside it."""

    __slots__ = ()

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        if node.interrupting:
            withdraw(step, token, f"interrupted by {node.id}")
            step.record(ev.ElementEntered(token.key, node.index, token.scope, -1))
        else:
            key = step.key()
            step.record(ev.ElementEntered(key, node.index, token.scope, -1))
            token = step.instance.tokens[key]
        finish(step, token, node, values)
