"""docs/reference/bpmn.md, made of the engine's tables: `python -m andante.cli.reference > docs/reference/bpmn.md`."""

import sys
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.xml import events, names
from andante.engine.elements import BEHAVIOURS

# What ran in the first version; all else came with the next one.
_FIRST: Final = frozenset(
    (
        "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "task",
        "manualTask", "userTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "subProcess", "callActivity",
        "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
    )
)  # fmt: skip
_FIRST_EVENTS: Final = frozenset(("none", "message", "timer", "signal", "error", "terminate"))
_NEXT: Final = "unreleased"
_SPECIAL: Final = {"eventSubProcess": "subProcess (triggeredByEvent)"}

# How an element differs from the standard, or what of it is not run.
_DEVIATIONS: Final = {
    "startEvent": "One none start event. An embedded sub-process has exactly one, without an event.",
    "endEvent": "An error that nobody catches, nor a caller, ends its path like a none end event.",
    "intermediateThrowEvent": "A message may be sent by a worker instead: a job.",
    "task": "Passed at once.",
    "manualTask": "Passed at once.",
    "userTask": "Candidates and assignee by extensions or a resourceAssignmentExpression.",
    "serviceTask": "A worker's job; operationRef is documentation.",
    "scriptTask": "FEEL and ${...}; a script in another language is a job.",
    "businessRuleTask": "Extensions name the decision (DMN), or the type of a worker's job.",
    "receiveTask": "One that instantiates has no boundary events and is no multi-instance.",
    "sendTask": "Sends its message, or is a worker's job.",
    "adHocSubProcess": "Nobody chooses at run time: all is offered, or what an expression names, in the model's order.",
    "callActivity": "An instance of its own, also across transactions.",
    "complexGateway": "Reset, it takes only flows whose conditions ask for waitingForStart.",
    "eventBasedGateway": "One that instantiates has messages and signals behind it alone.",
    "subProcess": "Flow elements without an incoming flow are not started by themselves.",
}
# Where several share a behaviour its module speaks of them all.
_SHARED: Final = {
    kinds.TASK: "A task without work (BPMN 2.0.2 section 10.2.3).",
    kinds.MANUAL_TASK: "A task without work for the engine (BPMN 2.0.2 section 10.2.3).",
    kinds.EVENT_SUB_PROCESS: "A sub-process that an event starts (BPMN 2.0.2 section 13.5.4).",
    kinds.TRANSACTION: "A sub-process that can be cancelled and undone (BPMN 2.0.2 section 10.2.5).",
}
_PLACES: Final = (
    (kinds.START_EVENT, "start"),
    (kinds.CATCH_EVENT, "catch"),
    (kinds.BOUNDARY_EVENT, "boundary"),
    (kinds.THROW_EVENT, "throw"),
    (kinds.END_EVENT, "end"),
)


def bpmn() -> str:
    """Each element and each kind of event: whether it runs, how, since when, and what differs from the standard."""
    lines = [
        "# BPMN elements",
        "",
        "<!-- Made from the engine's tables by `python -m andante.cli.reference`. -->",
        "",
        "What runs, how, and since which version. [BPMN XML](bpmn-xml.md) tells the details and the extensions. A "
        "model with anything that is refused is not deployed; each finding names element, line and remedy.",
        "",
        "## Elements that run",
        "",
        "| element | how | since | differs from the standard |",
        "|---|---|---|---|",
    ]
    for kind in sorted(BEHAVIOURS):
        name = kinds.NAMES[kind]
        shown = _SPECIAL.get(name, name)
        since = "0.1" if name in _FIRST else _NEXT
        lines.append(f"| {shown} | {_how(kind)} | {since} | {_DEVIATIONS.get(name, '')} |")
    lines += [
        "",
        "## Events that run",
        "",
        f"| event | {' | '.join(place for _, place in _PLACES)} | since |",
        f"|---|{'---|' * len(_PLACES)}---|",
    ]
    for kind, name in sorted(kinds.EVENT_NAMES.items()):
        marks = ["yes" if kind in events.ALLOWED[place] else "" for place, _ in _PLACES]
        if any(marks):
            since = "0.1" if name in _FIRST_EVENTS else _NEXT
            lines.append(f"| {name} | {' | '.join(marks)} | {since} |")
    lines += ["", "Error, escalation and compensation start events start event sub-processes alone.", ""]
    lines += ["## What is refused", "", "| element | instead |", "|---|---|"]
    lines += [f"| {name} | {remedy} |" for name, remedy in sorted(names.REFUSED.items())]
    lines += ["", "## What is left out with a warning", "", "| element | why |", "|---|---|"]
    lines += [f"| {name} | {why} |" for name, why in sorted(names.REPORTED.items())]
    lines += [
        "",
        "## What is drawing and documentation",
        "",
        ", ".join(sorted(names.DOCUMENTATION)) + ".",
    ]
    return "\n".join(lines) + "\n"


def _how(kind: int) -> str:
    """What the behaviour's own module says of itself; of one that two elements share, the element's own words."""
    document = sys.modules[type(BEHAVIOURS[kind]).__module__].__doc__ or ""
    own = _SHARED.get(kind)
    return own or " ".join(document.split("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(bpmn())
