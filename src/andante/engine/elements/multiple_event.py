"""Parallel multiple events: all of their parts must occur, in any order (BPMN 2.0.2 sections 10.5.5 and 13.5).

Each part is awaited by itself. What has occurred is kept, with what it brought, until the last of them has. Of a
multiple event that is not parallel any part is the event, and nothing is kept.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.awaiting import arm_or_tell
from andante.engine.elements.withdrawal import clear_waits
from andante.engine.state import Scope, Token
from andante.engine.waits import Subscription, Timer

if TYPE_CHECKING:
    from andante.engine.step import Step


def parallel(node: Node) -> bool:
    """Whether all parts of its event must occur."""
    return node.event is not None and node.event.parallel


def gather(
    step: "Step", at: Token | Scope, node: Node, wait: Timer | Subscription, values: Mapping[str, object]
) -> Mapping[str, object] | None:
    """A part has occurred. None while others are awaited; after the last one what all of them brought, in the order in
    which they came."""
    if node.event is None:
        raise AssertionError(f"{node.id}: a part without its event")
    kept = [each for each in step.instance.triggers.values() if each.token == at.key and each.node == node.index]
    if any(each.part == wait.part for each in kept):
        return None
    if len(kept) + 1 < len(node.event.parts):
        step.record(ev.TriggerArrived(step.key(), at.key, node.index, wait.part, dict(values)))
        return None
    brought: dict[str, object] = {}
    for trigger in kept:
        brought.update(trigger.values)
        step.record(ev.TriggerCleared(trigger.key))
    brought.update(values)
    if not node.interrupting:
        _await_again(step, at, node)
    return brought


def _await_again(step: "Step", at: Token | Scope, node: Node) -> None:
    """What does not interrupt may occur again, once all parts have again; with a timer, which does so once, it may
    not."""
    if node.event is not None and any(part.kind == kinds.TIMER for part in node.event.parts):
        clear_waits(step, at, "occurred", node.index)
    else:
        arm_or_tell(step, at, node, again=True)
