"""Events of a JSON definition: what they wait for or throw."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import EventDefinition
from andante.bpmn.jsonform.fields import Fields
from andante.expressions import Expression

_NONE: Final = "None"
_TYPES: Final[dict[int, dict[str, int]]] = {
    kinds.START_EVENT: {
        "Start": kinds.NONE, "Custom": kinds.NONE, "Form": kinds.NONE, "Message": kinds.MESSAGE, "Time": kinds.TIMER,
        "Signal": kinds.SIGNAL,
    },
    kinds.END_EVENT: {
        "End": kinds.NONE, "Terminate": kinds.TERMINATE, "Error": kinds.ERROR, "Message": kinds.MESSAGE,
        "Signal": kinds.SIGNAL,
    },
    kinds.CATCH_EVENT: {"Signal": kinds.SIGNAL, "Time": kinds.TIMER, "Message": kinds.MESSAGE},
    kinds.THROW_EVENT: {"Signal": kinds.SIGNAL, "Message": kinds.MESSAGE, _NONE: kinds.NONE},
    kinds.BOUNDARY_EVENT: {
        "Error": kinds.ERROR, "Time": kinds.TIMER, "Message": kinds.MESSAGE, "Signal": kinds.SIGNAL,
    },
}  # fmt: skip
_DEFAULTS: Final = {kinds.START_EVENT: "Start", kinds.END_EVENT: "End"}
# A field that tells the type where `type` is not given.
_TELLING: Final = (
    ("signal", "Signal"), ("message", "Message"), ("date", "Time"), ("duration", "Time"), ("cycle", "Time"),
    ("offset", "Time"), ("errorCode", "Error"),
)  # fmt: skip
_UNITS: Final = {"days": "P{}D", "hours": "PT{}H", "minutes": "PT{}M", "seconds": "PT{}S"}


def read_event(node: NodeDraft, item: Fields) -> None:
    """Any of the five kinds of event."""
    types = _TYPES[node.kind]
    told = next((type for field, type in _TELLING if item.has(field) and type in types), "")
    type = item.text("type") or told or _DEFAULTS.get(node.kind, _NONE)
    if type not in types:
        item.fault("eventKind", f"The type '{type}' is not possible here. Use one of {', '.join(types)}.")
        return
    if node.kind == kinds.BOUNDARY_EVENT:
        node.attached_to = item.text("attachedTo")
        node.interrupting = item.flag("interrupting", True)
    if type == "Form" and item.has("form"):
        item.findings.ignored("form", item.where, 0, "a start takes variables; it shows no form.")
        item.raw("form")
    node.inputs = item.mappings("inputs")
    node.outputs = item.mappings("outputs")
    kind = types[type]
    if kind != kinds.NONE:
        node.event = _definition(kind, node, item)


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
        event.code = item.text("errorCode") or None
        event.code_variable = item.text("codeVariable")
        event.message_variable = item.text("messageVariable")
        if event.code is None and node.kind == kinds.END_EVENT:
            item.fault("errorCode", "The error end event has no error code. Set 'errorCode'.")
    elif kind == kinds.TIMER:
        _timer(event, item)
    return event


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
