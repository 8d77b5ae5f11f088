"""Joins that wait by reachability: looked at when no token can move (BPMN 2.0.2 sections 13.4.3 and 13.4.5)."""

from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.engine.elements import complex_gateway, inclusive_gateway

if TYPE_CHECKING:
    from andante.engine.step import Step


def release_joins(step: "Step") -> bool:
    """Let one join go on that has nothing left to wait for. True if there was one."""
    nodes = step.graph.nodes
    for scope in list(step.instance.scopes.values()):
        for index in list(scope.joined):
            node = nodes[index]
            if node.kind == kinds.INCLUSIVE_GATEWAY and inclusive_gateway.release(step, scope, node):
                return True
            if node.kind == kinds.COMPLEX_GATEWAY and complex_gateway.reset(step, scope, node):
                return True
    return False
