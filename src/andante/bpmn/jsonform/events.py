"""Events of a JSON definition: what they wait for or throw."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import EventDefinition
from andante.bpmn.jsonform.fields import Fields
from andante.bpmn.jsonform.work import read_form_use
from andante.expressions import Expression

_NONE: Final = "None"
_MULTIPLE: Final = "Multiple"
_CAUGHT: Final = {
    "Message": kinds.MESSAGE, "Time": kinds.TIMER, "Signal": kinds.SIGNAL, "Condition": kinds.CONDITIONAL,
}  # fmt: skip
_UPWARDS: Final = {"Error": kinds.ERROR, "Escalation": kinds.ESCALATION}
_THROWN: Final = {"Message": kinds.MESSAGE, "Signal": kinds.SIGNAL, "Escalation": kinds.ESCALATION}
_UNDOING: Final = {"Compensation": kinds.COMPENSATE}
_ENDING: Final = {"Terminate": kinds.TERMINATE, "Error": kinds.ERROR, "Cancel": kinds.CANCEL}
# What an event may have several of; and all that it may be.
_PARTS: Final[dict[int, dict[str, int]]] = {
    kinds.START_EVENT: {**_CAUGHT, **_UPWARDS},
    kinds.END_EVENT: _THROWN,
    kinds.CATCH_EVENT: _CAUGHT,
    kinds.THROW_EVENT: _THROWN,
    kinds.BOUNDARY_EVENT: {**_CAUGHT, **_UPWARDS},
}
_ALONE: Final[dict[int, dict[str, int]]] = {
    kinds.START_EVENT: {"Start": kinds.NONE, "Custom": kinds.NONE, "Form": kinds.NONE, **_UNDOING},
    kinds.END_EVENT: {"End": kinds.NONE, **_ENDING, **_UNDOING},
    kinds.CATCH_EVENT: {"Link": kinds.LINK},
    kinds.THROW_EVENT: {_NONE: kinds.NONE, "Link": kinds.LINK, **_UNDOING},
    kinds.BOUNDARY_EVENT: {"Cancel": kinds.CANCEL, **_UNDOING},
}
TYPES: Final = {
    place: {**parts, **_ALONE[place], _MULTIPLE: kinds.MULTIPLE} for place, parts in _PARTS.items()
}  # fmt: skip
_THROWING: Final = frozenset((kinds.END_EVENT, kinds.THROW_EVENT))
_DEFAULTS: Final = {kinds.START_EVENT: "Start", kinds.END_EVENT: "End"}
# A field that tells the type where `type` is not given.
_TELLING: Final = (
    ("signal", "Signal"), ("message", "Message"), ("date", "Time"), ("duration", "Time"), ("cycle", "Time"),
    ("offset", "Time"), ("errorCode", "Error"), ("escalationCode", "Escalation"), ("condition", "Condition"),
    ("link", "Link"), ("handler", "Compensation"), ("events", _MULTIPLE),
)  # fmt: skip
_UNITS: Final = {"days": "P{}D", "hours": "PT{}H", "minutes": "PT{}M", "seconds": "PT{}S"}


def read_event(node: NodeDraft, item: Fields) -> None:
    """Any of the five kinds of event."""
    types = TYPES[node.kind]
    type = _type(node, item, types)
    if type not in types:
        item.fault("eventKind", f"The type '{type}' is not possible here. Use one of {', '.join(types)}.")
        return
    if node.kind == kinds.BOUNDARY_EVENT:
        node.attached_to = item.text("attachedTo")
        node.interrupting = item.flag("interrupting", True)
    elif node.kind == kinds.START_EVENT:
        node.interrupting = item.flag("interrupting", True)  # it counts in event sub-processes alone
    if node.kind == kinds.START_EVENT:
        read_form_use(node, item)
    node.inputs = item.mappings("inputs")
    node.outputs = item.mappings("outputs")
    kind = types[type]
    if kind == kinds.MULTIPLE:
        node.event = _multiple(node, item)
    elif kind != kinds.NONE:
        node.event = _definition(kind, node, item)


def _type(node: NodeDraft, item: Fields, types: dict[str, int]) -> str:
    told = next((type for field, type in _TELLING if item.has(field) and type in types), "")
    return item.text("type") or told or _DEFAULTS.get(node.kind, _NONE)


def _multiple(node: NodeDraft, item: Fields) -> EventDefinition | None:
    """Several events in one (BPMN 2.0.2 section 10.5.5): one is enough, or all are needed."""
    parallel = item.flag("parallel")
    if parallel and node.kind in _THROWING:
        item.fault("eventKind", "An event that throws several throws them all. Remove 'parallel'.")
    types = _CAUGHT if parallel else _PARTS[node.kind]
    parts: list[EventDefinition] = []
    for each in item.objects("events"):
        type = _type(node, each, types)
        if type not in types:
            each.fault("eventKind", f"The type '{type}' is not possible here. Use one of {', '.join(types)}.")
            continue
        parts.append(_definition(types[type], node, each))
        each.close()
    if len(parts) < 2:
        item.fault("eventKind", "A multiple event has two or more 'events'. Write them, or an event of one type.")
        return None
    return EventDefinition(kinds.MULTIPLE, parts=tuple(parts), parallel=parallel)


def _definition(kind: int, node: NodeDraft, item: Fields) -> EventDefinition:
    event = EventDefinition(kind)
    if kind == kinds.MESSAGE:
        event.name = item.value("message")
        event.correlation = item.value("correlation")
        if event.name is None:
            item.fault("messageName", "It does not say which message. Set 'message' to its name.")
    elif kind == kinds.SIGNAL:
        event.name = item.value("signal")
        if event.name is None:
            item.fault("signalName", "It does not say which signal. Set 'signal' to its name.")
    elif kind == kinds.ERROR:
        _code(event, "errorCode", node, item)
        event.message = item.value("errorMessage") if node.kind in _THROWING else None
        event.code_variable = item.text("codeVariable")
        event.message_variable = item.text("messageVariable")
    elif kind == kinds.ESCALATION:
        _code(event, "escalationCode", node, item)
        event.code_variable = item.text("codeVariable")
    elif kind == kinds.CONDITIONAL:
        event.condition = item.condition("condition")
        event.variables = item.names("variables")
        if event.condition is None:
            item.fault("condition", "The event has no condition. Set 'condition' to what is true or false.")
    elif kind == kinds.COMPENSATE:
        if node.kind in _THROWING:
            event.activity = item.text("activity")
            event.waits = item.flag("wait", True)
    elif kind == kinds.LINK:
        event.code = item.text("link")
        if not event.code:
            item.fault("link", "The link has no name. Set 'link', and the same one at its other end.")
    elif kind == kinds.TIMER:
        _timer(event, item)
    return event


def _code(event: EventDefinition, field: str, node: NodeDraft, item: Fields) -> None:
    """A code that is an expression is computed where it is thrown; who catches must know it before. Without one all are
    caught."""
    value = item.value(field)
    if value is None:
        if node.kind in _THROWING:
            item.fault(field, f"It does not say what it throws. Set '{field}'.")
    elif value.is_constant and isinstance(value.constant, str):
        event.code = value.constant or None
    elif node.kind in _THROWING:
        event.name = value
    else:
        item.fault(field, f"The code '{value.text}' must be a fixed text to be caught. Write the code itself.")


def _timer(event: EventDefinition, item: Fields) -> None:
    given = [name for name in ("date", "duration", "cycle", "offset") if item.has(name)]
    if len(given) != 1:
        item.fault("timer", "The timer needs exactly one of date, duration, cycle, or offset with unit. Write one.")
        return
    if given[0] != "offset":
        event.timer_kind = given[0]
        event.timer = item.value(given[0])
        return
    offset, unit, base = item.number("offset"), item.text("unit"), item.text("baseTime")
    form = _UNITS.get(unit.lower())
    if form is None:
        item.fault("timer", f"The unit '{unit}' is not known. Use one of {', '.join(_UNITS)}.")
        return
    duration = ("-" if offset < 0 else "") + form.format(abs(offset))
    event.timer_kind = "date" if base else "duration"
    event.timer = _after(base, duration, item) if base else item.language.value(duration, item.where, 0)


def _after(base: str, duration: str, item: Fields) -> Expression | None:
    """Base time plus offset; the base is a variable or an expression that gives a date-time."""
    name = base.removeprefix("{!").removesuffix("}") if base.startswith("{!") else base.removeprefix("=")
    return item.language.value(f'=date and time({name}) + duration("{duration}")', item.where, 0)
