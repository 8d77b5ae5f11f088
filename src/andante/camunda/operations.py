"""The user operation log: what operators and administrators did, from the audit log."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get

from andante.api.operation import Operation
from andante.api.services import Call, services
from andante.camunda.faults import wrong
from andante.camunda.wire import Paged, Shape, answer, counted, moment, query_of, sorted_by, stamp
from andante.people import permissions as allow
from andante.runtime.auditing import AuditQuery, AuditRecord

PATH: Final = "/history/user-operation"
PAGE: Final = 1_000
MOST: Final = 10_000  # rows of the audit log that are looked at
ORDER: Final = {"timestamp": "timestamp"}
INSTANCE: Final = "ProcessInstance"
DEFINITION: Final = "ProcessDefinition"
# Andante's actions as Camunda names operation and entity; others are told by their own two words.
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "instance.suspend": ("Suspend", INSTANCE),
    "instance.resume": ("Activate", INSTANCE),
    "instance.terminate": ("Delete", INSTANCE),
    "instance.delete": ("DeleteHistory", INSTANCE),
    "instance.move": ("ModifyProcessInstance", INSTANCE),
    "instance.migrate": ("Migrate", INSTANCE),
    "instance.variables": ("SetVariable", "Variable"),
    "instance.retry": ("SetJobRetries", "Job"),
    "definition.deploy": ("Create", "Deployment"),
    "definition.suspend": ("SuspendProcessDefinition", DEFINITION),
    "definition.resume": ("ActivateProcessDefinition", DEFINITION),
    "definition.retain": ("UpdateHistoryTimeToLive", DEFINITION),
    "definition.delete": ("Delete", DEFINITION),
    "person.add": ("Create", "User"),
    "person.change": ("Update", "User"),
    "person.password": ("Update", "User"),
    "group.add": ("Create", "Group"),
    "group.change": ("Update", "Group"),
    "group.remove": ("Delete", "Group"),
}
OPERATOR: Final = ("instance", "definition", "batch", "job")


class Filters(Paged):
    """Which entries. Times are ISO 8601."""

    userId: str = ""  # noqa: N815 - Camunda's spelling, here and below
    operationId: str = ""  # noqa: N815
    operationType: str = ""  # noqa: N815
    entityType: str = ""  # noqa: N815
    entityTypeIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    category: str = ""
    categoryIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    executionId: str = ""  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    taskId: str = ""  # noqa: N815
    afterTimestamp: str = ""  # noqa: N815
    beforeTimestamp: str = ""  # noqa: N815


def _names(row: AuditRecord) -> tuple[str, str]:
    if row.action == "task.act":
        action = str(row.details.get("action", "act"))
        return action[:1].upper() + action[1:], "Task"
    kind, _, verb = row.action.partition(".")
    return NAMES.get(row.action, (verb[:1].upper() + verb[1:], kind[:1].upper() + kind[1:]))


def _shape(row: AuditRecord, zone: str) -> Shape:
    operation, entity = _names(row)
    instance = row.object if row.kind == "instance" else row.details.get("instance") if row.kind == "task" else None
    changed = row.details.get("after", row.details.get("to"))
    category = "TaskWorker" if row.kind == "task" else "Operator" if row.kind in OPERATOR else "Admin"
    return {
        "id": row.id, "deploymentId": None,
        "processDefinitionId": row.object if row.kind == "definition" else None, "processDefinitionKey": None,
        "processInstanceId": instance, "executionId": instance, "caseDefinitionId": None, "caseInstanceId": None,
        "caseExecutionId": None, "taskId": row.object if row.kind == "task" else None, "jobId": None,
        "jobDefinitionId": None, "batchId": row.object if row.kind == "batch" else None, "userId": row.actor or None,
        "timestamp": stamp(row.at, zone), "operationId": row.id, "externalTaskId": None, "operationType": operation,
        "entityType": entity, "property": None, "orgValue": _text(row.details.get("before")),
        "newValue": _text(changed), "removalTime": None, "rootProcessInstanceId": None, "category": category,
        "annotation": row.reason or None, "tenantId": None,
    }  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str | None) else msgspec.json.encode(value, enc_hook=str).decode()


async def _found(request: Call) -> tuple[list[Shape], Filters]:
    """The newest first, unless they are asked for otherwise. Raises Problem."""
    desk, asked = services(request), await query_of(request, Filters)
    query = AuditQuery(
        actor=asked.userId, outcome="done", object=asked.taskId,
        since=moment("afterTimestamp", asked.afterTimestamp, desk.zone),
        until=moment("beforeTimestamp", asked.beforeTimestamp, desk.zone),
        text=asked.processInstanceId or asked.executionId or asked.processDefinitionId,
    )  # fmt: skip
    entities = [*asked.entityTypeIn, *filter(None, (asked.entityType,))]
    categories = [*asked.categoryIn, *filter(None, (asked.category,))]
    wanted = (
        ("operationId", asked.operationId), ("operationType", asked.operationType), ("taskId", asked.taskId),
        ("processInstanceId", asked.processInstanceId), ("executionId", asked.executionId),
        ("processDefinitionId", asked.processDefinitionId),
    )  # fmt: skip
    found: list[Shape] = []
    after, looked = "", 0
    while not asked.nowhere:
        rows, after = await desk.runtime.audit.many(query, PAGE, after)
        looked += len(rows)
        found += [
            each for each in (_shape(row, desk.zone) for row in rows)
            if all(not want or each[key] == want for key, want in wanted)
            and (not entities or each["entityType"] in entities)
            and (not categories or each["category"] in categories)
        ]  # fmt: skip
        if not after:
            break
        if looked >= MOST:
            raise wrong(f"More than {MOST} entries would be looked at: ask for fewer, by afterTimestamp and userId.")
    return (sorted_by(found, asked, ORDER) if asked.sortBy else found), asked


NOTE: Final = "What people do with their own tasks is in the history of its instance."


@get(PATH, operation=Operation("List what operators did", allow.AUDIT_READ, query=Filters, description=NOTE))
async def find(request: Call) -> Response[bytes]:
    found, asked = await _found(request)
    return answer(asked.part(found))


@get(f"{PATH}/count", operation=Operation("Count them", allow.AUDIT_READ, query=Filters))
async def count(request: Call) -> Response[bytes]:
    return counted(len((await _found(request))[0]))


HANDLERS: Final = (find, count)
