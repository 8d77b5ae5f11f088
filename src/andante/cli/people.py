"""Work queues, groups, roles and deputies; files at tasks and instances."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import print_file, print_gone, print_json, print_table
from andante.client.people import Team

LOCAL: Final = Server()
Several = Annotated[list[str], Parameter(negative=(), consume_multiple=True)]


def _show(teams: Sequence[Team], server: Server) -> None:
    if server.json:
        print_json(teams)
        return
    rows = [(t.name, t.label, t.lead, t.rule or "offer", ", ".join(t.members), str(len(t.persons))) for t in teams]
    print_table(("name", "label", "lead", "rule", "members", "persons"), rows)


def list_queues(*, kind: str = "queues", server: Server = LOCAL) -> None:
    """List work queues.

    Parameters
    ----------
    kind
        queues, groups or roles.
    """
    with server.connect() as client:
        _show(client.teams(kind).items, server)


def add_queue(
    name: str,
    *,
    kind: str = "queues",
    label: str = "",
    lead: str = "",
    parent: str = "",
    member: Several | None = None,
    rule: str = "",
    calendar: str = "",
    skill: Several | None = None,
    server: Server = LOCAL,
) -> None:
    """Make a work queue.

    Parameters
    ----------
    kind
        queues, groups or roles.
    parent
        Of a role: the one above it.
    member
        user:NAME, and in a queue group:NAME, role:NAME, roleAndSubordinates:NAME; several are possible.
    rule
        roundRobin, leastLoaded or skill; without one its tasks are offered to all.
    skill
        What its tasks need, as NAME or NAME:LEVEL; several are possible.
    """
    with server.connect() as client:
        made = client.add_team(
            name, kind, label=label, lead=lead, parent=parent, members=member or [], rule=rule, calendar=calendar,
            skills=_skills(skill or ()),
        )  # fmt: skip
    _show([made], server)


def _skills(given: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in given:
        name, _, level = text.partition(":")
        if level and not level.isdigit():
            raise ValueError(f"--skill {text}: the level is a whole number, as in french:2")
        found[name] = int(level or 1)
    return found


def delete_queue(name: str, *, kind: str = "queues", server: Server = LOCAL) -> None:
    """Delete a work queue; what is written at the persons stays."""
    with server.connect() as client:
        client.delete_team(name, kind)
    print_gone(name, server)


def list_deputies(person: str = "", *, server: Server = LOCAL) -> None:
    """List who stands in for whom: of a person, or all."""
    with server.connect() as client:
        found = client.deputies(person).items
    if server.json:
        print_json(found)
        return
    head = ("id", "person", "deputy", "from", "until", "rule", "in force")
    rows = [(d.id, d.person, d.deputy, d.since, d.until, d.rule, "yes" if d.in_force else "") for d in found]
    print_table(head, rows)


def add_deputy(
    deputy: str = "",
    *,
    person: str = "",
    since: Annotated[str, Parameter(name="--from")] = "",
    until: str = "",
    definition: str = "",
    queue: str = "",
    rule: str = "assign",
    server: Server = LOCAL,
) -> None:
    """Name a deputy.

    Parameters
    ----------
    deputy
        Who stands in; without one the person is only away.
    person
        Whom they stand in for; yourself unless given.
    since
        ISO 8601 date or date-time; now unless given.
    until
        Open unless given.
    rule
        assign: new tasks go to the deputy; share: both see them.
    """
    with server.connect() as client:
        made = client.add_deputy(
            deputy, person=person, since=since, until=until, definition=definition, queue=queue, rule=rule
        )
    if server.json:
        print_json(made)
    else:
        print_table(
            ("id", "person", "deputy", "from", "until"), [(made.id, made.person, made.deputy, made.since, made.until)]
        )


def delete_deputy(deputy_id: str, *, server: Server = LOCAL) -> None:
    """End a deputy at once."""
    with server.connect() as client:
        client.delete_deputy(deputy_id)
    print_gone(deputy_id, server)


def attach(file: Path, *, task: str = "", instance: str = "", server: Server = LOCAL) -> None:
    """Attach FILE to a task or an instance."""
    data = file.read_bytes()
    with server.connect() as client:
        made = client.attach(file.name, data, task_id=task, instance_id=instance)
    if server.json:
        print_json(made)
    else:
        print_table(("id", "name", "type", "bytes"), [(made.id, made.name, made.type, str(made.size))])


def attachments(*, task: str = "", instance: str = "", server: Server = LOCAL) -> None:
    """List the attachments of a task, or of an instance and all its tasks."""
    with server.connect() as client:
        found = client.attachments(task_id=task, instance_id=instance).items
    if server.json:
        print_json(found)
        return
    rows = [(a.id, a.name, a.type, str(a.size), a.created_by, a.task_id) for a in found]
    print_table(("id", "name", "type", "bytes", "by", "task"), rows)


def download(attachment_id: str, file: Path, *, server: Server = LOCAL) -> None:
    """Write an attachment to FILE, which must not be there yet."""
    with server.connect() as client:
        data = client.attachment(attachment_id)
    with file.open("xb") as made:
        made.write(data)
    print_file(file, len(data), json=server.json)


def delete_attachment(attachment_id: str, *, server: Server = LOCAL) -> None:
    """Delete an attachment."""
    with server.connect() as client:
        client.delete_attachment(attachment_id)
    print_gone(attachment_id, server)
