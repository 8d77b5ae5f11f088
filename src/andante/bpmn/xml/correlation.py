"""Correlation as XML (BPMN 2.0.2 section 8.4.2): keys, the properties they are made of, and how a process has them.

A property says for each message where in it the property is (its retrieval expression). A process may subscribe to a
key and say where among its own data each property is (its binding).
"""

from typing import Final

from andante.bpmn.graph import CorrelationKey, CorrelationProperty
from andante.bpmn.xml.data import read_value
from andante.bpmn.xml.element import BPMN, Element
from andante.bpmn.xml.keys import Correlations, Key, Property, Subscription
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression

_KEY_HOLDERS: Final = ("collaboration", "choreography", "globalConversation")


def read_correlations(root: Element, reading: Reading) -> Correlations:
    """The properties and keys of a file. What refers to nothing is a fault."""
    found = Correlations()
    for element in root.take_all("correlationProperty"):
        found.properties[element.id] = _property(element, reading)
    pending = [child for child in root.children if child.space == BPMN and child.name in _KEY_HOLDERS]
    while pending:
        element = pending.pop()
        for child in element.take_all("correlationKey"):
            found.keys[child.id] = _key(child, found, reading)
        pending.extend(element.children)
    return found


def _property(element: Element, reading: Reading) -> Property:
    made = Property(" ".join(element.take("name").split()) or element.id, element.line)
    element.take("type")
    for source in element.take_all("correlationPropertyRetrievalExpression"):
        message = local_name(source.take("messageRef"))
        if message not in reading.messages:
            reading.findings.fault(
                "unknownMessage", element.label, source.line,
                f"messageRef names '{message}', but the file has no such message. Add it.",
            )  # fmt: skip
        path = source.take_one("messagePath")
        value = read_value(path, element.label, reading) if path is not None else None
        if value is not None:
            made.paths[message] = value
        elif path is None or not path.text:
            reading.findings.fault(
                "correlation", element.label, source.line,
                f"It does not say where in the message '{message}' the property is. Write a messagePath.",
            )  # fmt: skip
        reading.leftovers(source)
    reading.leftovers(element)
    return made


def _key(element: Element, found: Correlations, reading: Reading) -> Key:
    refs = [local_name(ref.text) for ref in element.take_all("correlationPropertyRef")]
    element.take("name")
    reading.leftovers(element)
    for ref in refs:
        if ref not in found.properties:
            message = f"It names the property '{ref}', but the file has no such correlationProperty. Add it."
            reading.fault("correlation", element, message)
    if not refs:
        reading.fault("correlation", element, "The key has no property. Name one by correlationPropertyRef.")
    return Key(element.id, element.line, [ref for ref in refs if ref in found.properties])


def subscribe_process(process: Element, found: Correlations, reading: Reading) -> None:
    """What a process subscribes to; to be read before its elements."""
    found.subscriptions = []
    for element in process.take_all("correlationSubscription"):
        ref = local_name(element.take("correlationKeyRef"))
        key = found.keys.get(ref)
        bindings = element.take_all("correlationPropertyBinding")
        if key is None:
            message = f"correlationKeyRef names '{ref}', but the file has no such correlationKey. Add it."
            reading.fault("correlation", element, message)
            continue
        subscription = Subscription(key, element.line)
        for binding in bindings:
            _binding(binding, subscription, element, reading)
        reading.leftovers(element)
        found.subscriptions.append(subscription)


def _binding(binding: Element, subscription: Subscription, owner: Element, reading: Reading) -> None:
    ref = local_name(binding.take("correlationPropertyRef"))
    if ref not in subscription.key.properties:
        reading.findings.fault(
            "correlation", owner.label, binding.line,
            f"It binds '{ref}', which is no property of the key {subscription.key.id}. Name one of its properties.",
        )  # fmt: skip
        return
    path = binding.take_one("dataPath")
    value = read_value(path, owner.label, reading) if path is not None else None
    if value is not None:
        subscription.bindings[ref] = value
    elif path is None or not path.text:
        reading.findings.fault(
            "correlation", owner.label, binding.line,
            f"It does not say where in the process '{ref}' is. Write a dataPath, or leave the binding out.",
        )  # fmt: skip
    reading.leftovers(binding)


def key_of(message: str, owner: Element, found: Correlations, reading: Reading) -> CorrelationKey | None:
    """The key by which an element of the process sends or awaits the message: one it subscribes to, else any other."""
    bound = [(subscription.key, subscription.bindings) for subscription in found.subscriptions]
    held = {key.id for key, _ in bound}
    others: list[tuple[Key, dict[str, Expression]]] = [(key, {}) for key in found.keys.values() if key.id not in held]
    for key, bindings in (*bound, *others):
        paths = [found.properties[id].paths.get(message) for id in key.properties]
        if all(path is not None for path in paths) and paths:
            return CorrelationKey(
                tuple(
                    CorrelationProperty(found.properties[id].name, path, bindings.get(id))
                    for id, path in zip(key.properties, paths, strict=True)
                    if path is not None
                )
            )
        if any(path is not None for path in paths) and (key.id, message) not in found.told:
            found.told.add((key.id, message))
            missing = next(id for id, path in zip(key.properties, paths, strict=True) if path is None)
            reading.findings.warn(
                "noCorrelation", missing, found.properties[missing].line,
                f"The key {key.id} has this property, but it does not say where in the message '{message}' it is, so "
                "the key does not count there. Write a correlationPropertyRetrievalExpression for it.",
            )  # fmt: skip
            return None
    if bound:
        reading.findings.warn(
            "noCorrelation", owner.label, owner.line,
            f"The process subscribes to the key {bound[0][0].id}, but no property of it is in the message '{message}': "
            "it is not correlated by the key. Write a correlationPropertyRetrievalExpression for it.",
        )  # fmt: skip
    return None
