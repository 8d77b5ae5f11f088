"""The commands that speak to a server."""

import sys
from collections.abc import Callable, Iterable, Sequence
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import complain, print_findings, print_json, print_refusal, print_table
from andante.client import CLOSED_STATES, OPEN_STATES, Refused
from andante.client.shapes import Instance, InstanceRow, SlaClock, Task

Several = Annotated[list[str], Parameter(consume_multiple=True, negative=())]
Variables = Annotated[
    list[str],
    Parameter(name="--var", negative=(), help="name=value; the value is JSON where it can be, else text. Repeatable."),
]
LOCAL: Final = Server()


def tell_refusal(name: object, refused: Refused) -> None:
    """Tell of one refusal among several. Who is not known to the server need not ask for the rest."""
    if refused.status == 401:
        raise refused
    print_refusal(str(name), refused)


def each_of(names: Iterable[str], work: Callable[[str], object]) -> int:
    """Do it with each; how many were refused. Of these it is told why."""
    failed = 0
    for name in names:
        try:
            work(name)
        except Refused as refused:
            tell_refusal(name, refused)
            failed += 1
    return failed


def deploy(*files: Path, inactive: Annotated[bool, Parameter(negative=())] = False, server: Server = LOCAL) -> int:
    """Deploy BPMN 2.0 XML files, DMN files, forms, or JSON definitions: all of them or none.

    Forms and DMN files come first, and each file after those that it imports. JSON definitions are files named *.json.
    A form is a form-js schema or a JSON Schema, in a file named *.form or *.json; one without an id of its own goes by
    the name of its file.

    Parameters
    ----------
    inactive
        Do not make what is deployed the active version.
    """
    if not files:
        raise ValueError("name the files to deploy")
    found: dict[str, bytes] = {}
    for file in files:
        try:
            found[str(file)] = file.read_bytes()
        except OSError as fault:
            raise ValueError(f"{file} cannot be read: {fault.strerror}") from None
    try:
        with server.connect() as client:
            done = client.deploy_files(found, activate=not inactive)
    except Refused as refused:
        tell_refusal(files[0] if len(files) == 1 else "deploy", refused)
        return 1
    for each in done:
        print_findings(each.file, "warning", [msgspec.to_builtins(warning) for warning in each.warnings])
    if server.json:
        print_json(done)
    else:
        rows = [(name, id, each.file) for each in done for name, id in each.ids.items()]
        print_table(("process", "definition", "file"), rows)
    return 0


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
    values = variables_of(var)
    with server.connect() as client:
        instance = client.start(name, values, version=version, business_key=business_key, title=title)
    print_instances([instance], server)


