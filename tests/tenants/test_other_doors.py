"""What is no list of the API: events to programs, keys, passwords, cookies and assistants are a tenant's own too."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from street import ADMIN, BASE, Caller, Street, street_at
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

HOOK = {"name": "erp", "url": "https://127.0.0.1:9/hook", "kind": "cloudevents"}  # is called by nobody: it is private


async def _waiting(street: Street, name: str) -> int:
    events = street.services(name).events
    assert events is not None
    return sum(each.waiting for each in await events.standing())


async def test_events_of_one_go_to_no_program_of_the_other(folder: str) -> None:
    async with street_at(folder) as street:
        for name in ("acme", "globex"):
            await street.add(name)
            admin = await street.admin(name)
            await admin.result("POST", "/admin/endpoints", json=HOOK)
            await admin.deploy()
        await (await street.admin("globex")).start()
        await street.run_due()
        assert (await _waiting(street, "acme"), await _waiting(street, "globex") > 0) == (0, True)


async def test_keys_passwords_and_cookies_are_good_at_one_alone(folder: str) -> None:
    async with street_at(folder, mcp=True) as street:
        for name in ("acme", "globex"):
            await street.add(name)
            await (await street.admin(name)).deploy()
        admin = await street.admin("acme")
        key = (await admin.result("POST", "/runtime/keys", json={"name": "of acme"}))["key"]
        await admin.result("POST", "/admin/clients", json={"user": "admin", "clientId": "erp", "clientSecret": ADMIN})
        started = (await admin.start())["id"]
        basic = {"authorization": "Basic " + b64encode(f"erp:{ADMIN}".encode()).decode()}
        session = await street.services("acme").access.log_in("admin", ADMIN)
        cookie = {"cookie": f"andante_session={session}", "accept": "text/html"}
        form = {"grant_type": "client_credentials", "client_id": "erp", "client_secret": ADMIN}

        async def seen(tenant: str) -> list[int]:
            there = Caller(street.http, tenant)
            return [
                (await there.call("GET", f"{BASE}/query/tasks", headers={"access-token": key})).status_code,
                (await there.call("GET", "/engine-rest/task", headers=basic)).status_code,
                (await there.call("GET", "/tasks", headers=cookie)).status_code,
                (await there.call("POST", "/baas/auth/v1.0/oauth2/token", data=form)).status_code,
                (await _tool(there, key, "list_my_instances")).status_code,
            ]

        assert await seen("acme") == [200, 200, 200, 200, 200]
        assert await seen("globex") == [401, 401, 303, 400, 401]
        # An assistant finds what is at its own tenant alone.
        theirs = await street.admin("globex")
        other = (await theirs.result("POST", "/runtime/keys", json={"name": "of globex"}))["key"]
        assert started in (await _tool(Caller(street.http, "acme"), key, "list_my_instances")).text
        told = await _tool(Caller(street.http, "globex"), other, "get_instance", instance=started)
        assert told.json()["result"]["structuredContent"]["resCode"] == "bpm.instance.notFound"


async def _tool(caller: Caller, key: str, tool: str, **arguments: Any) -> Any:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {"authorization": f"Bearer {key}", "accept": "application/json, text/event-stream"}
    return await caller.call("POST", "/mcp", json=call, headers=headers)


async def test_each_line_of_the_log_says_whose_it_is(folder: str) -> None:
    async with street_at(folder, access_log=True) as street:
        await street.add("acme")
        acme = await street.admin("acme")
        with capture_logs(processors=[merge_contextvars]) as lines:
            await acme.result("GET", "/query/tasks")
            await street.operate("PUT", "/tenants/acme", json={"action": "suspend"})
            (Path(folder.removeprefix("sqlite:///")) / "tenants/acme.db").write_bytes(b"this is no database")
            await street.operate("PUT", "/tenants/acme", json={"action": "resume"})
        by_event = {line["event"]: line.get("tenant", "") for line in reversed(lines)}
        assert (by_event["request"], by_event["a tenant is out of service"]) == ("acme", "acme")
        assert {line.get("tenant", "") for line in lines if "/operator" in line.get("path", "")} == {""}
