"""The inclusive gateway (BPMN 2.0.2 section 13.4.3).

It splits to every flow whose condition holds. It joins by reachability, not by counting: it waits as long as some
token elsewhere can still come in by a flow that has none, and cannot come in by one that has.
"""

from typing import TYPE_CHECKING, final

from andante.bpmn import kinds
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


def release_joins(step: "Step") -> bool:
    """Let every inclusive join go on that has nothing left to wait for. Called when no token can move. True if any."""
    nodes = step.graph.nodes
    for scope in list(step.instance.scopes.values()):
        for index in list(scope.joined):
            node = nodes[index]
            if node.kind == kinds.INCLUSIVE_GATEWAY and not _waits(step, scope, node):
                _release(step, scope, node)
                return True
    return False


def _waits(step: "Step", scope: Scope, node: Node) -> bool:
    tokens, reach = step.instance.tokens, step.graph.reach
    waiting = set(scope.joined[node.index])
    taken = {tokens[key].flow for key in waiting}
    empty = full = 0
    for flow in node.incoming:
        if flow in taken:
            full |= reach.get(flow, 0)
        else:
            empty |= reach.get(flow, 0)
    blocking = empty & ~full
    if not blocking:
        return False
    return any((blocking >> tokens[key].node) & 1 for key in scope.tokens if key not in waiting)


def _release(step: "Step", scope: Scope, node: Node) -> None:
    tokens = step.instance.tokens
    first: dict[int, int] = {}
    for key in sorted(scope.joined[node.index]):
        first.setdefault(tokens[key].flow, key)
    stays, *others = first.values()
    for key in others:
        step.record(ev.TokenEnded(key))
    finish(step, tokens[stays], node)
