"""The inclusive gateway (BPMN 2.0.2 section 13.4.3).

It splits to every flow whose condition holds. It joins by reachability, not by counting: it waits as long as some
token elsewhere can still come in by a flow that has none, and cannot come in by one that has.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from andante.bpmn.graph import Flow, Node
from andante.engine import events as ev
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import conditional_flows, finish
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class InclusiveGateway(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if len(node.incoming) > 1:
            step.record(ev.TokenJoined(token.key))
        else:
            finish(step, token, node)

    def choose(self, step: "Step", token: Token, node: Node) -> list[Flow]:
        return conditional_flows(step, token, node)


def release(step: "Step", scope: Scope, node: Node) -> bool:
    """Called when no token can move: let the join go on if it has nothing left to wait for. True if it did."""
    tokens = step.instance.tokens
    first: dict[int, int] = {}
    for key in sorted(scope.joined[node.index]):
        first.setdefault(tokens[key].flow, key)
    empty = [flow for flow in node.incoming if flow not in first]
    if may_come(step, scope, node, empty, list(first)):
        return False
    stays, *others = first.values()
    for key in others:
        step.record(ev.TokenEnded(key))
    finish(step, tokens[stays], node)
    return True


def may_come(step: "Step", scope: Scope, node: Node, empty: Sequence[int], full: Sequence[int]) -> bool:
    """Whether a token elsewhere can still come in by one of the flows `empty`, and cannot by one of `full`."""
    tokens, reach = step.instance.tokens, step.graph.reach
    blocking = there = 0
    for flow in empty:
        blocking |= reach.get(flow, 0)
    for flow in full:
        there |= reach.get(flow, 0)
    blocking &= ~there
    if not blocking:
        return False
    waiting = set(scope.joined[node.index])
    return any((blocking >> tokens[key].node) & 1 for key in scope.tokens if key not in waiting)
