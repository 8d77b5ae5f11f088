"""What is in an office: processes with decisions, votes, forms, work queues and working time, and what these need."""

from typing import Final

import msgspec

from andante.timing.calendar_form import CalendarForm

HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://andante.dev/simulator">'
)
FLOWS: Final = (
    '<startEvent id="s"/>{}<endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="{}"/>'
    '<sequenceFlow id="f2" sourceRef="{}" targetRef="e"/>'
)
APPROVAL: Final = (
    '<userTask id="vote" andante:candidates="user:ann, user:bob, group:board" andante:outcomes="yes, no">'
    '<extensionElements><andante:approval type="{}" voteThreshold="60" defaultOutcome="no" rejectOutcome="no"/>'
    "</extensionElements></userTask>"
)
THRESHOLD: Final = 60  # percent of those who vote
DECISION: Final = (
    '<businessRuleTask id="{}" camunda:decisionRef="risk" camunda:mapDecisionResult="singleEntry"'
    ' camunda:resultVariable="{}"/>'
)
FORM: Final = (
    '<userTask id="ask"><extensionElements><andante:form>{"components":[{"type":"number","key":"amount",'
    '"validate":{"required":true,"min":1,"max":100}},{"type":"textfield","key":"note"}]}</andante:form>'
    "</extensionElements></userTask>"
)
MOST: Final = 100  # of the form's amount
WORKING: Final = (
    '<userTask id="serve" andante:assignee="kim"><extensionElements><andante:sla name="fix" goal="PT10S"'
    ' deadline="PT20S" deadlineBusinessDays="true" calendar="office" deadlineIncreaseUrgencyBy="1"/>'
    "</extensionElements></userTask>"
)
# What each kind of process is called; those that ask people or calendars in memory, which the oracle does not have.
KINDS: Final = ("judged", "voted", "signed", "asked", "offered", "scheduled")
WORLDLY: Final = frozenset(("voted", "signed", "offered", "scheduled"))
_BODIES: Final = {
    "judged": (DECISION.format("judge", "first") + '<userTask id="look"/>' + DECISION.format("again", "second")
               + '<sequenceFlow id="f3" sourceRef="judge" targetRef="look"/>'
               '<sequenceFlow id="f4" sourceRef="look" targetRef="again"/>', "judge", "again"),
    "voted": (APPROVAL.format("everyOne"), "vote", "vote"),
    "signed": (APPROVAL.format("sequential"), "vote", "vote"),
    "asked": (FORM, "ask", "ask"),
    "offered": ('<userTask id="serve" andante:queue="desk"/>', "serve", "serve"),
    "scheduled": (WORKING, "serve", "serve"),
}  # fmt: skip
# Persons: the members of the work queue, and the others.
CLERKS: Final = ("eve", "fay", "gus")
OTHERS: Final = ("ann", "bob", "kim")
BOARD: Final = ("eve", "fay")
RULES: Final = ("roundRobin", "leastLoaded", "")
HOURS: Final = ("09:00-17:00", "08:00-16:00", "10:00-12:00", "09:00-09:01")


def processes(note: str = "") -> bytes:
    """All of them; another `note` makes another version."""
    found = "".join(
        f'<process id="{name}" isExecutable="true">{FLOWS.format(*body)}</process>' for name, body in _BODIES.items()
    )
    return f"{HEAD}<!-- {note} -->{found}</definitions>".encode()


def decision(more: int) -> bytes:
    """A version of the decision: what is risked is x and so much more."""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="t">'
        f'<decision id="risk" name="Risk"><literalExpression><text>if x = null then {more} else x + {more}</text>'
        "</literalExpression></decision></definitions>"
    ).encode()


def calendar(hours: str) -> CalendarForm:
    """Open at these hours from Monday to Friday."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    return msgspec.convert({"hours": {day: [hours] for day in days}, "zone": "UTC"}, CalendarForm)
