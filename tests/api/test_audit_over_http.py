"""The audit log: what is in it after administrators and operators were at work, who may read it, and in which form."""

import csv
import io
from typing import Any

import msgspec
import pytest
from house import BASE, House, house_at
from litestar.handlers import HTTPRouteHandler

from andante.api.operation import operation_of
from andante.api.routes import api_handlers
from andante.people.permissions import PERMISSIONS, PUBLIC, ROLES
from andante.runtime.auditing import ACTIONS

AUDIT = "/runtime/audit"
# What changes nothing that is kept, or is the daily work of programs; the journal tells of it.
NOT_KEPT = {
    "Check a migration", "Publish a message", "Broadcast a signal", "Start what conditions start",
    "Fetch and lock jobs", "Have jobs sent", "Report on a job", "Evaluate an expression", "Evaluate a decision",
    "Verify instances", "Verify the audit log", "Set the test clock",
}  # fmt: skip


async def rows(house: House, **query: Any) -> list[dict[str, Any]]:
    """Of the log, the oldest first."""
    found: list[dict[str, Any]] = (await house.ada.get(AUDIT, **query)).result["Recs"]
    return found[::-1]


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("actor", "client", "via", "action", "object", "outcome"))


async def test_a_change_of_rights_says_who_when_from_where_why_and_what(house: House) -> None:
    headers = {"andante-reason": "joins%20personnel%20%E2%80%93%20ticket 7"}
    change = {"roles": ["user", "operator"], "groups": ["hr"], "password": "a new one, long"}
    assert (await house.ada.call("PUT", "/admin/persons/kim", json=change, headers=headers)).status == 200
    [row] = await rows(house, action="person.change")
    assert told(row) == ("ada", "ada-client", "api", "person.change", "kim", "done")
    assert (row["at"], row["address"]) == ("2026-01-01T09:00:00.000Z", "127.0.0.1")
    assert row["reason"] == "joins personnel – ticket 7"
    assert row["details"] == {
        "before": {"roles": ["user"], "groups": []},
        "after": {"roles": ["operator", "user"], "groups": ["hr"]},
        "secret": ["password"],
    }


async def test_all_that_administrators_change(house: House) -> None:
    ada = house.ada
    await ada.post("/admin/persons", {"name": "max", "password": "long enough"})
    await ada.put("/admin/persons/max", {"disabled": True})
    await ada.put("/admin/persons/max", {"disabled": False})
    await ada.put("/admin/persons/max", {"password": "longer than enough"})
    made = (await ada.post("/admin/clients", {"user": "max"})).result
    await ada.delete(f"/admin/clients/{made['clientId']}")
    await ada.post("/runtime/groups", {"name": "hr", "members": ["max"]})
    await ada.put("/runtime/groups/hr", {"members": []})
    await ada.delete("/runtime/groups/hr")
    deputy = (await ada.post("/runtime/deputies", {"person": "kim", "deputy": "lee"})).result
    await ada.delete(f"/runtime/deputies/{deputy['id']}")
    await ada.put("/runtime/people/kim/preferences", {"language": "zh"})
    await ada.post("/admin/endpoints", {"name": "erp", "url": "https://example.com/hook/of-ours?key=1"})
    await ada.put("/admin/endpoints/erp", {"rotate": True})
    await ada.delete("/admin/endpoints/erp")
    await ada.post("/runtime/calendars", {"name": "works", "hours": {"monday": ["08:00-16:00"]}})
    await ada.put("/runtime/calendars/works", {"hours": {"monday": ["09:00-16:00"]}})
    await ada.delete("/runtime/calendars/works")
    found = [row for row in await rows(house) if row["actor"] == "ada"]
    assert [row["action"] for row in found] == [
        "person.add", "person.disable", "person.enable", "person.password", "client.add", "client.revoke",
        "group.add", "group.change", "group.remove", "deputy.add", "deputy.remove", "preference.change",
        "endpoint.add", "endpoint.change", "endpoint.remove", "calendar.add", "calendar.change", "calendar.delete",
    ]  # fmt: skip
    assert {row["outcome"] for row in found} == {"done"}
    by = {row["action"]: row for row in found}
    assert by["client.add"]["details"]["user"] == "max"
    assert by["group.change"]["details"] == {"before": {"members": ["user:max"]}, "after": {"members": []}}
    assert by["endpoint.add"]["details"]["after"]["url"] == "https://example.com"
    assert by["endpoint.change"]["details"] == {"secret": ["secret"]}
    assert by["preference.change"]["object"] == "kim"
    text = msgspec.json.encode(found).decode()
    assert "long enough" not in text
    assert made["clientSecret"] not in text
    assert "of-ours" not in text


