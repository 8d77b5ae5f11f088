"""Events as XML: what they wait for or throw (BPMN 2.0.2 section 10.5)."""

from copy import deepcopy
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import EventDefinition, JobWork
from andante.bpmn.xml.correlation import key_of
from andante.bpmn.xml.data import read_data
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.message_flows import message_of
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Reading
from andante.expressions import literal

DEFINITIONS: Final = {
    "messageEventDefinition": kinds.MESSAGE,
    "timerEventDefinition": kinds.TIMER,
    "signalEventDefinition": kinds.SIGNAL,
    "errorEventDefinition": kinds.ERROR,
    "terminateEventDefinition": kinds.TERMINATE,
    "escalationEventDefinition": kinds.ESCALATION,
    "conditionalEventDefinition": kinds.CONDITIONAL,
    "linkEventDefinition": kinds.LINK,
    "compensateEventDefinition": kinds.COMPENSATE,
    "cancelEventDefinition": kinds.CANCEL,
}
_THROWN: Final = frozenset((kinds.MESSAGE, kinds.SIGNAL, kinds.ESCALATION, kinds.COMPENSATE))
_CAUGHT: Final = frozenset((kinds.MESSAGE, kinds.TIMER, kinds.SIGNAL, kinds.CONDITIONAL))
# What an event may have several of; and what it may be.
_PARTS: Final = {
    kinds.START_EVENT: _CAUGHT | {kinds.ERROR, kinds.ESCALATION},
    kinds.END_EVENT: _THROWN | {kinds.ERROR, kinds.TERMINATE, kinds.CANCEL},
    kinds.CATCH_EVENT: _CAUGHT,
    kinds.THROW_EVENT: _THROWN,
    kinds.BOUNDARY_EVENT: _CAUGHT | {kinds.ERROR, kinds.ESCALATION},
}
_ALONE: Final = {
    kinds.START_EVENT: {kinds.NONE, kinds.COMPENSATE},
    kinds.END_EVENT: {kinds.NONE},
    kinds.CATCH_EVENT: {kinds.LINK},
    kinds.THROW_EVENT: {kinds.NONE, kinds.LINK},
    kinds.BOUNDARY_EVENT: {kinds.COMPENSATE, kinds.CANCEL},
}
ALLOWED: Final = {place: parts | _ALONE[place] | {kinds.MULTIPLE} for place, parts in _PARTS.items()}
# Nothing is thrown after these: the token ends with them, or waits until something is undone.
_LAST: Final = frozenset((kinds.ERROR, kinds.TERMINATE, kinds.CANCEL, kinds.COMPENSATE))
_TIMERS: Final = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_THROWING: Final = frozenset((kinds.END_EVENT, kinds.THROW_EVENT))


def read_event(node: NodeDraft, element: Element, reading: Reading) -> None:
    """Any of the five kinds of event node."""
    if node.kind == kinds.BOUNDARY_EVENT:
        node.attached_to = element.take("attachedToRef")
        node.interrupting = reading.flag(element, "cancelActivity", True)
    elif node.kind == kinds.START_EVENT:
        node.interrupting = reading.flag(element, "isInterrupting", True)  # it counts in event sub-processes alone
    parallel = node.kind not in _THROWING and reading.flag(element, "parallelMultiple", False)
    found = [_referred(each, element, reading) for each in element.take_all(*DEFINITIONS, "eventDefinitionRef")]
    definitions = [each for each in found if each is not None]
    if len(definitions) < len(found):
        return
    if len(definitions) > 1:
        _multiple(node, definitions, parallel, element, reading)
        return
    kind = kinds.NONE
    if definitions:
        kind = DEFINITIONS[definitions[0].name]
    if kind not in ALLOWED[node.kind]:
        if kind == kinds.NONE:
            message = f"The {element.name} does not say what it waits for. Add a message, timer or signal definition."
        else:
            message = f"A {kinds.EVENT_NAMES[kind]} {element.name} is not possible. Use another kind of event."
        reading.fault("eventKind", element, message)
        return
    if definitions:
        node.event = _definition(kind, node, definitions[0], element, reading)
    read_data(node, element, reading)


