"""Messages and signals: subscribing, matching, throwing (BPMN 2.0.2 sections 10.4.5 and 13.5)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, Node
from andante.engine import events as ev
from andante.engine.commands import DeliverMessage, DeliverSignal
from andante.engine.effects import BroadcastSignal, PublishMessage
from andante.engine.elements.correlation import carried_key, own_key, remember
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value, visible
from andante.engine.state import Instance, Scope, Token, owner
from andante.engine.waits import Subscription

if TYPE_CHECKING:
    from andante.engine.step import Step


def event_name(step: "Step", place: Token | Scope, definition: EventDefinition) -> str:
    """The name of the message or signal. Raises ModelFault."""
    if definition.name is None:
        raise ModelFault("event", f"the {kinds.EVENT_NAMES[definition.kind]} has no name")
    value = step.value(definition.name, place)
    if not isinstance(value, str) or not value:
        raise ModelFault("event", f"the name '{definition.name.text}' should be a text, but is {value!r}")
    return value


def subscribe(step: "Step", at: Token | Scope, node: Node, definition: EventDefinition, part: int = 0) -> None:
    """Await the message or signal. Raises ModelFault."""
    name = event_name(step, at, definition)
    correlation: str | None = None
    if definition.correlation is not None:
        value = json_value(step.value(definition.correlation, at))
        if value is None:
            raise ModelFault("correlation", f"the correlation key '{definition.correlation.text}' is null")
        correlation = value if isinstance(value, str) else str(value)
    elif definition.key is not None:
        correlation = own_key(step, at, definition.key)
    step.record(ev.SubscriptionOpened(step.key(), at.key, node.index, definition.kind, name, correlation, part))


def receiver(step: "Step", command: DeliverMessage) -> Subscription | None:
    """The oldest subscription that the message matches."""
    for subscription in step.instance.subscriptions.values():
        if (
            subscription.kind == kinds.MESSAGE
            and subscription.name == command.name
            and _matches(step, subscription, command)
        ):
            return subscription
    return None


def _matches(step: "Step", subscription: Subscription, command: DeliverMessage) -> bool:
    """A correlation key decides alone, in the message itself where the caller names none; without one the business key
    and the variables named must agree."""
    instance = step.instance
    values = command.correlation or {}
    if subscription.correlation is not None:
        key = subscription.correlation
        if key == command.business_key or any(str(value) == key for value in values.values()):
            return True
        event = step.graph.nodes[subscription.node].event
        own = None if event is None else event.each[subscription.part].key
        return not values and own is not None and carried_key(own, command.variables, step.now) == key
    if command.business_key and command.business_key != instance.business_key:
        return False
    if not values:
        return True
    names = visible(instance, owner(instance, subscription.token))
    return all(name in names and names[name] == value for name, value in values.items())


def catchers(instance: Instance, command: DeliverSignal) -> list[Subscription]:
    """Every subscription to the signal."""
    return [s for s in instance.subscriptions.values() if s.kind == kinds.SIGNAL and s.name == command.name]


def check_thrown(step: "Step", token: Token, definition: EventDefinition) -> None:
    """Whether what the message or signal needs can be computed. Raises ModelFault."""
    event_name(step, token, definition)
    if definition.correlation is not None:
        step.value(definition.correlation, token)
    elif definition.key is not None and carried_key(definition.key, _carried(token), step.now) is None:
        own_key(step, token, definition.key)


def throw_message(step: "Step", token: Token, node: Node, definition: EventDefinition) -> None:
    """Send a message with the mapped inputs as its variables. Raises ModelFault.

    It is correlated by the event's correlation key where it has one, in its variables or in this instance; else by this
    instance's business key where the caller set one.
    """
    instance = step.instance
    name = event_name(step, token, definition)
    key = "" if instance.business_key == instance.id else instance.business_key
    if definition.correlation is not None:
        key = str(json_value(step.value(definition.correlation, token)))
    elif definition.key is not None:
        carried = _carried(token)
        remember(step, definition.key, carried)
        key = carried_key(definition.key, carried, step.now) or own_key(step, token, definition.key) or key
    step.record(ev.MessageThrown(node.index, name))
    once = f"{instance.id}-{step.once()}"
    step.ask(PublishMessage(name, key, _carried(token), once))


def throw_signal(step: "Step", token: Token, node: Node, definition: EventDefinition) -> None:
    """Broadcast a signal with the mapped inputs as its variables. Raises ModelFault."""
    name = event_name(step, token, definition)
    step.record(ev.SignalThrown(node.index, name))
    step.ask(BroadcastSignal(name, _carried(token)))


def _carried(token: Token) -> dict[str, object]:
    carried: Mapping[str, object] = token.locals or {}
    return dict(carried)
