"""The same with many instances or tasks (`andante batch ...`), and task lists by group."""

import time
from collections.abc import Sequence
from typing import Annotated, Any, Final

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import print_gone, print_json, print_table
from andante.cli.progress import Quiet, progress
from andante.cli.remote import LOCAL, Variables, minute, variable
from andante.client.bulk import Batch

Query = Annotated[
    list[str],
    Parameter(
        name="--query", negative=(),
        help="Instances to choose: name=, version=, states=A,B, businessKey=, startedBefore=, createdBy=, text=, ..."
        " Tasks: assignee=, definition=, name=, queue=, due=overdue, ... Repeatable; `all` for every one.",
    ),
]  # fmt: skip
Mapping = Annotated[list[str], Parameter(name="--map", negative=())]
LOOK: Final = 1.0  # seconds between looks how far it is


def query_of(parts: Sequence[str]) -> dict[str, Any]:
    """What --query says. Raises ValueError."""
    found: dict[str, Any] = {}
    for part in parts:
        if part == "all":
            continue
        name, value = variable(part, "--query ")
        found[name] = [each.strip() for each in str(value).split(",")] if name == "states" else value
        if name in ("version", "businessKey", "text") and not isinstance(value, str):
            found[name] = part.partition("=")[2]
    return found


def start_batch(
    action: str,
    *ids: str,
    query: Query | None = None,
    reason: str = "",
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    wait: Annotated[bool, Parameter(negative=())] = False,
    version: str = "",
    map: Mapping | None = None,
    var: Variables | None = None,
    introduce: Annotated[bool, Parameter(negative=())] = False,
    force: Annotated[bool, Parameter(negative=())] = False,
    outcome: str = "",
    to: str = "",
    text: str = "",
    quiet: Quiet = False,
    server: Server = LOCAL,
) -> int:
    """Do the same with many instances: suspend, resume, terminate, retry, migrate, setVariables or delete; or with many
    tasks: completeTasks, transferTasks or unclaimTasks.

    Parameters
    ----------
    dry_run
        Only tell what would be concerned.
    wait
        Until it is over; exit 1 where something could not be done.
    version
        For migrate.
    map
        For migrate: an element that is called otherwise in the new version, as old=new; repeatable.
    introduce
        For setVariables: also variables that an instance does not have.
    force
        For delete: open ones too.
    outcome
        For completeTasks.
    to
        For transferTasks: who takes them, or group:x, role:x, queue:x.
    text
        For completeTasks: a comment.
    """
    if not ids and not query:
        raise ValueError("name the instances or tasks, or choose them with --query (all for every one)")
    chosen, of_tasks = query_of(query) if query else None, action.endswith("Tasks")
    mapping = _mapping(map or ())
    with server.connect() as client:
        batch = client.start_batch(
            action, ids=ids, query=None if of_tasks else chosen, tasks=chosen if of_tasks else None, reason=reason,
            dry_run=dry_run, version=version, mapping=mapping,
            variables=dict(variable(each) for each in var or ()),
            introduce=introduce, force=force, outcome=outcome, to=to, text=text,
        )  # fmt: skip
        with progress(action, batch.total, silent=quiet or server.json or not wait) as tell:
            while wait and batch.id and not batch.ended_at and batch.state not in ("paused", "failed", "awaiting"):
                tell(batch.done + batch.skipped + batch.failed)
                time.sleep(LOOK)
                batch = client.batch(batch.id)
    _print([batch], server)
    return 1 if wait and (batch.failed or batch.state not in ("done", "")) else 0


def _mapping(parts: Sequence[str]) -> dict[str, str] | None:
    pairs = [part.partition("=") for part in parts]
    for old, sign, new in pairs:
        if not (old and sign and new):
            raise ValueError(f"--map {old}{sign}{new}: write it as old=new")
    return {old: new for old, _sign, new in pairs} or None


def list_batches(*, limit: int = 20, after: str = "", server: Server = LOCAL) -> None:
    """List batches, the newest first.

    Parameters
    ----------
    after
        Those made before this batch.
    """
    with server.connect() as client:
        found = client.batches(limit, after=after).items
    _print(found, server)