async def test_what_operators_do_with_instances_is_one_row_a_request(house: House, approval: str) -> None:
    ids = [(await house.zoe.start("Approval"))["id"] for _ in range(3)]
    path = f"/runtime/instances/{ids[0]}"
    await house.oda.put(path, {"action": "suspend", "reason": "the supplier is bankrupt"})
    await house.oda.put(path, {"action": "resume"})
    await house.oda.put(f"{path}/variables", {"iban": "DE02"})
    batch = (
        await house.oda.post("/runtime/batches", {"action": "terminate", "ids": ids[1:], "reason": "twice"})
    ).result
    await house.services.runtime.batches.carry_out()
    (await house.oda.put(f"/runtime/batches/{batch['id']}", {"action": "pause"})).refused(409, "bpm.batch.over")
    (task, *_) = await house.kim.tasks()
    await house.oda.put(f"/runtime/tasks/{task['id']}", {"action": "transfer", "to": "lee"})
    await house.ada.delete(path, force=True)
    found = [row for row in await rows(house) if row["actor"] in ("oda", "ada") and row["kind"] != "definition"]
    assert [(row["action"], row["object"], row["outcome"], row["reason"]) for row in found] == [
        ("instance.suspend", ids[0], "done", "the supplier is bankrupt"),
        ("instance.resume", ids[0], "done", ""),
        ("instance.variables", ids[0], "done", ""),
        ("batch.create", batch["id"], "done", "twice"),
        ("batch.pause", batch["id"], "refused", ""),
        ("task.act", task["id"], "done", ""),
        ("instance.delete", ids[0], "done", ""),
    ]
    assert found[2]["details"] == {"names": ["iban"]}
    assert found[3]["details"]["total"] == 2
    assert sorted(found[3]["details"]["ids"]) == sorted(ids[1:])
    assert found[5]["details"]["action"] == "transfer"
    assert (await rows(house, action="definition"))[0]["details"]["ids"] == {"Approval": approval}


async def test_what_people_do_with_their_own_work_is_not_in_it(house: House, approval: str) -> None:
    started = await house.zoe.start("Approval")
    (task,) = await house.kim.tasks()
    await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "claim"})
    await house.kim.put("/runtime/people/kim/preferences", {"language": "zh"})
    await house.zoe.put(f"/runtime/instances/{started['id']}", {"action": "terminate"})
    assert not [row for row in await rows(house) if row["actor"] in ("kim", "zoe")]


async def test_what_was_refused_is_in_it_and_what_was_malformed_is_not(house: House) -> None:
    (await house.kim.post("/admin/persons", {"name": "eve"})).refused(403, "bpm.access.forbidden")
    (await house.ada.put("/admin/persons/nobody", {"disabled": True})).refused(404, "bpm.person.notFound")
    (await house.ada.post("/admin/persons", {"name": "a b"})).refused(400, "astrozero.0002")
    assert (await house.ada.post("/runtime/batches", {"action": "terminate", "query": {}, "dryRun": True})).result
    found = [row for row in await rows(house) if row["actor"] in ("kim", "ada")]
    assert [(*told(row)[3:], row["code"]) for row in found] == [
        ("person.add", "", "refused", "bpm.access.forbidden"),
        ("person.change", "nobody", "refused", "bpm.person.notFound"),
    ]


async def test_tokens_that_are_refused_and_the_lockout(house: House) -> None:
    form = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": "guessed"}
    for _ in range(11):
        await house.http.post("/baas/auth/v1.0/oauth2/token", data=form)
    await house.http.post("/baas/auth/v1.0/oauth2/token", data={**form, "client_id": "my password, typed above"})
    found = [row for row in await rows(house) if row["kind"] == "client"]
    assert [(row["action"], row["object"]) for row in found] == [
        *[("token.refuse", "admin")] * 9, ("login.lockout", "admin"), ("token.refuse", "admin"), ("token.refuse", ""),
    ]  # fmt: skip
    assert {row["address"] for row in found} == {"127.0.0.1"}


