"""Conditional events: they occur when their condition is true (BPMN 2.0.2 section 10.4.5.2).

It is looked at once when it begins to be awaited, and again each time that a variable which it sees is set, before any
other element is entered. Only true fulfils it; what cannot be computed, as long as a variable is missing, does not.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, ProcessGraph
from andante.engine import events as ev
from andante.engine.declared import first_values
from andante.engine.elements.occurrence import occur, take
from andante.engine.faults import ModelFault, Rejected
from andante.engine.state import Instance, Scope, Token, owner
from andante.engine.waits import Subscription
from andante.expressions import ExpressionError

if TYPE_CHECKING:
    from andante.engine.step import Step


def check_conditions(step: "Step") -> None:
    """Look at the conditions that concern what was recorded since the last look."""
    news = step.events[step.looked_at :]
    step.looked_at = len(step.events)
    subscriptions = step.instance.subscriptions
    for subscription in list(subscriptions.values()):
        if subscription.kind != kinds.CONDITIONAL or subscriptions.get(subscription.key) is not subscription:
            continue  # of another kind; or an earlier one has interrupted its scope
        if any(_concerns(step, subscription, fact) for fact in news):
            _look(step, subscription)


def check_names(step: "Step", names: list[str]) -> None:
    """Look at the conditions that see these variables of the instance: they were set while it was suspended."""
    for subscription in concerned(step, names):
        _look(step, subscription)


def concerned(step: "Step", names: list[str]) -> list[Subscription]:
    """The open conditions that setting these variables of the instance concerns."""
    fact = ev.VariablesSet(0, dict.fromkeys(names))
    subscriptions = step.instance.subscriptions.values()
    return [s for s in subscriptions if s.kind == kinds.CONDITIONAL and _concerns(step, s, fact)]


def true_at_start(graph: ProcessGraph, event: EventDefinition, variables: dict[str, object], now: int) -> bool:
    """Whether a process begins by its conditional start event where these variables are set. One that names variables
    asks for one of them to be among these."""
    if event.condition is None or (event.variables and variables.keys().isdisjoint(event.variables)):
        return False
    try:
        names = {**graph.constants, **first_values(graph, variables)}
        return event.condition.evaluate(names, now) is True
    except (ExpressionError, Rejected):
        return False  # a variable is missing, or not of the type that the process declares


def _look(step: "Step", subscription: Subscription) -> None:
    instance = step.instance
    if instance.subscriptions.get(subscription.key) is not subscription or step.budget <= 0:
        return  # as above; or conditions make each other true without end
    definition = _definition(step, subscription)
    if definition.condition is None:
        return
    try:
        fulfilled = step.value(definition.condition, _place(step, subscription)) is True
    except ModelFault:
        return
    if fulfilled:
        step.budget -= 1
        take(step, subscription)
        occur(step, subscription, {})


def _definition(step: "Step", subscription: Subscription) -> EventDefinition:
    event = step.graph.nodes[subscription.node].event
    if event is None:
        raise AssertionError("a subscription without its event")
    return event.each[subscription.part]


def _concerns(step: "Step", subscription: Subscription, fact: ev.Event) -> bool:
    if isinstance(fact, ev.SubscriptionOpened):
        return fact.subscription == subscription.key
    if isinstance(fact, ev.LocalsSet):
        return fact.token == subscription.token and _named(step, subscription, fact.values)
    if isinstance(fact, ev.VariablesSet):
        place = _place(step, subscription)
        scope = place.key if isinstance(place, Scope) else place.scope
        return fact.holder in _around(step.instance, scope) and _named(step, subscription, fact.values)
    return False


def _named(step: "Step", subscription: Subscription, values: Mapping[str, object]) -> bool:
    names = _definition(step, subscription).variables
    return not names or any(name in values for name in names)


def _place(step: "Step", subscription: Subscription) -> Token | Scope:
    """Whose variables the condition sees; at the boundary of a sub-process also those in it."""
    at = owner(step.instance, subscription.token)
    return step.instance.scopes[at.child] if isinstance(at, Token) and at.child else at


def _around(instance: Instance, key: int) -> list[int]:
    """The scope and those around it."""
    found = [key]
    while key:
        key = instance.scopes[key].parent
        found.append(key)
    return found
