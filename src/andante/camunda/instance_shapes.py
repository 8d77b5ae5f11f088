"""Process instances, tasks and incidents as Camunda 7 shows them."""

from typing import Any, Final

from andante.camunda.wire import stamp
from andante.runtime import IncidentView, InstanceRecord, TaskRecord
from andante.runtime.insight import Stay

# Andante's states of what is over, as Camunda's history has them.
ENDED: Final = {
    "Completed OK": "COMPLETED",
    "User Terminated": "EXTERNALLY_TERMINATED",
    "Terminated": "INTERNALLY_TERMINATED",
}
ACTIVE: Final = "ACTIVE"
SUSPENDED: Final = "SUSPENDED"
# BPMN's words as Camunda writes them for activities where it has others.
ACTIVITY_TYPES: Final = {
    "endEvent": "noneEndEvent",
    "intermediateCatchEvent": "intermediateCatchEvent",
    "intermediateThrowEvent": "intermediateNoneThrowEvent",
}


def instance_shape(record: InstanceRecord) -> dict[str, Any]:
    return {
        "links": [],
        "id": record.id,
        "definitionId": record.definition_id,
        "definitionKey": record.name,
        "businessKey": record.business_key or None,
        "caseInstanceId": None,
        "ended": record.closed,
        "suspended": record.suspended,
        "tenantId": None,
    }


def past_shape(record: InstanceRecord, number: int, label: str, zone: str) -> dict[str, Any]:
    return {
        "id": record.id,
        "businessKey": record.business_key or None,
        "processDefinitionId": record.definition_id,
        "processDefinitionKey": record.name,
        "processDefinitionName": label,
        "processDefinitionVersion": number,
        "startTime": stamp(record.started_at, zone),
        "endTime": stamp(record.ended_at, zone),
        "removalTime": None,
        "durationInMillis": record.ended_at - record.started_at if record.ended_at else None,
        "startUserId": record.created_by or None,
        "startActivityId": None,
        "deleteReason": None,
        "rootProcessInstanceId": record.root_id,
        "superProcessInstanceId": record.parent_id or None,
        "superCaseInstanceId": None,
        "caseInstanceId": None,
        "tenantId": None,
        "state": ENDED.get(record.state) or (SUSPENDED if record.suspended else ACTIVE),
    }


def task_shape(task: TaskRecord, zone: str) -> dict[str, Any]:
    return {
        "id": task.id,
        "name": task.name,
        "assignee": task.assignee or None,
        "created": stamp(task.created_at, zone),
        "due": stamp(task.due_at, zone),
        "followUp": stamp(task.follow_up_at, zone),
        "lastUpdated": None,
        "delegationState": "PENDING" if task.delegated else None,
        "description": None,
        "executionId": task.instance_id,
        "owner": task.owner or None,
        "parentTaskId": None,
        "priority": task.priority,
        "processDefinitionId": task.definition_id,
        "processInstanceId": task.instance_id,
        "taskDefinitionKey": task.element,
        "caseExecutionId": None,
        "caseInstanceId": None,
        "caseDefinitionId": None,
        "suspended": task.suspended,
        "formKey": task.form or None,
        "camundaFormRef": None,
        "tenantId": None,
        "taskState": "Created" if task.state == "open" else task.state.capitalize(),
    }


def past_task_shape(task: TaskRecord, zone: str) -> dict[str, Any]:
    reason = {"completed": "completed", "cancelled": "deleted"}.get(task.state)
    return {
        "id": task.id,
        "processDefinitionKey": task.definition,
        "processDefinitionId": task.definition_id,
        "processInstanceId": task.instance_id,
        "executionId": task.instance_id,
        "caseDefinitionKey": None,
        "caseDefinitionId": None,
        "caseInstanceId": None,
        "caseExecutionId": None,
        "activityInstanceId": f"{task.element}:{task.key}",
        "name": task.name,
        "description": None,
        "deleteReason": reason,
        "owner": task.owner or None,
        "assignee": task.assignee or None,
        "startTime": stamp(task.created_at, zone),
        "endTime": stamp(task.ended_at, zone),
        "duration": task.ended_at - task.created_at if task.ended_at else None,
        "taskDefinitionKey": task.element,
        "priority": task.priority,
        "due": stamp(task.due_at, zone),
        "parentTaskId": None,
        "followUp": stamp(task.follow_up_at, zone),
        "tenantId": None,
        "removalTime": None,
        "rootProcessInstanceId": None,
    }


def incident_shape(record: InstanceRecord, incident: IncidentView, zone: str) -> dict[str, Any]:
    kind = "failedExternalTask" if incident.kind == "job" else "failedJob"
    own = f"{record.id}-{incident.id}"
    return {
        "id": own,
        "processDefinitionId": record.definition_id,
        "processInstanceId": record.id,
        "executionId": record.id,
        "incidentTimestamp": stamp(incident.at, zone),
        "incidentType": kind,
        "activityId": incident.element or None,
        "failedActivityId": incident.element or None,
        "causeIncidentId": own,
        "rootCauseIncidentId": own,
        "configuration": own if kind == "failedJob" else None,
        "incidentMessage": incident.message,
        "tenantId": None,
        "jobDefinitionId": None,
        "annotation": None,
    }


def activity_shape(record: InstanceRecord, stay: Stay, number: int, zone: str) -> dict[str, Any]:
    """That a token was at an element."""
    return {
        "id": f"{record.id}:{stay.element}:{number}",
        "parentActivityInstanceId": record.id,
        "activityId": stay.element,
        "activityName": stay.name or None,
        "activityType": ACTIVITY_TYPES.get(stay.kind, stay.kind),
        "assignee": stay.who or None,
        "processDefinitionKey": record.name,
        "processDefinitionId": record.definition_id,
        "processInstanceId": record.id,
        "executionId": record.id,
        "startTime": stamp(stay.begun, zone),
        "endTime": stamp(stay.ended, zone),
        "durationInMillis": stay.ended - stay.begun if stay.ended else None,
        "canceled": stay.withdrawn,
        "completeScope": False,
        "tenantId": None,
        "rootProcessInstanceId": record.root_id,
    }