def _multiple(node: NodeDraft, definitions: list[Element], parallel: bool, element: Element, reading: Reading) -> None:
    """Several definitions on one event (section 10.5.5)."""
    given = [DEFINITIONS[definition.name] for definition in definitions]
    for kind in sorted(set(given)):
        if kind not in _PARTS[node.kind]:
            message = f"A {kinds.EVENT_NAMES[kind]} definition is not possible in a multiple {element.name}. Use an"
            reading.fault("eventKind", element, f"{message} event of its own.")
        elif parallel and kind not in _CAUGHT:
            reading.fault(
                "eventKind", element,
                f"A parallel multiple event cannot wait for an {kinds.EVENT_NAMES[kind]}, which takes effect as it is "
                "thrown. Use an event of its own.",
            )  # fmt: skip
    if node.kind in _THROWING and (early := [kind for kind in given[:-1] if kind in _LAST]):
        reading.fault(
            "eventOrder", element,
            f"What comes after the {kinds.EVENT_NAMES[early[0]]} definition would not be thrown at once. Write it "
            "last, or put an event of its own behind.",
        )  # fmt: skip
    parts = tuple(
        _definition(kind, node, definition, element, reading)
        for kind, definition in zip(given, definitions, strict=True)
    )
    node.event = EventDefinition(kinds.MULTIPLE, parts=parts, parallel=parallel)
    read_data(node, element, reading)


def _referred(found: Element, owner: Element, reading: Reading) -> Element | None:
    """The definition itself, also where the event refers to one that stands beside the processes (section 10.5)."""
    if found.name != "eventDefinitionRef":
        return found
    declared = reading.event_definitions.get(local_name(found.text))
    if declared is None:
        message = f"eventDefinitionRef names '{found.text}', but the file has no such event definition. Add it."
        reading.fault("unknownEventDefinition", owner, message)
        return None
    return deepcopy(declared)


def _definition(kind: int, node: NodeDraft, source: Element, owner: Element, reading: Reading) -> EventDefinition:
    event = EventDefinition(kind)
    if kind == kinds.MESSAGE:
        reference_message(event, source.take("messageRef"), owner, reading)
        if (operation := source.take("operationRef")) or source.take_text("operationRef"):
            reading.findings.ignored("operationRef", owner.label, source.line, f"{operation} is documentation here.")
    elif kind == kinds.TIMER:
        _timer(event, source, owner, reading)
    elif kind == kinds.SIGNAL:
        _signal(event, source, owner, reading)
    elif kind == kinds.ERROR:
        _error(event, node, source, owner, reading)
    elif kind == kinds.ESCALATION:
        _escalation(event, node, source, owner, reading)
    elif kind == kinds.COMPENSATE:
        event.activity = local_name(source.take("activityRef"))
        event.waits = reading.flag(source, "waitForCompletion", True)
    elif kind == kinds.LINK:
        event.code = source.take("name").strip()
        source.take_all("source", "target")  # the name pairs them
        if not event.code:
            reading.fault("link", owner, "The link has no name. Give both of its ends the same one.")
    elif kind == kinds.CONDITIONAL:
        _condition(event, source, owner, reading)
    for vendor in reading.vendors_of(source):
        vendor.event(event, node, source, reading)
    source.take("name")
    reading.leftovers(source)
    return event


def reference_message(event: EventDefinition, ref: str, owner: Element, reading: Reading) -> None:
    """Name and correlation key of the message that `ref` names; left open where it names none. What is at fault here
    has the reference for a name, so that nobody misses one: it is told of once."""
    message = reading.messages.get(local_name(ref)) if ref else message_of(owner, reading)
    if message is None:
        if ref:
            what = f"messageRef names '{ref}', but the file has no such message. Add it."
            reading.fault("unknownMessage", owner, what)
            event.name = literal(ref)
        return
    if message.name is None:
        reading.fault("messageName", owner, f"The message {ref} (line {message.line}) has no name. Give it one.")
        event.name = literal(message.id)
        return
    event.name = message.name
    event.correlation = message.correlation
    event.key = key_of(message.id, owner, reading.correlations, reading) if message.correlation is None else None


