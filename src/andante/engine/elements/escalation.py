"""Escalations: told outwards to the nearest catcher, which may or may not interrupt (BPMN 2.0.2 section 10.4.5.4).

What nobody catches has no effect: who escalated goes on. Out of a called instance it goes to the caller, which may
catch it at the call activity or further out; the called instance does not wait for that.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition
from andante.engine import events as ev
from andante.engine.commands import Escalate
from andante.engine.effects import TellParent
from andante.engine.elements.propagation import catch, code_of, nearest
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def escalate(step: "Step", token: Token, event: EventDefinition) -> bool:
    """The token throws the escalation. False when its catcher has interrupted it. Raises ModelFault."""
    throw_escalation(step, token, code_of(step, token, event), {})
    return step.instance.tokens.get(token.key) is token


def throw_escalation(
    step: "Step", place: Token | Scope, code: str, values: Mapping[str, object], once: str = ""
) -> None:
    """Look for the catcher, from the element at a token outwards, or in the process as a whole. `once` is its name
    where a called instance tells."""
    instance = step.instance
    step.record(ev.EscalationThrown(place.key, code, once))
    found = nearest(step, place, kinds.ESCALATION, code)
    if found is not None:
        at, catcher, event = found
        step.record(ev.EscalationCaught(at.key, catcher.index, code))
        brought = dict(values)
        if event.code_variable:
            brought[event.code_variable] = code
        catch(step, at, catcher, brought)
    elif instance.parent_id:
        again = f"{instance.id}-{step.once()}"
        told = Escalate(instance.parent_token, instance.id, code, dict(instance.variables), again)
        step.ask(TellParent(instance.parent_id, told))
