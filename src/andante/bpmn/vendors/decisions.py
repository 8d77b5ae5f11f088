"""What vendors say of the decision that a business rule task makes."""

from typing import TYPE_CHECKING, Final

from andante.bpmn.graph import DecisionCall
from andante.bpmn.work import MAPPINGS, RESULT_LIST, VALUE
from andante.bpmn.xml.element import Element
from andante.expressions import Expression

if TYPE_CHECKING:
    from andante.bpmn.vendors.base import Vendor
    from andante.bpmn.xml.reading import Reading

# Where Camunda's output mappings find the result that has no variable of its own.
RESULT: Final = "decisionResult"
_BINDINGS: Final = {"version": "decisionRefVersion", "versionTag": "decisionRefVersionTag"}


def decision_call(vendor: "Vendor", decision: Expression, element: Element, reading: "Reading") -> DecisionCall:
    """Camunda 7's `decisionRef` and what belongs to it."""
    binding = vendor.text(element, "decisionRefBinding")
    versions = {name: vendor.value(element, name, reading) for name in _BINDINGS.values()}
    version = versions.get(_BINDINGS.get(binding, ""))
    if binding in _BINDINGS and version is None:
        what = f"{vendor.name}:decisionRefBinding is '{binding}', but {_BINDINGS[binding]} is missing. Add it."
        reading.fault("noVersion", element, what)
    mapping = vendor.text(element, "mapDecisionResult") or RESULT_LIST
    return DecisionCall(
        decision,
        version,
        result_variable=vendor.text(element, "resultVariable"),
        mapping=known_mapping(mapping, f"{vendor.name}:mapDecisionResult", element, reading),
        local_variable=RESULT,
        same_deployment=binding == "deployment",
    )


def known_mapping(text: str, what: str, element: Element, reading: "Reading") -> str:
    if text in MAPPINGS:
        return text
    reading.fault("mapping", element, f"{what} is '{text}'. Write one of {', '.join(MAPPINGS)}.")
    return VALUE
