"""Correlation by keys (BPMN 2.0.2 section 8.4.2): which instance a message is for is read from the message itself.

A property is in the process what its binding says. Without one it is the variable of its name, which the first message
that is sent or received sets: so the conversation goes on with that instance. Until then any message opens it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import CorrelationKey
from andante.engine import events as ev
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value, set_variables
from andante.engine.state import Scope, Token, owner
from andante.expressions import Expression, ExpressionError

if TYPE_CHECKING:
    from andante.engine.step import Step


def own_key(step: "Step", place: Token | Scope, key: CorrelationKey) -> str | None:
    """The key that the instance has; None as long as no message has set it. Raises ModelFault for a bound property
    that is null."""
    values: list[object] = []
    for each in key.properties:
        value = json_value(step.value(each.own, place))
        if value is None and each.bound:
            raise ModelFault("correlation", f"the property '{each.name}', '{each.own.text}', is null")
        values.append(value)
    return _joined(values)


def carried_key(key: CorrelationKey, values: Mapping[str, object], now: int | None) -> str | None:
    """The key that a message with these variables has; None where a property is not in it."""
    return _joined([_carried(each.path, values, now) for each in key.properties])


def remember(step: "Step", key: CorrelationKey, values: Mapping[str, object]) -> None:
    """A message was sent or received: properties that nothing has set yet are now what it says, and what is awaited
    already knows its key. Raises ModelFault."""
    known = step.instance.variables
    new: dict[str, object] = {}
    for each in key.properties:
        if not each.bound and known.get(each.name) is None:
            value = _carried(each.path, values, step.now)
            if value is not None:
                new[each.name] = value
    if new:
        set_variables(step, None, new)
        _tell_who_waits(step)


def _tell_who_waits(step: "Step") -> None:
    """Messages that are awaited by a key which was not known, and is now, are those of this conversation alone."""
    instance, nodes = step.instance, step.graph.nodes
    for subscription in list(instance.subscriptions.values()):
        event = nodes[subscription.node].event
        if subscription.kind != kinds.MESSAGE or subscription.correlation is not None or event is None:
            continue
        key = event.each[subscription.part].key
        if key is None:
            continue
        try:
            text = own_key(step, owner(instance, subscription.token), key)
        except ModelFault:
            continue  # what is bound is null by now: it goes on waiting as it did
        if text is not None:
            step.record(ev.SubscriptionKeyed(subscription.key, subscription.node, text))


def _carried(path: Expression, values: Mapping[str, object], now: int | None) -> object:
    try:
        return json_value(path.evaluate(values, now))
    except ExpressionError:
        return None  # this message has it not


def _joined(values: Sequence[object]) -> str | None:
    """One text of all values; None where one is null."""
    if any(value is None for value in values):
        return None
    texts = [value if isinstance(value, str) else str(value) for value in values]
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
