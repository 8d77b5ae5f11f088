"""Every call of the API as plain data: what to send, and the type of the answer. No I/O; both clients send these."""

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, Final, Generic, TypeVar, final
from urllib.parse import quote

import msgspec

from andante.client import shapes

T = TypeVar("T")

BASE: Final = "/u-route/baas/bp/v2.0"
TOKEN: Final = "/baas/auth/v1.0/oauth2/token"  # noqa: S105 - a path
OPEN_STATES: Final = (
    "New,Dispatched,Running,Waiting for user interaction,Waiting for page event,Paused,Broken,CompletedOkWait"
)
CLOSED_STATES: Final = "Completed OK,User Terminated,Terminated"


@final
class Call(Generic[T]):
    """One request. `answer` is the type of `result`; None where the contract gives none, bytes for a bare body, or a
    function that reads the whole body."""

    __slots__ = ("answer", "content", "content_type", "method", "path", "query")

    def __init__(
        self,
        method: str,
        path: str,
        answer: type[T] | Callable[[bytes], T] | None,
        body: object = None,
        query: Mapping[str, object] | None = None,
        *,
        content: bytes = b"",
        content_type: str = "application/json",
    ) -> None:
        self.method = method
        self.path = path
        self.answer = answer
        self.query = {name: _text(value) for name, value in (query or {}).items() if value not in ("", None)}
        self.content = content or (msgspec.json.encode(body) if body is not None else b"")
        self.content_type = content_type

    def read(self, data: bytes) -> T:
        """The result of a successful answer. Raises msgspec.DecodeError."""
        if self.answer is None:
            return None  # type: ignore[return-value]
        if self.answer is bytes:
            return data  # type: ignore[return-value]
        if isinstance(self.answer, FunctionType):
            read: T = self.answer(data)
            return read
        answer: shapes.Answer[T] = msgspec.json.decode(data, type=shapes.Answer[self.answer])  # type: ignore[name-defined]
        return answer.result


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def given(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _id(value: str) -> str:
    return quote(value, safe="")


# Definitions.


def deploy_xml(data: bytes, *, activate: bool = True, version: str = "") -> Call[shapes.Deployment]:
    """Deploy BPMN 2.0 XML (each executable process), or DMN. `version` "": the next. The same again changes nothing."""
    return Call(
        "POST", f"{BASE}/metadata/definitions", shapes.Deployment, query={"activate": activate, "version": version},
        content=data, content_type="application/xml",
    )  # fmt: skip


def deploy_json(body: Mapping[str, Any]) -> Call[shapes.Deployment]:
    """Deploy the contract's JSON form (2.4)."""
    return Call("POST", f"{BASE}/metadata/definitions", _deployed(body), body)


def modify_json(definition_id: str, body: Mapping[str, Any]) -> Call[shapes.Deployment]:
    """Replace a JSON definition that has no instances."""
    return Call("PUT", f"{BASE}/metadata/definitions/{_id(definition_id)}", _deployed(body), body)


def _deployed(body: Mapping[str, Any]) -> Callable[[bytes], shapes.Deployment]:
    """The contract answers with the bare id; warnings stand beside it."""

    def read(data: bytes) -> shapes.Deployment:
        told = msgspec.json.decode(data, type=shapes.AnswerWithWarnings)
        return shapes.Deployment(id=told.result, ids={str(body["name"]): told.result}, warnings=told.warnings)

    return read


def definitions(
    *, name: str = "", like: bool = False, active: bool | None = None, startable: bool = False, skip: int = 0,
    limit: int = 100,
) -> Call[list[shapes.Definition]]:  # fmt: skip
    """Definitions by name, or with `like` by a part of it; with `startable` those that you may start by hand."""
    query = {"name": name, "like": like, "active": active, "startable": startable or None, "skip": skip, "limit": limit}
    return Call("GET", f"{BASE}/metadata/definitions", list[shapes.Definition], query=query)


def definition(definition_id: str) -> Call[dict[str, Any]]:
    """All of a definition (2.4), or the settings of one from XML."""
    return Call("GET", f"{BASE}/metadata/definitions/{_id(definition_id)}", dict[str, Any])


def definition_xml(definition_id: str) -> Call[bytes]:
    """The XML, byte for byte as deployed."""
    return Call("GET", f"{BASE}/metadata/definitions/{_id(definition_id)}/xml", bytes)


def definition_action(
    definition_id: str, action: str, *, instances: bool = False, retention: str = ""
) -> Call[shapes.Definition]:
    """activate, deactivate, suspend (no new starts) or resume, the latter two with its instances if asked; or retain:
    for how long instances that are over are kept."""
    body = {"action": action, "instances": instances, "retention": retention}
    return Call("PUT", f"{BASE}/metadata/definitions/{_id(definition_id)}", shapes.Definition, body)


def delete_definition(definition_id: str) -> Call[str]:
    """Remove one that has no instances."""
    return Call("DELETE", f"{BASE}/metadata/definitions/{_id(definition_id)}", str)


# Instances.


def start(
    name: str,
    variables: Mapping[str, Any] | None = None,
    *,
    version: str = "",
    business_key: str = "",
    title: str = "",
    is_test: bool = False,
) -> Call[shapes.Instance]:
    """Start an instance and run it to where it must wait. `version` "": the active one."""
    body = given(name=name, version=version, variables=variables, businessKey=business_key, title=title)
    if is_test:
        body["isTest"] = True
    return Call("POST", f"{BASE}/runtime/instances", shapes.Instance, body)


def instances(
    states: str = OPEN_STATES,
    *,
    name: str = "",
    version: str = "",
    business_key: str = "",
    created_by: str = "",
    text: str = "",
    order_field: str = "",
    order_type: str = "",
    skip: int = 0,
    limit: int = 100,
) -> Call[list[shapes.InstanceRow]]:
    """Instances in any of `states` (comma-separated; Suspended selects by the flag), newest first; `created_by` a
    person or "me", `text` a part of title, label or business key."""
    query = {
        "states": states,
        "name": name,
        "version": version,
        "businessKey": business_key,
        "createdBy": created_by,
        "text": text,
        "orderField": order_field,
        "orderType": order_type,
        "skip": skip,
        "limit": limit,
    }
    return Call("GET", f"{BASE}/runtime/instances", list[shapes.InstanceRow], query=query)


def instance(instance_id: str) -> Call[shapes.InstanceDetail]:
    """One instance with its tokens, incidents, clocks and allowed actions."""
    return Call("GET", f"{BASE}/runtime/instances/{_id(instance_id)}", shapes.InstanceDetail)


def act(instance_id: str, action: str, *, reason: str = "", incident: int = 0) -> Call[shapes.Instance]:
    """suspend, resume, terminate, retry (all open incidents, or the one `incident`) or withdraw; the instance after
    it."""
    body = given(action=action, reason=reason, incident=incident or None)
    return Call("PUT", f"{BASE}/runtime/instances/{_id(instance_id)}", shapes.Instance, body)


def extend(
    instance_id: str, *, by: str = "", until: str = "", reason: str, element: str = "", sla: str = "", target: str = ""
) -> Call[shapes.Instance]:
    """Give SLA clocks of the process, or of the stage `element`, more time: `by` an ISO 8601 duration, in working time
    of a target that counts it, or `until` a moment; only those of `sla`, or one `target`, where they are named."""
    body = given(action="extend", by=by, until=until, reason=reason, element=element, sla=sla, target=target)
    return Call("PUT", f"{BASE}/runtime/instances/{_id(instance_id)}", shapes.Instance, body)


def extend_task(
    task_id: str, *, by: str = "", until: str = "", reason: str, sla: str = "", target: str = ""
) -> Call[shapes.Task]:
    """The same for the SLA clocks of a task."""
    body = given(action="extend", by=by, until=until, reason=reason, sla=sla, target=target)
    return Call("PUT", f"{BASE}/runtime/tasks/{_id(task_id)}", shapes.Task, body)


def delete_instance(instance_id: str, *, force: bool = False) -> Call[None]:
    """Remove an instance for good; an open one only with `force`."""
    return Call("DELETE", f"{BASE}/runtime/instances/{_id(instance_id)}", None, query={"force": force})


def variables(instance_id: str) -> Call[dict[str, Any]]:
    """An instance's variables."""
    return Call("GET", f"{BASE}/runtime/instances/{_id(instance_id)}/variables", dict[str, Any])


def set_variables(instance_id: str, values: Mapping[str, Any], *, introduce: bool = False) -> Call[None]:
    """Change variables that the instance has; unknown and read-only names are ignored. `introduce` sets new ones."""
    query = {"introduce": True} if introduce else None
    return Call("PUT", f"{BASE}/runtime/instances/{_id(instance_id)}/variables", None, values, query=query)


def history(instance_id: str, *, after: int = 0, limit: int = 200) -> Call[shapes.Recs[shapes.HistoryEntry]]:
    """What happened, oldest first, after entry `after`."""
    path = f"{BASE}/runtime/instances/{_id(instance_id)}/history"
    return Call("GET", path, shapes.Recs[shapes.HistoryEntry], query={"after": after, "limit": limit})


# Tasks.


def tasks(
    view: str = "todo",
    *,
    instance_id: str = "",
    assignee: str = "",
    candidate: str = "",
    name: str = "",
    element: str = "",
    business_key: str = "",
    due_before: str = "",
    overdue: bool = False,
    urgency_min: int = 0,
    text: str = "",
    order_field: str = "",
    order_type: str = "",
    skip: int = 0,
    limit: int = 100,
    after: str = "",
) -> Call[shapes.Recs[shapes.Task]]:
    """Tasks by `view`: todo, paused, history or all (operators). `after` is the cursor of the page before."""
    query = {
        "view": view,
        "instanceId": instance_id,
        "assignee": assignee,
        "candidate": candidate,
        "name": name,
        "element": element,
        "businessKey": business_key,
        "dueBefore": due_before,
        "overdue": overdue,
        "urgencyMin": urgency_min,
        "text": text,
        "orderField": order_field,
        "orderType": order_type,
        "skip": skip,
        "limit": limit,
        "after": after,
    }
    return Call("GET", f"{BASE}/query/tasks", shapes.Recs[shapes.Task], query=query)


def task(task_id: str) -> Call[shapes.Task]:
    """One task, open or past."""
    return Call("GET", f"{BASE}/runtime/tasks/{_id(task_id)}", shapes.Task)


def task_action(
    task_id: str,
    action: str,
    *,
    outcome: str = "",
    variables: Mapping[str, Any] | None = None,
    to: str | Sequence[str] = "",
    text: str = "",
    mode: str = "",
    resume: str = "",
    until: str = "",
    code: str = "",
) -> Call[shapes.Task]:
    """One of the task's `actions`. addSigner has a `mode` (before, with, after), return a `resume` (flow, direct).
    followUp says `until` when whoever has it wants to see it again; "" clears that. error and escalate throw
    a `code`."""
    body = given(
        action=action, outcome=outcome, variables=variables, to=to, text=text, mode=mode, resume=resume, until=until,
        code=code,
    )  # fmt: skip
    return Call("PUT", f"{BASE}/runtime/tasks/{_id(task_id)}", shapes.Task, body)


# Messages, signals, jobs.


def publish(
    name: str,
    *,
    business_key: str = "",
    correlation: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    ttl: str = "",
    message_id: str = "",
) -> Call[shapes.Published]:
    """A message, to all that await it and match. With `ttl` (ISO 8601) it waits; the same `message_id` acts once."""
    body = given(
        name=name, businessKey=business_key, correlation=correlation, variables=variables, ttl=ttl, id=message_id
    )
    return Call("POST", f"{BASE}/runtime/messages", shapes.Published, body)


def broadcast(name: str, *, variables: Mapping[str, Any] | None = None) -> Call[shapes.Broadcast]:
    """A signal, to all that await it."""
    return Call("POST", f"{BASE}/runtime/signals", shapes.Broadcast, given(name=name, variables=variables))


def evaluate_conditions(
    variables: Mapping[str, Any], *, business_key: str = "", definition: str = ""
) -> Call[shapes.Fulfilled]:
    """Start what conditional start events start where these variables are so; of one process where it is named."""
    body = {"variables": dict(variables), **given(businessKey=business_key, definition=definition)}
    return Call("POST", f"{BASE}/runtime/conditions", shapes.Fulfilled, body)


def activate_jobs(
    types: Sequence[str], *, worker: str = "", max_jobs: int = 1, lock: str = "PT30S", wait: str = ""
) -> Call[shapes.Recs[shapes.Job]]:
    """Fetch and lock jobs of `types`; `lock` and `wait` (long poll) are ISO 8601 durations."""
    body = given(types=list(types), worker=worker, maxJobs=max_jobs, lockDuration=lock, wait=wait)
    return Call("POST", f"{BASE}/runtime/jobs/activate", shapes.Recs[shapes.Job], body)


def stream_jobs(types: Sequence[str], *, worker: str = "", max_jobs: int = 32, lock: str = "PT30S") -> Call[bytes]:
    """Have jobs of `types` sent as they come; the worker holds up to `max_jobs`, each for `lock` (ISO 8601)."""
    body = given(types=list(types), worker=worker, maxJobs=max_jobs, lockDuration=lock)
    return Call("POST", f"{BASE}/runtime/jobs/stream", bytes, body)


def sent_job(line: str) -> shapes.Job | None:
    """The job in a line of what is sent; None for any other line."""
    return msgspec.json.decode(line[6:], type=shapes.Job) if line.startswith("data: {") else None


def complete_job(job_id: str, variables: Mapping[str, Any] | None = None) -> Call[shapes.Job]:
    """The work is done; `variables` go into the instance."""
    return _report(job_id, given(action="complete", variables=variables))


def fail_job(job_id: str, message: str, *, retries: int | None = None, backoff: str = "") -> Call[shapes.Job]:
    """The work failed: `retries` left (None: one fewer), after `backoff`. None left: an incident."""
    return _report(job_id, given(action="fail", message=message, retries=retries, backoff=backoff))


def throw_error(
    job_id: str, code: str, message: str = "", *, variables: Mapping[str, Any] | None = None
) -> Call[shapes.Job]:
    """A BPMN error that the model catches by `code`."""
    return _report(job_id, given(action="error", code=code, message=message, variables=variables))


def extend_job(job_id: str, lock: str) -> Call[shapes.Job]:
    """Keep a job locked for `lock` from now."""
    return _report(job_id, given(action="extend", lockDuration=lock))


def _report(job_id: str, body: dict[str, object]) -> Call[shapes.Job]:
    return Call("PUT", f"{BASE}/runtime/jobs/{_id(job_id)}", shapes.Job, body)


def set_clock(*, advance: str = "", now: str = "") -> Call[shapes.ClockNow]:
    """Set or `advance` the clock of a server started with --test-clock; what fell due has run then."""
    return Call("PUT", "/test/clock", shapes.ClockNow, given(advance=advance, now=now))
