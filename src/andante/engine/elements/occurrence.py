"""What is awaited occurs: a timer, message, signal or condition (BPMN 2.0.2 section 13.5)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.engine import events as ev
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.event_handlers import handle
from andante.engine.elements.multiple_event import gather, parallel
from andante.engine.state import Scope, owner
from andante.engine.waits import Subscription, Timer

if TYPE_CHECKING:
    from andante.engine.step import Step


def take(step: "Step", subscription: Subscription) -> None:
    """It is taken: only what does not interrupt, at a boundary or in a scope, goes on waiting for the next one. There a
    part of a parallel multiple event waits for the others first; a condition stays, to be looked at as others are."""
    node = step.graph.nodes[subscription.node]
    if node.interrupting or (parallel(node) and subscription.kind != kinds.CONDITIONAL):
        step.record(ev.SubscriptionClosed(subscription.key))


def occur(step: "Step", wait: Timer | Subscription, values: Mapping[str, object]) -> None:
    """The awaited event occurs: for an event sub-process, at a boundary, behind an event-based gateway, or at the
    token's own element."""
    nodes = step.graph.nodes
    at = owner(step.instance, wait.token)
    node = nodes[wait.node]
    if parallel(node):
        all_of_them = gather(step, at, node, wait, values)
        if all_of_them is None:
            return
        values = all_of_them
    if isinstance(at, Scope):
        handle(step, at, node, values)
        return
    kind = nodes[at.node].kind
    behaviour = BEHAVIOURS[kind if kind == kinds.EVENT_GATEWAY else node.kind]
    behaviour.occur(step, at, node, values)
