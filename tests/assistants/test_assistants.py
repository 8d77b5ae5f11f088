"""Assistants over the real protocol, by the library's own client: one person's rights, and nothing beyond them."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client as McpClient
from mcp import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from whole_server import SECRET, serving

from andante.client import Client

EXAMPLES = Path(__file__).parents[2] / "examples"
OPERATING = {"suspend_instance", "resume_instance", "terminate_instance"}


class Office:
    """A server with a process, and the keys of an employee, a manager and an operator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.admin = Client(url, "admin", SECRET)
        self.admin.deploy_xml((EXAMPLES / "leave-approval.bpmn").read_bytes())
        self.admin.deploy_form(
            json.dumps(
                {
                    "$id": "leave-decision",
                    "type": "object",
                    "properties": {"note": {"type": "string", "maxLength": 20}},
                    "required": ["note"],
                }
            ).encode()
        )
        self.keys = {}
        for name, role, groups in (("ada", "user", []), ("max", "user", ["managers"]), ("ona", "operator", [])):
            self.admin.add_person(name, roles=[role], groups=groups)
            self.keys[name] = self.admin.add_key("assistant", person=name).key


@pytest.fixture(scope="module")
def office(lasting_url: Callable[[str], str]) -> Iterator[Office]:
    with serving(lasting_url("sqlite"), mcp=True, trusted_proxies="203.0.113.0/24") as url:
        yield Office(url)