def _timer(event: EventDefinition, source: Element, owner: Element, reading: Reading) -> None:
    times = source.take_all(*_TIMERS)
    if len(times) != 1 or not times[0].text:
        reading.fault("timer", owner, "The timer has no time. Write one timeDate, timeDuration or timeCycle.")
        return
    time = times[0]
    event.timer_kind = _TIMERS[time.name]
    event.timer = reading.language.value(time.text, owner.label, time.line)
    time.take("language")
    time.take("evaluatesToTypeRef")
    reading.leftovers(time)


def _signal(event: EventDefinition, source: Element, owner: Element, reading: Reading) -> None:
    ref = local_name(source.take("signalRef"))
    if not ref:
        reading.fault("unknownSignal", owner, "The event does not say which signal it is. Set signalRef.")
        return
    if ref not in reading.signals:
        reading.fault("unknownSignal", owner, f"signalRef names '{ref}', but the file has no such signal. Add it.")
        return
    event.name = reading.signals[ref]
    if event.name is None:
        reading.fault("signalName", owner, f"The signal {ref} has no name. Give it one.")


def _error(event: EventDefinition, node: NodeDraft, source: Element, owner: Element, reading: Reading) -> None:
    ref = local_name(source.take("errorRef"))
    if ref and ref not in reading.errors:
        reading.fault("unknownError", owner, f"errorRef names '{ref}', but the file has no such error. Add it.")
        return
    error = reading.errors.get(ref)
    if error is not None:
        event.code, event.message = error.code or None, error.message
    if event.code is None and node.kind == kinds.END_EVENT:
        reading.fault("errorCode", owner, "The error end event has no error code. Refer to an error with an errorCode.")
    _computed(event, "errorCode", node, owner, reading)


def _escalation(event: EventDefinition, node: NodeDraft, source: Element, owner: Element, reading: Reading) -> None:
    ref = local_name(source.take("escalationRef"))
    if ref and ref not in reading.escalations:
        message = f"escalationRef names '{ref}', but the file has no such escalation. Add it."
        reading.fault("unknownEscalation", owner, message)
        return
    event.code = reading.escalations.get(ref) or None
    if event.code is None and node.kind in _THROWING:
        message = "It throws an escalation without a code. Refer to an escalation with an escalationCode."
        reading.fault("escalationCode", owner, message)
    _computed(event, "escalationCode", node, owner, reading)


def _condition(event: EventDefinition, source: Element, owner: Element, reading: Reading) -> None:
    part = source.take_one("condition")
    if part is None or not part.text:
        reading.fault("condition", owner, "The conditional event has no condition. Write one that is true or false.")
        return
    language = reading.language.declared(part.take("language"), owner.label, part.line)
    event.condition = reading.language.condition(part.text, owner.label, part.line, language)
    part.take("evaluatesToTypeRef")
    reading.leftovers(part)


def _computed(event: EventDefinition, what: str, node: NodeDraft, owner: Element, reading: Reading) -> None:
    """A code that is an expression is computed where it is thrown; who catches must know it before."""
    if event.code is None or not (event.code.startswith("=") or "${" in event.code):
        return
    if node.kind not in _THROWING:
        reading.fault(what, owner, f"The code '{event.code}' must be a fixed text to be caught. Write the code itself.")
        return
    event.name, event.code = reading.language.value(event.code, owner.label, owner.line), None


def finish_event(node: NodeDraft, element: Element, reading: Reading) -> None:
    """After the extensions: is it known what the message is, or who sends it?"""
    if node.event is None:
        return
    if node.event.kind == kinds.MULTIPLE and isinstance(node.work, JobWork):
        what = "No worker sends the messages of a multiple event. Set messageRef, or use an event of its own."
        reading.fault("unsupported", element, what)
    for event in node.event.each:
        if event.kind != kinds.MESSAGE or event.name is not None:
            continue
        if node.kind not in _THROWING:
            reading.fault("messageName", element, "The event does not say which message it waits for. Set messageRef.")
        elif not isinstance(node.work, JobWork):
            reading.fault("messageName", element, "The event does not say which message it throws. Set messageRef.")
