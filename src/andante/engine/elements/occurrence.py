"""What is awaited occurs: a timer, message, signal or condition (BPMN 2.0.2 section 13.5)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.engine import events as ev
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.event_handlers import handle
from andante.engine.state import Scope, owner
from andante.engine.waits import Subscription, Timer

if TYPE_CHECKING:
    from andante.engine.step import Step


def take(step: "Step", subscription: Subscription) -> None:
    """It is taken: only what does not interrupt, at a boundary or in a scope, goes on waiting for the next one."""
    if step.graph.nodes[subscription.node].interrupting:
        step.record(ev.SubscriptionClosed(subscription.key))


def occur(step: "Step", wait: Timer | Subscription, values: Mapping[str, object]) -> None:
    """The awaited event occurs: for an event sub-process, at a boundary, behind an event-based gateway, or at the
    token's own element."""
    nodes = step.graph.nodes
    at = owner(step.instance, wait.token)
    node = nodes[wait.node]
    if isinstance(at, Scope):
        handle(step, at, node, values)
        return
    kind = nodes[at.node].kind
    behaviour = BEHAVIOURS[kind if kind == kinds.EVENT_GATEWAY else node.kind]
    behaviour.occur(step, at, node, values)