@asynccontextmanager
async def assistant(office: Office, person: str, mode: str = "auto") -> AsyncIterator[McpClient]:
    """By HTTP, as the person."""
    headers = {"authorization": f"Bearer {office.keys[person]}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        McpClient(streamable_http_client(f"{office.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


async def told(client: McpClient, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    found: dict[str, Any] = answer.structured_content
    return found


async def refused(client: McpClient, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    found: dict[str, Any] = answer.structured_content
    return found


async def test_leave_is_asked_for_and_decided_by_assistants(office: Office) -> None:
    async with assistant(office, "ada") as ada, assistant(office, "max", mode="legacy") as max_:
        (process,) = (await told(ada, "list_processes", name="Leave"))["processes"]
        assert (process["name"], process["form"]["type"]) == ("LeaveApproval", "object")
        made = (await told(ada, "start_process", process="LeaveApproval", variables={"employee": "ada"}))["instance"]
        why = (await told(ada, "explain_instance", instance=made["id"]))["why"]
        assert any("'ApproveLeave'" in each for each in why)

        (found,) = (await told(max_, "list_my_tasks", text="approve leave"))["tasks"]
        task = found["id"]
        seen = await told(max_, "get_task", task=task)
        assert seen["task"]["outcomes"] == ["approved", "rejected"]
        assert seen["form"]["schema"]["required"] == ["note"]
        early = await refused(max_, "complete_task", task=task, outcome="maybe", variables={"note": "x"})
        assert (early["resCode"], early["remedy"]) == ("bpm.task.outcome", "Use one of the task's outcomes.")
        await told(max_, "claim_task", task=task)
        await told(max_, "comment_on_task", task=task, text="Enjoy it.")
        wrong = await refused(max_, "complete_task", task=task, outcome="approved", variables={"note": "x" * 21})
        assert (wrong["resCode"], wrong["details"][0]["field"]) == ("bpm.form.invalid", "note")
        await told(max_, "complete_task", task=task, outcome="approved", variables={"note": "fine"})

        after = await told(ada, "get_instance", instance=made["id"])
        assert after["variables"]["note"] == "fine"
        lines = [line for chapter in after["timeline"] for line in chapter["lines"]]
        assert "Approve leave was completed: approved" in lines
        assert [each["id"] for each in (await told(ada, "list_my_instances", text="ada"))["instances"]] == [made["id"]]
        read = await ada.read_resource(f"andante://instances/{made['id']}/timeline")
        assert "max: Approve leave was completed: approved" in read.contents[0].text  # type: ignore[union-attr]
        (model,) = [each for each in (await ada.list_resources()).resources if each.name == "LeaveApproval"]
        bpmn = (await ada.read_resource(model.uri)).contents[0]
        assert bpmn.text.encode() == (EXAMPLES / "leave-approval.bpmn").read_bytes()  # type: ignore[union-attr]


async def test_nobody_gets_further_than_their_rights(office: Office) -> None:
    foreign = office.admin.start("LeaveApproval", {"employee": "kim", "manager": "kim"})
    async with assistant(office, "ada") as ada, assistant(office, "ona") as ona:
        mine = {each.name for each in (await ada.list_tools()).tools}
        theirs = {each.name for each in (await ona.list_tools()).tools}
        assert not mine & OPERATING
        assert theirs - mine == OPERATING
        for tool, more in (("get_instance", {}), ("explain_instance", {}), ("terminate_instance", {"reason": "so"})):
            assert (await refused(ada, tool, instance=foreign.id, **more))["resCode"] in (
                "bpm.instance.notFound",
                "bpm.access.forbidden",
            )
        with pytest.raises(MCPError, match="There is no instance"):
            await ada.read_resource(f"andante://instances/{foreign.id}/timeline")
        with pytest.raises(MCPError, match="There is no resource"):
            await ada.read_resource("file:///etc/passwd")
        assert (await refused(ona, "terminate_instance", instance=foreign.id))["resCode"] == "bpm.request.parameter"
        assert (await told(ona, "suspend_instance", instance=foreign.id, reason="look"))["instance"]["suspended"]
        why = await told(ona, "explain_instance", instance=foreign.id)
        assert why["why"][0].startswith("It is suspended")
        assert await told(ona, "resume_instance", instance=foreign.id, reason="seen")
        assert (await told(ona, "terminate_instance", instance=foreign.id, reason="a test"))["instance"]["isClosed"]
    row = office.admin.audit(object=foreign.id, action="instance.terminate").items[0]
    assert (row.actor, row.via, row.reason, row.address) == ("ona", "mcp", "a test", "127.0.0.1")
    assert row.client.startswith("key ")


def test_where_it_comes_from_is_what_the_nearest_proxy_says_not_what_the_caller_wrote_before(
    office: Office,
) -> None:
    key = office.admin.add_key("far", person="ada", ranges=["198.51.100.1"]).key
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "who_am_i", "arguments": {}}}
    headers = [
        ("authorization", f"Bearer {key}"), ("accept", "application/json, text/event-stream"),
        *(("x-forwarded-for", each) for each in ("192.0.2.66", "198.51.100.1", "203.0.113.9")),
    ]  # fmt: skip
    answer = httpx.post(f"{office.url}/mcp", json=asked, headers=headers)
    assert answer.json()["result"]["structuredContent"]["user"] == "ada", answer.text


def test_without_a_good_token_nobody_comes_in(office: Office) -> None:
    for headers in ({}, {"authorization": "Bearer andk_wrong"}, {"access-token": "wrong"}):
        answer = httpx.post(f"{office.url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_an_assistant_on_the_same_machine(office: Office) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from andante.cli import main; main()", "mcp"],
        env={"ANDANTE_URL": office.url, "ANDANTE_KEY": office.keys["ada"], "PYTHONPATH": ":".join(sys.path)},
    )
    async with McpClient(command) as ada:
        assert (await told(ada, "who_am_i"))["user"] == "ada"
        made = (await told(ada, "start_process", process="LeaveApproval", variables={"employee": "ada"}))["instance"]
        done = await told(ada, "withdraw_instance", instance=made["id"], reason="I stay")
        assert done["instance"]["isClosed"]
        assert (await refused(ada, "start_process", process="Nothing"))["resCode"] == "bpm.definition.notFound"


def test_who_does_not_use_it_does_not_load_it() -> None:
    code = "import sys, andante.cli; andante.cli.run(['--help']); assert 'mcp' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=30)
