"""The way of an error or escalation, from where it is thrown outwards (BPMN 2.0.2 section 10.4.5)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import EventDefinition, Node
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.compensation import reopened
from andante.engine.elements.event_handlers import handle, starts_of
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def outwards(step: "Step", place: Token | Scope) -> Iterator[tuple[Token | Scope, list[Node]]]:
    """Each place on the way, from a token or the process itself, with the events that may catch: an activity with its
    boundary events, a scope with the start events of its event sub-processes but the one that it is thrown in. What is
    undone has completed and catches nothing."""
    instance, nodes = step.instance, step.graph.nodes
    if isinstance(place, Scope):
        yield place, starts_of(step, place)
        return
    host = place
    while True:
        if host.loop:
            host = instance.tokens[host.loop]
        if not (instance.compensations and reopened(step, host)):
            yield host, [nodes[index] for index in nodes[host.node].boundaries]
        scope = instance.scopes[host.scope]
        inside, host = host, instance.tokens[scope.token] if scope.key else host
        if not (scope.key and instance.compensations and reopened(step, host)):
            yield scope, [start for start in starts_of(step, scope) if start.scope != inside.node]
        if not scope.key:
            return


def nearest(
    step: "Step", place: Token | Scope, kind: int, code: str
) -> tuple[Token | Scope, Node, EventDefinition] | None:
    """Who catches the error or escalation, and by which of its definitions: the first place on the way that does. There
    a code of its own goes before a catch-all."""
    for at, catchers in outwards(step, place):
        every: tuple[Token | Scope, Node, EventDefinition] | None = None
        for catcher in catchers:
            for event in () if catcher.event is None else catcher.event.each:
                if event.kind != kind:
                    continue
                if event.code == code and code:
                    return at, catcher, event
                if not event.code:
                    every = every or (at, catcher, event)
        if every is not None:
            return every
    return None


def code_of(step: "Step", token: Token, event: EventDefinition) -> str:
    """The code that an event throws: written, or computed. Raises ModelFault."""
    if event.name is None:
        return event.code or ""
    value = json_value(step.value(event.name, token))
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise ModelFault("event", f"the code '{event.name.text}' should be a text, but is {value!r}")
    return value


def catch(step: "Step", at: Token | Scope, catcher: Node, values: Mapping[str, object]) -> None:
    """It is caught at one of the places that `outwards` gave."""
    if isinstance(at, Scope):
        handle(step, at, catcher, values)
    else:
        BEHAVIOURS[catcher.kind].occur(step, at, catcher, values)
