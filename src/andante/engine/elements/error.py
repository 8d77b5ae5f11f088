"""BPMN errors: from where they are thrown outwards to the nearest boundary event that catches them (section 10.4.5.3).

A code of its own goes before a catch-all on the same activity. What no scope catches goes up to the caller of the
instance; without a caller, an error end event ends its path like a none end event (as Camunda 7 does) and an error
that a worker threw is an incident.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, Node
from andante.engine import events as ev
from andante.engine.commands import FailCall
from andante.engine.effects import TellParent
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.withdrawal import close
from andante.engine.state import TERMINATED, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def throw_error(step: "Step", token: Token, code: str, message: str, values: Mapping[str, object]) -> bool:
    """Look for the catcher, from the activity at `token` outwards. False when nobody caught it and nothing changed."""
    instance = step.instance
    host: Token | None = token
    while host is not None:
        if host.loop:
            host = instance.tokens[host.loop]
        boundary = _catching(step, host, code)
        if boundary is not None:
            step.record(ev.ErrorThrown(token.key, code, message))
            step.record(ev.ErrorCaught(host.key, boundary.index, code, message))
            brought = dict(values)
            if boundary.event is not None:
                brought.update(_told(boundary.event, code, message))
            BEHAVIOURS[boundary.kind].occur(step, host, boundary, brought)
            return True
        scope = instance.scopes[host.scope]
        host = instance.tokens[scope.token] if scope.key else None
    if instance.parent_id:
        step.record(ev.ErrorThrown(token.key, code, message))
        parent_id, parent_token = instance.parent_id, instance.parent_token
        close(step, TERMINATED, f"error {code}")
        step.ask(TellParent(parent_id, FailCall(parent_token, instance.id, code, message)))
        return True
    return False


def _catching(step: "Step", host: Token, code: str) -> Node | None:
    nodes = step.graph.nodes
    every: Node | None = None
    for index in nodes[host.node].boundaries:
        boundary = nodes[index]
        event = boundary.event
        if event is None or event.kind != kinds.ERROR:
            continue
        if event.code is None or event.code == "":
            every = every or boundary
        elif event.code == code:
            return boundary
    return every


def _told(event: EventDefinition, code: str, message: str) -> dict[str, object]:
    told: dict[str, object] = {}
    if event.code_variable:
        told[event.code_variable] = code
    if event.message_variable:
        told[event.message_variable] = message
    return told
