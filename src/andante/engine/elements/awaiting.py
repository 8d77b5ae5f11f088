"""Waiting for an event: one's own, a boundary event's, or one behind an event-based gateway."""

from typing import TYPE_CHECKING, Final

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, Node
from andante.engine import events as ev
from andante.engine.elements.message import subscribe
from andante.engine.elements.timer import arm_timer
from andante.engine.elements.withdrawal import clear_waits
from andante.engine.faults import ModelFault
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step

_THROWN: Final = frozenset((kinds.ERROR, kinds.ESCALATION, kinds.COMPENSATE, kinds.CANCEL))


def arm(step: "Step", at: Token | Scope, node: Node, *, again: bool = False) -> None:
    """Let a token, or a scope, wait for the event of `node`, for each part of a multiple one. Raises ModelFault.

    A condition is looked at soon; `again` leaves out those that are awaited still. An error, escalation, compensation
    or cancellation is not waited for: its catcher is looked for when it is thrown.
    """
    event = node.event
    if event is None:
        return
    if not event.parts:
        _arm(step, at, node, event, 0)
        return
    for part, definition in enumerate(event.parts):
        if not again or definition.kind != kinds.CONDITIONAL:
            _arm(step, at, node, definition, part)


def _arm(step: "Step", at: Token | Scope, node: Node, definition: EventDefinition, part: int) -> None:
    if definition.kind in _THROWN:
        return
    if definition.kind == kinds.TIMER:
        arm_timer(step, at, node, definition, part)
    elif definition.kind == kinds.CONDITIONAL:
        text = "" if definition.condition is None else definition.condition.text
        step.record(ev.SubscriptionOpened(step.key(), at.key, node.index, kinds.CONDITIONAL, text, None, part))
    else:
        subscribe(step, at, node, definition, part)


def arm_or_tell(step: "Step", at: Token | Scope, node: Node, *, again: bool = False) -> None:
    """As `arm`, but what goes on meanwhile does not stop for a fault in the event: an incident tells of it."""
    try:
        arm(step, at, node, again=again)
    except ModelFault as fault:
        clear_waits(step, at, "failed", node.index)
        token = at.key if isinstance(at, Token) else 0
        text = f"{node.id} is not awaited: {fault.message}"
        step.record(ev.IncidentRaised(step.key(), token, fault.kind, text))
