"""What a person does with one task from the command line."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import print_json, print_table
from andante.cli.remote import LOCAL, Variables, minute, print_tasks, variables_of
from andante.client.shapes import Task

Text = Annotated[str, Parameter(help="A comment; it stays in the history.")]


def show_task(task: str, *, server: Server = LOCAL) -> None:
    """Show a task: what you may do with it, how the vote stands, where it may be returned to."""
    with server.connect() as client:
        found = client.task(task)
    if server.json:
        print_json(msgspec.to_builtins(found))
        return
    rows = [
        ("task", found.id),
        ("name", found.name),
        ("process", f"{found.definition} {found.version}"),
        ("for", found.assignee or ", ".join(found.candidates)),
        ("owner", found.owner),
        ("due", minute(found.due_at)),
        ("state", "paused" if found.suspended else found.outcome or found.state),
        ("outcomes", ", ".join(found.outcomes)),
        ("actions", ", ".join(found.actions)),
        *_vote_rows(found),
        *(("may return to", f"{choice.element} ({choice.name}), {choice.who}") for choice in found.return_to),
    ]
    print_table(("what", "value"), [row for row in rows if row[1]], heading=False)


def _vote_rows(task: Task) -> list[tuple[str, str]]:
    vote = task.approval
    if vote is None:
        return []
    needed = ", ".join(f"{number} for {outcome}" for outcome, number in vote.needed.items() if outcome)
    rows = [("approval", f"{vote.type}, {vote.voted} of {vote.total} have answered"), ("needed", needed)]
    for each in vote.votes:
        comment = f": {each.comment}" if each.comment else ""
        rows.append(("vote", f"{each.who} {each.outcome}{comment}"))
    rows.extend((each.state, ", ".join(each.who) or "everybody") for each in vote.approvers if each.state != "voted")
    return rows


def claim(task: str, *, server: Server = LOCAL) -> None:
    """Take a task that is offered to you."""
    _act(server, task, "claim")


def approve(task: str, *, text: Text = "", var: Variables | None = None, server: Server = LOCAL) -> None:
    """Complete a task with the outcome that approves."""
    _act(server, task, "approve", text=text, var=var)


def reject(task: str, *, text: Text = "", var: Variables | None = None, server: Server = LOCAL) -> None:
    """Complete a task with the outcome that rejects."""
    _act(server, task, "reject", text=text, var=var)


def transfer(task: str, to: str, *, server: Server = LOCAL) -> None:
    """Hand a task over to the person TO."""
    _act(server, task, "transfer", to=to)


def delegate(task: str, to: str, *, server: Server = LOCAL) -> None:
    """Let the person TO act; the task comes back to you."""
    _act(server, task, "delegate", to=to)


def resolve(task: str, *, var: Variables | None = None, server: Server = LOCAL) -> None:
    """Give back a task that was delegated to you."""
    _act(server, task, "resolve", var=var)


def comment(task: str, text: str, *, server: Server = LOCAL) -> None:
    """Say something about a task."""
    _act(server, task, "comment", text=text)


def sign(task: str, *to: str, mode: str = "with", text: Text = "", server: Server = LOCAL) -> None:
    """Let others sign, too: persons, or group:x, role:x, queue:x.

    Parameters
    ----------
    mode
        before you (the task comes back then), with you, or after you.
    """
    _act(server, task, "addSigner", to=list(to), mode=mode, text=text)


def send_back(task: str, to: str, *, direct: bool = False, text: Text = "", server: Server = LOCAL) -> None:
    """Return a task to the earlier step TO, or to the "initiator".

    Parameters
    ----------
    direct
        From there it comes straight back to you, else the process takes its way again.
    """
    _act(server, task, "return", to=to, resume="direct" if direct else "flow", text=text)


def _act(
    server: Server, task: str, action: str, *, to: str | Sequence[str] = "", text: str = "", mode: str = "",
    resume: str = "", var: Sequence[str] | None = None,
) -> None:  # fmt: skip
    values = variables_of(var)
    with server.connect() as client:
        done = client.task_action(task, action, to=to, text=text, mode=mode, resume=resume, variables=values)
    print_tasks([done], server)
