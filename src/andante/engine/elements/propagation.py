"""The way of an error or escalation, from where it is thrown outwards (BPMN 2.0.2 section 10.4.5)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import Node
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.event_handlers import handle, starts_of
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def outwards(step: "Step", token: Token) -> Iterator[tuple[Token | Scope, list[Node]]]:
    """Each place on the way with the events that may catch: an activity with its boundary events, a scope with the
    start events of its event sub-processes but the one that it is thrown in."""
    instance, nodes = step.instance, step.graph.nodes
    host = token
    while True:
        if host.loop:
            host = instance.tokens[host.loop]
        yield host, [nodes[index] for index in nodes[host.node].boundaries]
        scope = instance.scopes[host.scope]
        yield scope, [start for start in starts_of(step, scope) if start.scope != host.node]
        if not scope.key:
            return
        host = instance.tokens[scope.token]


def catch(step: "Step", at: Token | Scope, catcher: Node, values: Mapping[str, object]) -> None:
    """It is caught at one of the places that `outwards` gave."""
    if isinstance(at, Scope):
        handle(step, at, catcher, values)
    else:
        BEHAVIOURS[catcher.kind].occur(step, at, catcher, values)
