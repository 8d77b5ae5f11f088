"""Over the whole API: what is another tenant's answers exactly as what never was, whatever is asked and wherever it is
named; and nothing of it is changed."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from street import NAMES, Caller, Street, street_at

from andante.api.openapi import operations
from andante.api.operation import Operation
from andante.api.routes import api_handlers
from andante.camunda.routes import handlers as camunda_handlers

NAME: Final = "acmes_own"  # of everything at acme that has a name
NOBODYS: Final = "nobodys_x"
ORDER: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  targetNamespace="http://test">
  <process id="{NAME}" name="{NAME}" isExecutable="true">
    <startEvent id="begin"/><parallelGateway id="split"/>
    <userTask id="check" name="{NAME}" camunda:assignee="{NAME}"/>
    <serviceTask id="work" camunda:type="external" camunda:topic="{NAME}"/>
    <endEvent id="e1"/><endEvent id="e2"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="split"/>
    <sequenceFlow id="f2" sourceRef="split" targetRef="check"/><sequenceFlow id="f3" sourceRef="check" targetRef="e1"/>
    <sequenceFlow id="f4" sourceRef="split" targetRef="work"/><sequenceFlow id="f5" sourceRef="work" targetRef="e2"/>
  </process>
</definitions>""".encode()
HOURS: Final = {"monday": ["09:00-17:00"]}
# What has no ids in it: numbers of the moment, and texts that are computed.
LEFT_OUT: Final = (
    "/metrics", "/schemas/events/{kind}", "/oauth2/token", "/expressions/evaluate", "/decisions/evaluate",
    "/jobs/stream",  # it answers for as long as the worker stays
)  # fmt: skip
NO_ID: Final = re.compile(
    "(Before|After|Date|expiresAt|Duration|ttl|wait|from|until|sort|order|fields|zone|language|url|secret|password|email"
    r"|reason|label|title|Ext\d)", re.IGNORECASE
)  # fmt: skip
PAGES: Final = (
    "/instances/{instance_id}", "/instances/{instance_id}/at/1", "/instances/{instance_id}/bars",
    "/instances/{instance_id}/migrate", "/definitions/{definition_id}", "/definitions/{definition_id}/source",
    "/definitions/{definition_id}/try", "/start/{definition_id}", "/tasks/{task_id}", "/batches/{batch_id}",
    "/insight/processes/{name}", "/admin/people/{name}", "/admin/teams/group/{name}", "/admin/calendars/{name}",
    "/files/{attachment_id}", "/views/{view_id}", "/tasks?view={view_id}", "/instances?name={name}",
)  # fmt: skip
PARAMETER: Final = re.compile(r"\{(\w+)\}")
MOMENT: Final = re.compile(r'(csrf"[^>]*value="|x-csrf-token&#34;: &#34;|nonce=")[\w-]+|\d{4}-\d\d-\d\d[T ][\d:.]+Z?')


async def _settled(street: Street) -> dict[str, str]:
    """Acme has one of everything: its ids, by the names of the addresses' parameters."""
    acme = await street.admin("acme")

    async def made(path: str, **body: Any) -> Any:
        return await acme.result("POST", path, json=body)

    await made("/admin/persons", name=NAME, password="a password of acme", roles=["administrator"])
    for kind in ("groups", "queues", "roles"):
        await made(f"/runtime/{kind}", name=NAME, members=[f"user:{NAME}"])
    await made("/runtime/calendars", name=NAME, hours=HOURS)
    await made("/admin/endpoints", name=NAME, url="https://127.0.0.1:9/hook", kind="cloudevents")
    ids = {"name": NAME, "key": NAME, "sink": NAME, "user_id": NAME, "client_id": NAME, "tenant_id": "acme"}
    await made("/admin/clients", user=NAME, clientId=NAME)
    ids["key_id"] = (await made("/runtime/keys", name=NAME))["id"]
    ids["id"] = (await made("/runtime/deputies", deputy=NAME))["id"]
    ids["view_id"] = (await made("/runtime/views", name=NAME))["id"]
    ids["definition_id"] = (await acme.deploy(ORDER))["id"]
    ids["instance_id"] = (await acme.start(NAME))["id"]
    await street.run_due()
    ids["activity_id"] = f"{ids['instance_id']}:start:1"
    ids["variable_id"] = f"{ids['instance_id']}:{NAME}"
    ids["log_id"] = f"{ids['instance_id']}-1-1"
    ids["execution_id"] = ids["incident_id"] = ids["instance_id"]
    ids["task_id"] = (await acme.result("GET", "/query/tasks?view=all"))["Recs"][0]["id"]
    ids["comment_id"] = f"{ids['task_id']}:0"
    await acme.result("PUT", f"/runtime/tasks/{ids['task_id']}", json={"action": "remind", "text": NAME})
    await street.run_due()
    file = {"file": ("a.txt", b"a file of acme", "text/plain")}
    attached = await acme.result("POST", f"/runtime/instances/{ids['instance_id']}/attachments", files=file)
    ids["attachment_id"] = attached["id"]
    ids["job_id"] = (await acme.call("GET", "/engine-rest/external-task")).json()[0]["id"]
    ids["batch_id"] = (await made("/runtime/batches", action="suspend", ids=["nobody"]))["id"]
    await street.services("acme").runtime.batches.finish(ids["batch_id"])
    person = Caller(street.http, "acme", await street.services("acme").access.issue(NAME, "", 10**6))
    ids["note_id"] = (await person.result("GET", "/runtime/notes"))["Recs"][0]["id"]
    ids["audit_id"] = (await acme.result("GET", "/runtime/audit"))["Recs"][0]["id"]
    letters = (await acme.result("GET", "/runtime/letters"))["Recs"]
    ids["letter_id"] = letters[0]["id"] if letters else ids["note_id"]
    deployments = (await acme.call("GET", "/engine-rest/deployment")).json()
    ids["deployment_id"] = ids["resource_id"] = deployments[0]["id"]
    return ids