def instances(
    *,
    states: Annotated[str, Parameter(show_default=False)] = OPEN_STATES,
    all: Annotated[bool, Parameter(negative=())] = False,
    name: str = "",
    business_key: str = "",
    created_by: str = "",
    text: str = "",
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
    created_by
        Who started them; "me" for your own.
    text
        A part of the title, label or business key.
    """
    with server.connect() as client:
        wanted = f"{OPEN_STATES},{CLOSED_STATES}" if all else states
        found = client.instances(
            wanted, name=name, business_key=business_key, created_by=created_by, text=text, limit=limit
        )
    print_instances(found, server)


def suspend(*ids: str, reason: str = "", server: Server = LOCAL) -> int:
    """Suspend instances: their tasks leave the to-do lists, their clocks stop."""
    return _act("suspend", ids, reason, server)


def resume(*ids: str, reason: str = "", server: Server = LOCAL) -> int:
    """Resume suspended instances: they go on with the time that was left."""
    return _act("resume", ids, reason, server)


def terminate(*ids: str, reason: str = "", server: Server = LOCAL) -> int:
    """End instances for good. Their tasks go to the history without an outcome."""
    return _act("terminate", ids, reason, server)


def retry(*ids: str, reason: str = "", incident: int = 0, server: Server = LOCAL) -> int:
    """Try again what raised the incidents of broken instances.

    Parameters
    ----------
    incident
        This one of a single instance alone, by its number as `andante show` tells it.
    """
    if incident and len(ids) > 1:
        raise ValueError("--incident is one of one instance: name that instance alone")
    return _act("retry", ids, reason, server, incident)


def _act(action: str, ids: Sequence[str], reason: str, server: Server, incident: int = 0) -> int:
    if not ids:
        raise ValueError(f"name the instances to {action}")
    done: list[Instance] = []
    with server.connect() as client:
        failed = each_of(ids, lambda id: done.append(client.act(id, action, reason=reason, incident=incident)))
    if done or server.json:
        print_instances(done, server)
    return 1 if failed else 0


def show(instance: str, *, server: Server = LOCAL) -> None:
    """Show an instance: where it is, its clocks, incidents and variables."""
    with server.connect() as client:
        found = client.instance(instance)
        variables = client.variables(instance)
    if server.json:
        print_json({**msgspec.to_builtins(found), "variables": variables})
        return
    state = f"{found.state} (suspended)" if found.suspended else found.state
    rows = [
        ("instance", found.id),
        ("process", f"{found.name} {found.version}"),
        ("label", found.label),
        ("business key", found.business_key),
        ("state", state),
        ("started", f"{minute(found.started_at)} by {found.created_by}"),
        ("ended", minute(found.ended_at)),
        *(("at", f"{token.element} since {minute(token.since)}") for token in found.tokens),
        *(("clock", clock_line(each)) for each in found.sla),
        *(("incident", f"{each.id} {each.element}: {each.kind}: {each.message}") for each in found.incidents),
        ("parked input", str(found.parked or "")),
        *(("variable", f"{name} = {json_text(value)}") for name, value in variables.items()),
    ]
    print_table(("what", "value"), [row for row in rows if row[1]], heading=False)


def clock_line(clock: SlaClock) -> str:
    times = [f"{each.name} {minute(each.due_at)}" for each in clock.targets]
    return ", ".join((f"{clock.name} {clock.state}", *times))


def tasks(
    *,
    view: str = "todo",
    instance: str = "",
    assignee: str = "",
    overdue: Annotated[bool, Parameter(negative=())] = False,
    due: str = "",
    definition: str = "",
    queue: str = "",
    text: str = "",
    saved_view: str = "",
    limit: int = 100,
    server: Server = LOCAL,
) -> None:
    """List tasks.

    Parameters
    ----------
    view
        todo, paused (of suspended instances), delegated, history, or all (needs an operator).
    due
        overdue, today, week, later or none.
    definition
        Name of a process.
    text
        Part of a name, title, label or business key.
    saved_view
        Its id; see `andante view list`.
    """
    filters = {
        "view": "" if saved_view and view == "todo" else view, "instanceId": instance, "assignee": assignee,
        "overdue": overdue or "", "due": due, "definition": definition, "queue": queue, "text": text,
    }  # fmt: skip
    with server.connect() as client:
        page = client.find_tasks(filters, saved_view=saved_view, limit=limit)
    print_tasks(page.items, server)
    if page.total > len(page.items) and not server.json:
        complain(f"{len(page.items)} of {'more than ' if page.more else ''}{page.total}")


def print_tasks(found: Sequence[Task], server: Server) -> None:
    if server.json:
        print_json(found)
    else:
        print_table(("task", "name", "process", "for", "due", "state"), [_task_row(task) for task in found])


def minute(at: str) -> str:
    """2026-01-05T09:00:00.000Z to the minute."""
    return f"{at[:16]}Z" if at else ""


def _task_row(task: Task) -> tuple[str, ...]:
    state = task.outcome or ("paused" if task.suspended else task.state)
    offered = [*task.candidates, *([f"queue:{task.queue}"] if task.queue else [])]
    held_by = task.assignee or ", ".join(offered)
    return task.id, task.name, task.definition, held_by, minute(task.due_at), state


def complete(task: str, *, outcome: str = "", var: Variables | None = None, server: Server = LOCAL) -> None:
    """Complete a task.

    Parameters
    ----------
    outcome
        One of the task's outcomes, if it has any.
    """
    values = variables_of(var)
    with server.connect() as client:
        done = client.task_action(task, "complete", outcome=outcome, variables=values)
    print_tasks([done], server)


def remind(*tasks: str, text: str = "", server: Server = LOCAL) -> int:
    """Remind those who hold tasks that you wait for. Of one task once in a few hours.

    Parameters
    ----------
    text
        Words to go with it.
    """
    if not tasks:
        raise ValueError("name the tasks")
    done: list[Task] = []
    with server.connect() as client:
        refused = each_of(tasks, lambda task: done.append(client.task_action(task, "remind", text=text)))
    print_tasks(done, server)
    return 1 if refused else 0


def add_person(
    name: str,
    *,
    password: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
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
        To log in to the pages with. "-" asks for it, or reads a line of standard input: nobody else sees it.
    manager
        Who is told when an SLA with the action Notify Manager passes.
    role
        administrator, operator or user (the default); several are possible.
    """
    if password == "-":  # noqa: S105 - a sign to ask
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise ValueError("--password -: there was none")
    with server.connect() as client:
        person = client.add_person(
            name, password=password, email=email, manager=manager, roles=role or ["user"], groups=group or [],
            queues=queue or [],
        )  # fmt: skip
    if server.json:
        print_json(person)
    else:
        print_table(
            ("person", "roles", "groups", "queues"),
            [(person.name, ", ".join(person.roles), ", ".join(person.groups), ", ".join(person.queues))],
        )


def variables_of(var: Sequence[str] | None) -> dict[str, Any]:
    return dict(variable(each) for each in var or ())


def variable(text: str, option: str = "--var ") -> tuple[str, Any]:
    """name=value, of which the value is JSON where it can be. Raises ValueError."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ValueError(f"{option}{text}: it must be name=value")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value


def json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def print_instances(found: Sequence[Instance | InstanceRow], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = [
        (i.id, i.name, i.version, f"{i.state} (suspended)" if i.suspended else i.state, i.label, i.start_time)
        for i in found
    ]
    print_table(("instance", "process", "version", "state", "label", "started"), rows)