def show_batch(batch: str, *, server: Server = LOCAL) -> None:
    """Show how far a batch is, and what it could not do."""
    with server.connect() as client:
        found = client.batch(batch)
        failures = client.batch_failures(batch, limit=1_000).items if found.failed else []
    if server.json:
        print_json({"batch": found, "failures": failures})
        return
    _print([found], server)
    if failures:
        print_table((found.of[:-1], "why"), [(each.task_id or each.instance_id, each.res_msg) for each in failures])


def pause_batch(batch: str, *, server: Server = LOCAL) -> None:
    """Stop a batch where it is."""
    _step(batch, "pause", server)


def resume_batch(batch: str, *, server: Server = LOCAL) -> None:
    """Let a batch go on, also one that failed."""
    _step(batch, "resume", server)


def cancel_batch(batch: str, *, server: Server = LOCAL) -> None:
    """End a batch. What has been done stays done."""
    _step(batch, "cancel", server)


def approve_batch(batch: str, *, server: Server = LOCAL) -> None:
    """Let a batch begin that another person has asked for."""
    _step(batch, "approve", server)


def refuse_batch(batch: str, *, server: Server = LOCAL) -> None:
    """Refuse a batch that another person has asked for."""
    _step(batch, "refuse", server)


def withdraw_batch(batch: str, *, server: Server = LOCAL) -> None:
    """Withdraw a batch of your own that waits for a second person."""
    _step(batch, "withdraw", server)


def _step(batch: str, action: str, server: Server) -> None:
    with server.connect() as client:
        found = client.batch_action(batch, action)
    _print([found], server)


def _print(found: Sequence[Batch], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = []
    for b in found:
        over = b.done + b.skipped + b.failed
        called = f" and {b.children} that they called" if b.of == "instances" else ""
        far = f"{over} of {b.total}" if b.id else f"{b.total}{called}"
        rows.append(
            (b.id or "dry run", b.action, b.state, far, str(b.failed or ""), b.created_by, minute(b.created_at))
        )
    print_table(("batch", "action", "state", "so far", "failed", "by", "made"), rows)


def task_groups(
    by: str = "due", *, view: str = "todo", definition: str = "", text: str = "", zone: str = "", saved_view: str = "",
    server: Server = LOCAL,
) -> None:  # fmt: skip
    """Count tasks in groups: by when they are due (due), or by process (process).

    Parameters
    ----------
    zone
        Where days and weeks are reckoned, as Europe/Berlin; the server's by default.
    """
    filters = {"view": view, "definition": definition, "text": text, "zone": zone, "savedView": saved_view}
    with server.connect() as client:
        found = client.task_groups(by, filters).items
    if server.json:
        print_json(found)
    else:
        print_table((by, "tasks"), [(each.key, f"{each.count}{'+' if each.more else ''}") for each in found])


def list_views(*, server: Server = LOCAL) -> None:
    """List saved views of task lists."""
    with server.connect() as client:
        found = client.views().items
    if server.json:
        print_json(found)
        return
    rows = [
        (v.id, v.name, v.owner, v.shared_with, ", ".join(f"{name}={value}" for name, value in v.filters.items()))
        for v in found
    ]
    print_table(("view", "name", "owner", "shared with", "filters"), rows)


def save_view(
    name: str,
    *,
    filter: Annotated[list[str], Parameter(name="--filter", negative=(), help="name=value, repeatable.")] | None = None,
    share: str = "",
    default: Annotated[bool, Parameter(negative=())] = False,
    server: Server = LOCAL,
) -> None:
    """Save filters of the task list under a name.

    Parameters
    ----------
    share
        group:x, role:x, or * for everybody.
    """
    filters = {}
    for each in filter or ():
        key, equals, value = each.partition("=")
        if not equals:
            raise ValueError(f"--filter {each}: it must be name=value")
        filters[key] = value
    with server.connect() as client:
        view = client.save_view(name, filters, shared_with=share, default=default)
    if server.json:
        print_json(view)
    else:
        print(view.id)


def delete_view(view: str, *, server: Server = LOCAL) -> None:
    """Delete a saved view."""
    with server.connect() as client:
        client.delete_view(view)
    print_gone(view, server)
