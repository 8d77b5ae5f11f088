"""The commands that speak to a server."""

import sys
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from andante.cli.connection import Server
from andante.client import CLOSED_STATES, OPEN_STATES, Refused
from andante.client.shapes import Instance, InstanceRow, Task

Several = Annotated[list[str], Parameter(consume_multiple=True, negative=())]
Variables = Annotated[
    list[str],
    Parameter(name="--var", negative=(), help="name=value; the value is JSON where it can be, else text. Repeatable."),
]
LOCAL: Final = Server()


def deploy(*files: Path, inactive: bool = False, server: Server = LOCAL) -> int:
    """Deploy BPMN 2.0 XML files, or JSON definitions (files named *.json).

    Parameters
    ----------
    inactive
        Do not make what is deployed the active version (XML only).
    """
    if not files:
        raise ValueError("name the files to deploy")
    done: list[dict[str, Any]] = []
    failed = 0
    with server.connect() as client:
        for file in files:
            data = file.read_bytes()
            try:
                if file.suffix == ".json":
                    body = msgspec.json.decode(data, type=dict[str, Any])
                    ids = {str(body.get("name", "")): client.deploy_json(body)}
                    warnings = []
                else:
                    deployment = client.deploy_xml(data, activate=not inactive)
                    ids, warnings = deployment.ids, deployment.warnings
            except msgspec.DecodeError as fault:
                print(f"{file}: this is no JSON definition: {fault}", file=sys.stderr)
                failed += 1
                continue
            except Refused as refused:
                print(f"{file}: {refused}", file=sys.stderr)
                print_details(refused)
                failed += 1
                continue
            done.append({"file": str(file), "ids": ids, "warnings": msgspec.to_builtins(warnings)})
            for warning in warnings:
                print(f"{file}:{warning.line}: {warning.element}: {warning.message}", file=sys.stderr)
    if server.json:
        _print_json(done)
    else:
        _table(("process", "definition", "file"), [(n, i, d["file"]) for d in done for n, i in d["ids"].items()])
    return 1 if failed else 0


def start(
    name: str,
    *,
    var: Variables | None = None,
    version: str = "",
    business_key: str = "",
    title: str = "",
    server: Server = LOCAL,
) -> None:
    """Start an instance of the definition NAME.

    Parameters
    ----------
    version
        Another version than the active one.
    """
    values = dict(_variable(each) for each in var or ())
    with server.connect() as client:
        instance = client.start(name, values, version=version, business_key=business_key, title=title)
    _print_instances([instance], server)


def instances(
    *,
    states: str = OPEN_STATES,
    all: bool = False,
    name: str = "",
    business_key: str = "",
    limit: int = 100,
    server: Server = LOCAL,
) -> None:
    """List instances, newest first.

    Parameters
    ----------
    states
        One or more of the states, separated by commas. Default: all open ones. Suspended selects by the flag.
    all
        Closed ones too.
    """
    with server.connect() as client:
        wanted = f"{OPEN_STATES},{CLOSED_STATES}" if all else states
        found = client.instances(wanted, name=name, business_key=business_key, limit=limit)
    _print_instances(found, server)


def suspend(*ids: str, reason: str = "", server: Server = LOCAL) -> int:
    """Suspend instances: their tasks leave the to-do lists, their clocks stop."""
    return _act("suspend", ids, reason, server)


def resume(*ids: str, reason: str = "", server: Server = LOCAL) -> int:
    """Resume suspended instances: they go on with the time that was left."""
    return _act("resume", ids, reason, server)


def terminate(*ids: str, reason: str = "", server: Server = LOCAL) -> int:
    """End instances for good. Their tasks go to the history without an outcome."""
    return _act("terminate", ids, reason, server)


def _act(action: str, ids: Sequence[str], reason: str, server: Server) -> int:
    if not ids:
        raise ValueError(f"name the instances to {action}")
    done: list[Instance] = []
    failed = 0
    with server.connect() as client:
        for instance_id in ids:
            try:
                done.append(client.act(instance_id, action, reason=reason))
            except Refused as refused:
                print(f"{instance_id}: {refused}", file=sys.stderr)
                failed += 1
    _print_instances(done, server)
    return 1 if failed else 0


def tasks(
    *,
    view: str = "todo",
    instance: str = "",
    assignee: str = "",
    overdue: bool = False,
    text: str = "",
    limit: int = 100,
    server: Server = LOCAL,
) -> None:
    """List tasks.

    Parameters
    ----------
    view
        todo, paused (of suspended instances), history, or all (needs an operator).
    text
        Part of a name, title, label or business key.
    """
    with server.connect() as client:
        page = client.tasks(
            view, instance_id=instance, assignee=assignee, overdue=overdue, text=text, limit=limit
        )  # fmt: skip
    if server.json:
        _print_json(page.items)
        return
    _table(("task", "name", "process", "for", "due", "state"), [_task_row(task) for task in page.items])
    if page.total > len(page.items):
        print(f"{len(page.items)} of {page.total}")


def _task_row(task: Task) -> tuple[str, ...]:
    state = task.outcome or ("paused" if task.suspended else task.state)
    return task.id, task.name, task.definition, task.assignee or ", ".join(task.candidates), task.due_at, state


def add_person(
    name: str,
    *,
    password: str = "",
    email: str = "",
    manager: str = "",
    role: Several | None = None,
    group: Several | None = None,
    queue: Several | None = None,
    server: Server = LOCAL,
) -> None:
    """Add a person.

    Parameters
    ----------
    password
        To log in to the pages with. "-" asks for it, so that it is seen by nobody.
    manager
        Who is told when an SLA with the action Notify Manager passes.
    role
        administrator, operator or user (the default); several are possible.
    """
    if password == "-":  # noqa: S105 - a sign to ask
        password = getpass("Password: ")
    with server.connect() as client:
        person = client.add_person(
            name, password=password, email=email, manager=manager, roles=role or ["user"], groups=group or [],
            queues=queue or [],
        )  # fmt: skip
    if server.json:
        _print_json(person)
    else:
        _table(
            ("person", "roles", "groups", "queues"),
            [(person.name, ", ".join(person.roles), ", ".join(person.groups), ", ".join(person.queues))],
        )


def print_details(refused: Refused) -> None:
    """What a refusal tells beside its message: the findings of a model, each with its place."""
    for each in refused.details:
        if isinstance(each, dict):
            place = f"line {each['line']}: " if each.get("line") else ""
            print(f"  {place}{each.get('element', '')} {each.get('message', '')}".rstrip(), file=sys.stderr)


def _variable(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ValueError(f"--var {text}: it must be name=value")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value


def _print_instances(found: Sequence[Instance | InstanceRow], server: Server) -> None:
    if server.json:
        _print_json(found)
        return
    rows = [
        (i.id, i.name, i.version, f"{i.state} (suspended)" if i.suspended else i.state, i.label, i.start_time)
        for i in found
    ]
    _table(("instance", "process", "version", "state", "label", "started"), rows)


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        # Ids are there to be copied: they are never cut.
        table.add_column(name, overflow="fold", no_wrap=name == head[0])
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)
