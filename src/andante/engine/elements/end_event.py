"""The end event (BPMN 2.0.2 sections 10.4.3 and 13.5.6)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, final

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, Node
from andante.engine import events as ev
from andante.engine.elements.activity import NOTHING
from andante.engine.elements.compensation import compensate, leave_cancelled
from andante.engine.elements.error import throw_error
from andante.engine.elements.flows import end, tell_parent
from andante.engine.elements.propagation import code_of
from andante.engine.elements.throw_event import ThrowEvent
from andante.engine.elements.withdrawal import cancel, close
from andante.engine.scoping import json_value
from andante.engine.state import TERMINATED, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


@final
class EndEvent(ThrowEvent):
    """As a throw event, and error, terminate and cancel. Having no way out, it consumes its token."""

    __slots__ = ()

    def throw(self, step: "Step", token: Token, node: Node, event: EventDefinition) -> bool:
        if event.kind == kinds.TERMINATE:
            _terminate(step, token)
            return False
        if event.kind == kinds.ERROR:
            code, message = code_of(step, token, event), _message(step, token, node, event)
            if throw_error(step, token, code, message, NOTHING):
                return False
            step.record(ev.ErrorThrown(token.key, code, message))
            return True
        if event.kind == kinds.CANCEL:
            _end_others(step, token, "the transaction is cancelled")
            if not compensate(step, token, node, None):
                leave_cancelled(step, token)
            return False
        return super().throw(step, token, node, event)

    def child_done(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        if node.event is not None and node.event.each[-1].kind == kinds.CANCEL:
            leave_cancelled(step, token)
        else:
            super().child_done(step, token, node, values)


def _message(step: "Step", token: Token, node: Node, event: EventDefinition) -> str:
    """The error's message; the event's name where the model writes none."""
    if event.message is None:
        return node.name
    value = json_value(step.value(event.message, token))
    return value if isinstance(value, str) else "" if value is None else str(value)


def _terminate(step: "Step", token: Token) -> None:
    """End the scope with all that runs in it; at process level the instance is Terminated (contract section 7 row 6).

    A caller goes on as after any other end.
    """
    if token.scope == 0:
        close(step, TERMINATED, "terminate end event")
        tell_parent(step)
        return
    _end_others(step, token, "terminate end event")
    end(step, token)


def _end_others(step: "Step", token: Token, reason: str) -> None:
    instance = step.instance
    for key in list(instance.scopes[token.scope].tokens):
        other = instance.tokens.get(key)
        if other is not None and other is not token:
            cancel(step, other, reason)
