"""What workers send about external tasks."""

import msgspec

from andante.camunda.values import Given
from andante.camunda.wire import Paged


class TopicBody(msgspec.Struct):
    """A topic that a worker subscribes to."""

    topicName: str | None = None  # noqa: N815 - Camunda's spelling, here and below
    lockDuration: int | None = None  # noqa: N815
    variables: list[str] | None = None
    localVariables: bool | None = None  # noqa: N815
    businessKey: str | None = None  # noqa: N815
    processDefinitionId: str | None = None  # noqa: N815
    processDefinitionIdIn: list[str] | None = None  # noqa: N815
    processDefinitionKey: str | None = None  # noqa: N815
    processDefinitionKeyIn: list[str] | None = None  # noqa: N815
    processDefinitionVersionTag: str | None = None  # noqa: N815
    withoutTenantId: bool | None = None  # noqa: N815
    tenantIdIn: list[str] | None = None  # noqa: N815
    processVariables: dict[str, object] | None = None  # noqa: N815
    deserializeValues: bool | None = None  # noqa: N815
    includeExtensionProperties: bool | None = None  # noqa: N815


class FetchBody(msgspec.Struct):
    """Times in ms."""

    workerId: str = ""  # noqa: N815
    maxTasks: int | None = None  # noqa: N815
    usePriority: bool = False  # noqa: N815
    sorting: list[dict[str, str]] = []
    asyncResponseTimeout: int = 0  # noqa: N815
    topics: list[TopicBody] = []


class CompleteBody(msgspec.Struct):
    workerId: str = ""  # noqa: N815
    variables: Given = {}
    localVariables: Given = {}  # noqa: N815


class FailureBody(msgspec.Struct):
    """`retryTimeout` in ms."""

    workerId: str = ""  # noqa: N815
    errorMessage: str = ""  # noqa: N815
    errorDetails: str = ""  # noqa: N815
    retries: int = 0
    retryTimeout: int = 0  # noqa: N815
    variables: Given = {}
    localVariables: Given = {}  # noqa: N815


class BpmnErrorBody(msgspec.Struct):
    workerId: str = ""  # noqa: N815
    errorCode: str = ""  # noqa: N815
    errorMessage: str = ""  # noqa: N815
    variables: Given = {}


class LockBody(msgspec.Struct):
    """In ms; `newDuration` for extendLock."""

    workerId: str = ""  # noqa: N815
    lockDuration: int | None = None  # noqa: N815
    newDuration: int | None = None  # noqa: N815


class RetriesBody(msgspec.Struct):
    retries: int | None = None
    externalTaskIds: list[str] = []  # noqa: N815


class PriorityBody(msgspec.Struct):
    priority: int | None = None


class TaskQuery(Paged):
    """Which external tasks."""

    externalTaskId: str = ""  # noqa: N815
    externalTaskIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    topicName: str = ""  # noqa: N815
    workerId: str = ""  # noqa: N815
    locked: bool = False
    notLocked: bool = False  # noqa: N815
    withRetriesLeft: bool = False  # noqa: N815
    noRetriesLeft: bool = False  # noqa: N815
    lockExpirationAfter: str = ""  # noqa: N815
    lockExpirationBefore: str = ""  # noqa: N815
    activityId: str = ""  # noqa: N815
    activityIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processInstanceId: str = ""  # noqa: N815
    processInstanceIdIn: list[str] = msgspec.field(default_factory=list)  # noqa: N815
    processDefinitionId: str = ""  # noqa: N815
    active: bool = False
    suspended: bool = False
    priorityHigherThanOrEquals: int | None = None  # noqa: N815
    priorityLowerThanOrEquals: int | None = None  # noqa: N815
