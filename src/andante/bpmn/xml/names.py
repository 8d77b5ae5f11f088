"""What BPMN has and this runtime does not: refused with a remedy. And what in BPMN has no effect on execution."""

from typing import Final

# Flow elements and root elements that would change the run: element -> remedy.
REFUSED: Final[dict[str, str]] = {
    "subChoreography": "Model it as a process.",
    "choreographyTask": "Model it as a process.",
    "callChoreography": "Model it as a process.",
    "implicitThrowEvent": "Use an intermediate throw event.",
    "event": "Use a start, intermediate or end event.",
    "choreography": "Model it as a process.",
    "globalChoreographyTask": "Model it as a process.",
    "ioBinding": "Call the process by its id.",
}

# Drawing, documentation and data modelling: no effect on the run, not even in BPMN's own text.
DOCUMENTATION: Final = frozenset(
    (
        "association", "category", "categoryValue", "conversationLink", "dataObject", "dataObjectReference",
        "dataStore", "dataStoreReference", "documentation", "endPoint", "flowNodeRef", "group", "import",
        "incoming", "interface", "itemDefinition", "outgoing", "partnerEntity", "partnerRole", "relationship",
        "resource", "textAnnotation",
    )
)  # fmt: skip

# Elements that have a meaning which this runtime leaves out without harm: name -> what to do if it was meant.
REPORTED: Final[dict[str, str]] = {
    "auditing": "the journal records everything",
    "monitoring": "the journal records everything",
    "performer": "it names a resource; assign the task by andante:assignee or a candidate list",
    "resourceRole": "it names a resource; assign the task by andante:assignee or a candidate list",
    "rendering": "name the form by andante:form",
    "supportedInterfaceRef": "a process is started by its id",
}


def local_name(ref: str) -> str:
    """A reference is a QName; the part after the prefix is the id."""
    return ref.strip().rpartition(":")[2]
