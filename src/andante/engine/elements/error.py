"""BPMN errors: from where they are thrown outwards to the nearest catcher (section 10.4.5.3).

In a scope that is an event sub-process, which does not catch what is thrown in itself; around it, a boundary event. A
code of its own goes before a catch-all at the same place. What no scope catches goes up to the caller of the
instance; without a caller, an error end event ends its path like a none end event (as Camunda 7 does) and an error
that a worker threw is an incident.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition
from andante.engine import events as ev
from andante.engine.commands import FailCall
from andante.engine.effects import TellParent
from andante.engine.elements.propagation import catch, nearest
from andante.engine.elements.withdrawal import close
from andante.engine.state import TERMINATED, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def throw_error(step: "Step", token: Token, code: str, message: str, values: Mapping[str, object]) -> bool:
    """Look for the catcher, from the activity at `token` outwards. False when nobody caught it and nothing changed."""
    instance = step.instance
    found = nearest(step, token, kinds.ERROR, code)
    if found is not None:
        at, catcher, event = found
        step.record(ev.ErrorThrown(token.key, code, message))
        step.record(ev.ErrorCaught(at.key, catcher.index, code, message))
        brought = {**values, **_told(event, code, message)}
        catch(step, at, catcher, brought)
        return True
    if instance.parent_id:
        step.record(ev.ErrorThrown(token.key, code, message))
        parent_id, parent_token = instance.parent_id, instance.parent_token
        close(step, TERMINATED, f"error {code}")
        step.ask(TellParent(parent_id, FailCall(parent_token, instance.id, code, message)))
        return True
    return False


def _told(event: EventDefinition, code: str, message: str) -> dict[str, object]:
    told: dict[str, object] = {}
    if event.code_variable:
        told[event.code_variable] = code
    if event.message_variable:
        told[event.message_variable] = message
    return told
