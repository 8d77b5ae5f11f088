"""The kinds of flow node and event definition, as small ints: the core compares them in its inner loop.

BPMN 2.0.2 sections 10.2 (activities), 10.4 (events) and 10.5 (gateways).
"""

from typing import Final

START_EVENT: Final = 1
END_EVENT: Final = 2
CATCH_EVENT: Final = 3
THROW_EVENT: Final = 4
BOUNDARY_EVENT: Final = 5
TASK: Final = 10  # untyped
MANUAL_TASK: Final = 11
USER_TASK: Final = 12
SERVICE_TASK: Final = 13
SCRIPT_TASK: Final = 14
SEND_TASK: Final = 15
RECEIVE_TASK: Final = 16
BUSINESS_RULE_TASK: Final = 17
SUB_PROCESS: Final = 20
CALL_ACTIVITY: Final = 21
TRANSACTION: Final = 24
AD_HOC: Final = 25
EXCLUSIVE_GATEWAY: Final = 30
PARALLEL_GATEWAY: Final = 31
INCLUSIVE_GATEWAY: Final = 32
EVENT_GATEWAY: Final = 33
COMPLEX_GATEWAY: Final = 34
EVENT_SUB_PROCESS: Final = 40  # a subProcess that an event triggers; no flow leads to it

NAMES: Final[dict[int, str]] = {
    START_EVENT: "startEvent",
    END_EVENT: "endEvent",
    CATCH_EVENT: "intermediateCatchEvent",
    THROW_EVENT: "intermediateThrowEvent",
    BOUNDARY_EVENT: "boundaryEvent",
    TASK: "task",
    MANUAL_TASK: "manualTask",
    USER_TASK: "userTask",
    SERVICE_TASK: "serviceTask",
    SCRIPT_TASK: "scriptTask",
    SEND_TASK: "sendTask",
    RECEIVE_TASK: "receiveTask",
    BUSINESS_RULE_TASK: "businessRuleTask",
    SUB_PROCESS: "subProcess",
    CALL_ACTIVITY: "callActivity",
    TRANSACTION: "transaction",
    AD_HOC: "adHocSubProcess",
    EXCLUSIVE_GATEWAY: "exclusiveGateway",
    PARALLEL_GATEWAY: "parallelGateway",
    INCLUSIVE_GATEWAY: "inclusiveGateway",
    EVENT_GATEWAY: "eventBasedGateway",
    COMPLEX_GATEWAY: "complexGateway",
    EVENT_SUB_PROCESS: "eventSubProcess",
}

ACTIVITIES: Final = frozenset(range(TASK, EXCLUSIVE_GATEWAY))
# Activities that are scopes of their own: with flow nodes and variables in them.
SCOPES: Final = frozenset((SUB_PROCESS, TRANSACTION, AD_HOC, EVENT_SUB_PROCESS))
GATEWAYS: Final = frozenset((EXCLUSIVE_GATEWAY, PARALLEL_GATEWAY, INCLUSIVE_GATEWAY, EVENT_GATEWAY, COMPLEX_GATEWAY))

# Event definitions (section 10.4.5); 0 is the none event.
NONE: Final = 0
MESSAGE: Final = 1
TIMER: Final = 2
SIGNAL: Final = 3
ERROR: Final = 4
TERMINATE: Final = 5
ESCALATION: Final = 6
CONDITIONAL: Final = 7
LINK: Final = 8
MULTIPLE: Final = 9  # several definitions on one event (section 10.5.5); each has a kind of its own
COMPENSATE: Final = 10
CANCEL: Final = 11

EVENT_NAMES: Final[dict[int, str]] = {
    NONE: "none",
    MESSAGE: "message",
    TIMER: "timer",
    SIGNAL: "signal",
    ERROR: "error",
    TERMINATE: "terminate",
    ESCALATION: "escalation",
    CONDITIONAL: "conditional",
    LINK: "link",
    MULTIPLE: "multiple",
    COMPENSATE: "compensation",
    CANCEL: "cancel",
}
