"""Waiting for an event: one's own, a boundary event's, or one behind an event-based gateway."""

from typing import TYPE_CHECKING, Final

from andante.bpmn import kinds
from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.message import subscribe
from andante.engine.elements.timer import arm_timer
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step

_THROWN: Final = frozenset((kinds.ERROR, kinds.ESCALATION, kinds.COMPENSATE, kinds.CANCEL))


def arm(step: "Step", at: Token | Scope, node: Node) -> None:
    """Let a token, or a scope, wait for the event of `node`. Raises ModelFault.

    A condition is looked at soon. An error, escalation, compensation or cancellation is not waited for: its catcher is
    looked for when it is thrown.
    """
    definition = node.event
    if definition is None or definition.kind in _THROWN:
        return
    if definition.kind == kinds.TIMER:
        arm_timer(step, at, node, definition)
    elif definition.kind == kinds.CONDITIONAL:
        text = "" if definition.condition is None else definition.condition.text
        step.record(ev.SubscriptionOpened(step.key(), at.key, node.index, kinds.CONDITIONAL, text, None))
    else:
        subscribe(step, at, node, definition)