ROTATED: Final = str.maketrans("0123456789abcdefABCDEF", "5678901234badcfeBADCFE")


def _nobodys(ids: dict[str, str]) -> dict[str, str]:
    """Of the same shape, and nobody's."""
    own = ids["instance_id"]
    never = own[:-8] + own[-8:].translate(ROTATED)
    rotated = {name: each[:-8] + each[-8:].translate(ROTATED) for name, each in ids.items()}
    return {
        name: NOBODYS if each == NAME else each.replace(own, never) if own in each else rotated[name]
        for name, each in ids.items()
    }


def _sample(schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """The least that the schema allows."""
    if "$ref" in schema:
        return _sample(parts[schema["$ref"].rsplit("/", 1)[-1]], parts)
    if "anyOf" in schema:
        return _sample(schema["anyOf"][0], parts)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "string")
    if kind == "object":
        return {name: _sample(schema["properties"][name], parts) for name in schema.get("required", ())}
    return {"array": [], "integer": schema.get("minimum", 1), "number": 1, "boolean": False, "null": None}.get(
        kind, "{new}"
    )


Asked = tuple[str, str, Any]  # method, path and body, with {id} for what is asked


def _requests() -> Iterator[Asked]:
    """Each address with what is acme's in its path; in a parameter of its query; and in a field of its body."""
    for handlers, before in ((api_handlers(test_clock=False), ""), (camunda_handlers(), "/engine-rest")):
        for path, method, operation in operations(handlers):
            if not path.endswith(LEFT_OUT):
                yield from _of(method, before + path, operation)


def _of(method: str, path: str, operation: Operation) -> Iterator[Asked]:
    bodies = operation.body if isinstance(operation.body, tuple) else (operation.body,)
    schema, parts = _schema(bodies[0])
    body: Any = None if bodies[0] is None else _sample(schema, parts)
    if "{" in path:
        for action in _enum(schema, parts):
            yield method, path, {**body, "action": action} if action else body
        return
    for name, field in _schema(operation.query)[0].get("properties", {}).items():
        if field.get("type") == "string" and "enum" not in field and not NO_ID.search(name):
            yield method, f"{path}?{name}={{any}}", body
    for name, field in schema.get("properties", {}).items():
        if NO_ID.search(name):
            continue
        if field.get("type") == "string" and "enum" not in field:
            yield method, path, {**body, name: "{any}"}
        elif field.get("type") == "array" and field["items"].get("type") == "string":
            yield method, path, {**body, name: ["{any}"]}


def _enum(schema: dict[str, Any], parts: dict[str, Any]) -> list[str]:
    found: list[str] = schema.get("properties", {}).get("action", {}).get("enum", [""])
    return found


def _schema(kind: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    if kind is None:
        return {}, {}
    made = msgspec.json.schema(kind, schema_hook=lambda _: {"type": "object"})
    parts = made.get("$defs", {})
    while "$ref" in made:
        made = parts[made["$ref"].rsplit("/", 1)[-1]]
    return made, parts


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, ids) for each in value]
    return PARAMETER.sub(lambda found: ids[found[1]], value) if isinstance(value, str) else value


async def _told(caller: Caller, asked: Asked, ids: dict[str, str]) -> tuple[int, str]:
    """The answer, with what was asked for blotted out."""
    method, path, body = asked
    more = {} if body is None else {"json": _filled(body, ids)}
    if path in PAGES:
        more["headers"] = {"cookie": f"andante_session={caller.token}", "accept": "text/html"}
    answer = await caller.call(method.upper(), _filled(path, ids), **more)
    if answer.status_code == 200 and method != "get":
        return 200, ""  # what was made has an id of its own
    text = MOMENT.sub("", answer.text)
    for each in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(each, "ID")
    return answer.status_code, text


async def _rows(street: Street, tenant: str) -> dict[str, list[Any]]:
    """All that it has, but who is logged in."""
    store = street.services(tenant).runtime.store
    tables = await store.get_all("select name from sqlite_master where type='table' and name not like 'sqlite%'")
    return {name: await store.get_all(f'select * from "{name}"') for (name,) in tables if name != "token"}


async def test_what_is_anothers_is_what_never_was(folder: str) -> None:
    async with street_at(folder) as street:
        for name in NAMES:
            await street.add(name)
        ids = await _settled(street)
        nobodys = _nobodys(ids)
        globex, before = await street.admin("globex"), await _rows(street, "acme")
        # Reading first: what is made later is in lists.
        asked = sorted([*_requests(), *(("get", path, None) for path in PAGES)], key=lambda each: each[0] != "get")
        statuses: Counter[int] = Counter()
        for number, each in enumerate(asked):
            kind = ("instance_id", "name")[number % 2]
            theirs = await _told(globex, each, {**ids, "any": ids[kind], "new": f"new-{number}"})
            none = await _told(globex, each, {**nobodys, "any": nobodys[kind], "new": f"other-{number}"})
            assert theirs == none, each
            assert not any(own in none[1] for own in ids.values() if own != "acme"), each
            statuses[none[0]] += 1
        assert await _rows(street, "acme") == before
        assert statuses[404] > 150, statuses
        assert statuses[200] > 200, statuses
        assert not statuses[401] + statuses[403] + statuses[500], statuses