async def test_who_is_refused_without_end_does_not_fill_it(house: House) -> None:
    for _ in range(130):
        await house.kim.post("/admin/persons", {"name": "eve"})
    house.clock.set(house.clock.now() + 61_000)
    await house.kim.post("/admin/persons", {"name": "eve"})
    found = await rows(house, actor="kim", limit=1000)
    assert len(found) == 101
    assert found[-1]["details"]["unlisted"] == 30


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"actor": "oda"}, ["team"]),
        ({"action": "client"}, ["client"]),
        ({"action": "client.add"}, ["client"]),
        ({"object": "hr"}, ["team"]),
        ({"text": "QUEUES_"}, []),
        ({"text": "clerks"}, ["team"]),
        ({"until": "2026-01-01T09:00:30Z", "action": "client"}, ["client"]),
        ({"from": "2026-01-01T09:00:30Z", "outcome": "done"}, ["later"]),
        ({"outcome": "refused"}, ["team"]),
    ],
)
async def test_filters(house: House, query: dict[str, str], expected: list[str]) -> None:
    await house.ada.post("/admin/clients", {"user": "kim", "clientId": "kims"})
    await house.oda.post("/runtime/groups", {"name": "hr", "label": "clerks"})
    house.clock.set(house.clock.now() + 60_000)
    await house.ada.post("/runtime/groups", {"name": "later"})
    if query.get("object") or query.get("text") == "clerks":
        await house.ada.post("/runtime/groups", {"name": "hr", "label": "clerks"})
    kinds = {"kims": "client", "hr": "team", "": "team", "later": "later"}
    found = [kinds[row["object"]] for row in await rows(house, **query) if row["actor"] in ("oda", "ada")]
    assert found == expected


async def test_page_by_page_and_as_files(house: House) -> None:
    for n in range(7):
        await house.ada.post("/runtime/groups", {"name": f"team {n}", "label": "=1+1"})
    seen, after = [], ""
    while True:
        page = (await house.ada.get(AUDIT, action="group", limit=3, after=after)).result
        seen += [row["object"] for row in page["Recs"]]
        after = page["after"]
        if not after:
            break
    assert seen == [f"team {n}" for n in reversed(range(7))]
    lines = (await house.ada.get(AUDIT, action="group", format="ndjson")).response
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [msgspec.json.decode(line)["object"] for line in lines.content.splitlines()] == seen
    table = (await house.ada.get(AUDIT, action="group", format="csv", limit=4)).response
    assert "Andante-After" in table.headers
    read = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["object"] for row in read] == seen[:4]
    [one] = (await house.ada.get(AUDIT, object="team 3")).result["Recs"]
    assert (await house.ada.get(f"{AUDIT}/{one['id']}")).result == one
    (await house.ada.get(f"{AUDIT}/nothing-1")).refused(404, "bpm.audit.notFound")
    (await house.ada.get(AUDIT, after="x")).refused(400, "astrozero.0002", "after")
    (await house.ada.get(AUDIT, action="person.sing")).refused(400, "astrozero.0002", "action")
    (await house.oda.get(AUDIT)).refused(403, "bpm.access.forbidden", "audit.manage")


async def test_a_server_behind_a_proxy_tells_who_is_behind_it(database_url: str) -> None:
    async with house_at(database_url, trusted_proxies="127.0.0.0/8, 10.0.0.1") as house:
        headers = {"x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.0.0.1"}
        await house.ada.call("POST", "/runtime/groups", json={"name": "hr"}, headers=headers)
        assert [row["address"] for row in await rows(house, action="group")] == ["203.0.113.9"]


async def test_nobody_is_believed_who_is_no_trusted_proxy(house: House) -> None:
    headers = {"x-forwarded-for": "203.0.113.9"}
    await house.ada.call("POST", "/runtime/groups", json={"name": "hr"}, headers=headers)
    assert [row["address"] for row in await rows(house, action="group")] == ["127.0.0.1"]


async def test_a_change_and_its_row_come_together(house: House) -> None:
    """Whatever ends the server: neither is there without the other."""
    written: list[list[str]] = []
    store = house.services.runtime.store
    write = store.write

    async def spy(statements: Any) -> None:
        written.append(
            [sql.split(" ")[2].strip('"') if sql.startswith("insert") else sql.split(" ")[1] for sql, _ in statements]
        )
        await write(statements)

    store.write = spy  # type: ignore[method-assign]
    await house.ada.put("/admin/persons/kim", {"roles": ["operator"]})
    assert written == [["roster", "person", "audit"]]


def _handlers() -> list[HTTPRouteHandler]:
    return [each for each in api_handlers(test_clock=True) if not each.http_methods & {"GET", "HEAD", "OPTIONS"}]


@pytest.mark.parametrize("handler", _handlers(), ids=lambda each: operation_of(each).summary)
def test_every_route_for_operators_says_as_what_it_is_kept(handler: HTTPRouteHandler) -> None:
    operation = operation_of(handler)
    if operation.audit:
        assert operation.audit in ACTIONS
    elif operation.permission != PUBLIC and PERMISSIONS[operation.permission] != frozenset(ROLES):
        assert operation.summary in NOT_KEPT, f"{BASE}: {operation.summary} is for operators and is not kept"
