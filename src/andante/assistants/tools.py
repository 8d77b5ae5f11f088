"""The tools: what an assistant can do for the person whose token it has. Each is one or a few calls of the client."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import msgspec

from andante.assistants import asking
from andante.assistants.forms import schema_of
from andante.assistants.standing import standing
from andante.client import CLOSED_STATES, OPEN_STATES, AsyncClient, Refused, because

Result = dict[str, Any]
OPERATE: Final = "instance.actAny"
CHAPTERS: Final = 1_000  # facts of an instance that are told


class Tool(NamedTuple):
    """`permission` that the person must have for the tool to be offered; the server demands it of each call anyway."""

    name: str
    about: str
    asks: type[asking.Asking]
    does: Callable[[AsyncClient, Any], Awaitable[Result]]
    permission: str
    changes: bool = False
    ends: bool = False

    def schema(self) -> dict[str, Any]:
        """Of its arguments."""
        (found,) = msgspec.json.schema(self.asks)["$defs"].values()
        return {name: value for name, value in found.items() if name not in ("title", "description")}


def plain(value: object) -> Any:
    """As JSON has it, without what is empty."""
    found = msgspec.to_builtins(value, str_keys=True)
    return {name: each for name, each in found.items() if each not in ("", None, [], {})}


async def who_am_i(client: AsyncClient, _: asking.Nothing) -> Result:
    return plain(await client.me())  # type: ignore[no-any-return]


async def list_processes(client: AsyncClient, ask: asking.Processes) -> Result:
    found = await client.definitions(name=ask.name, like=True, startable=True, skip=ask.skip, limit=ask.limit)
    forms = await asyncio.gather(*(client.start_form(each.id) for each in found))
    return {
        "processes": [
            {"name": each.name, "label": each.label, "description": each.description, "version": each.version,
             "definition": each.id, "form": schema_of(form)}
            for each, form in zip(found, forms, strict=True)
        ],
        "more": len(found) == ask.limit,
    }  # fmt: skip


async def start_process(client: AsyncClient, ask: asking.Start) -> Result:
    made = await client.start(ask.process, ask.variables, business_key=ask.business_key, title=ask.title)
    return {"instance": plain(made)}


async def list_my_tasks(client: AsyncClient, ask: asking.MyTasks) -> Result:
    filters = {"view": ask.view, "scope": ask.scope, "definition": ask.process, "due": ask.due, "text": ask.text}
    page = await client.find_tasks(filters, limit=ask.limit, after=ask.after)
    return {"tasks": [plain(each) for each in page.items], "total": page.total, "after": page.after}


async def get_task(client: AsyncClient, ask: asking.OneTask) -> Result:
    task, form, comments = await asyncio.gather(
        client.task(ask.task), client.task_form(ask.task), client.comments(ask.task)
    )
    return {
        "task": plain(task),
        "form": {"kind": form.kind, "schema": schema_of(form), "data": form.data},
        "comments": [plain(each) for each in comments.items],
    }


async def claim_task(client: AsyncClient, ask: asking.OneTask) -> Result:
    return {"task": plain(await client.task_action(ask.task, "claim"))}


async def complete_task(client: AsyncClient, ask: asking.Complete) -> Result:
    done = await client.task_action(
        ask.task, "complete", outcome=ask.outcome, variables=ask.variables, text=ask.comment
    )
    return {"task": plain(done)}


async def transfer_task(client: AsyncClient, ask: asking.Transfer) -> Result:
    return {"task": plain(await client.task_action(ask.task, "transfer", to=ask.to, text=ask.comment))}


async def comment_on_task(client: AsyncClient, ask: asking.Comment) -> Result:
    return {"task": plain(await client.task_action(ask.task, "comment", text=ask.text))}


async def list_my_instances(client: AsyncClient, ask: asking.MyInstances) -> Result:
    states = {"open": OPEN_STATES, "closed": CLOSED_STATES, "all": f"{OPEN_STATES},{CLOSED_STATES}"}[ask.which]
    found = await client.instances(
        states, created_by="me", text=ask.text, name=ask.process, limit=ask.limit, skip=ask.skip
    )
    return {"instances": [plain(each) for each in found], "more": len(found) == ask.limit}


async def get_instance(client: AsyncClient, ask: asking.OneInstance) -> Result:
    detail, told = await asyncio.gather(client.instance(ask.instance), client.timeline(ask.instance, limit=CHAPTERS))
    return {
        "instance": plain(detail),
        "variables": await _variables(client, ask.instance),
        "timeline": [plain(each) for each in told.items],
        "more": bool(told.after),
    }


async def _variables(client: AsyncClient, instance: str) -> dict[str, Any]:
    """None for who may see the instance, and not these."""
    try:
        return await client.variables(instance)
    except Refused as refused:
        if refused.status in (403, 404):
            return {}
        raise


async def explain_instance(client: AsyncClient, ask: asking.OneInstance) -> Result:
    detail, tasks = await asyncio.gather(client.instance(ask.instance), client.tasks("todo", instance_id=ask.instance))
    return {"instance": detail.id, "state": detail.state, "why": standing(detail, tasks.items),
            "incidents": [plain(each) for each in detail.incidents]}  # fmt: skip


async def withdraw_instance(client: AsyncClient, ask: asking.Operate) -> Result:
    return await _act(client, ask, "withdraw")


async def suspend_instance(client: AsyncClient, ask: asking.Operate) -> Result:
    return await _act(client, ask, "suspend")


async def resume_instance(client: AsyncClient, ask: asking.Operate) -> Result:
    return await _act(client, ask, "resume")


async def terminate_instance(client: AsyncClient, ask: asking.Operate) -> Result:
    return await _act(client, ask, "terminate")


async def _act(client: AsyncClient, ask: asking.Operate, action: str) -> Result:
    with because(ask.reason):
        return {"instance": plain(await client.act(ask.instance, action, reason=ask.reason))}


TOOLS: Final = {
    tool.name: tool
    for tool in (
        Tool("who_am_i", "Who I am for the server, my groups and roles, and what I may do.",
             asking.Nothing, who_am_i, "note.read"),
        Tool("list_processes", "The processes that I may start, each with its form as JSON Schema.",
             asking.Processes, list_processes, "instance.start"),
        Tool("start_process", "Start a process in my name, with values that fit its form.",
             asking.Start, start_process, "instance.start", True),
        Tool("list_my_tasks", "My to-do list, with filters and search; or the tasks that I have done.",
             asking.MyTasks, list_my_tasks, "task.read"),
        Tool("get_task", "A task in full: form and data, outcomes, what I may do with it (`actions`), comments.",
             asking.OneTask, get_task, "task.read"),
        Tool("claim_task", "Take a task that is offered to me.", asking.OneTask, claim_task, "task.act", True),
        Tool("complete_task", "Complete a task that is mine. This decides in my name and cannot be undone.",
             asking.Complete, complete_task, "task.act", True, True),
        Tool("transfer_task", "Hand a task over to another person.", asking.Transfer, transfer_task, "task.act", True),
        Tool("comment_on_task", "Say something about a task; all who see it can read it.",
             asking.Comment, comment_on_task, "task.act", True),
        Tool("list_my_instances", "The instances that I have started, with their states.",
             asking.MyInstances, list_my_instances, "instance.read"),
        Tool("get_instance", "An instance with its state, variables and what happened to it, in plain words.",
             asking.OneInstance, get_instance, "instance.read"),
        Tool("explain_instance", "Why an instance does not go on: what it waits for, and what it stumbled over.",
             asking.OneInstance, explain_instance, "instance.read"),
        Tool("withdraw_instance", "Withdraw an instance that I have started, where its model allows that.",
             asking.Operate, withdraw_instance, "instance.act", True, True),
        Tool("suspend_instance", "Stop an instance for a while: its tasks leave the to-do lists. For operators.",
             asking.Operate, suspend_instance, OPERATE, True),
        Tool("resume_instance", "Let a suspended instance go on. For operators.",
             asking.Operate, resume_instance, OPERATE, True),
        Tool("terminate_instance", "End an instance for good. For operators.",
             asking.Operate, terminate_instance, OPERATE, True, True),
    )
}  # fmt: skip
