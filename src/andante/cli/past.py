"""`andante replay`: an instance as it was."""

from typing import Annotated

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import print_json, print_table
from andante.cli.remote import LOCAL, clock_line, json_text, minute
from andante.client.replaying import Past


def replay(
    instance: str,
    *,
    until: Annotated[int, Parameter(show_default=False)] = 0,
    at: str = "",
    server: Server = LOCAL,
) -> None:
    """Show an instance as it was: state, tokens, tasks, variables, timers, jobs, incidents and clocks.

    Parameters
    ----------
    until
        The number of the last command to tell; default: all. The history numbers them.
    at
        Tell what was done by this time (ISO 8601).
    """
    with server.connect() as client:
        past = client.replay(instance, until=until, at=at)
    if server.json:
        print_json(past)
    else:
        print_table(("what", "value"), [row for row in _rows(past) if row[1]], heading=False)


def _rows(past: Past) -> list[tuple[str, str]]:
    i = past.instance
    by = f" by {past.who}" if past.who else ""
    return [
        ("instance", i.id),
        ("process", f"{i.name} {i.version}"),
        ("label", i.label),
        ("business key", i.business_key),
        ("after", f"command {past.seq} of {past.last}: {past.command}{by}, {past.at}"),
        ("state", f"{i.state} (suspended)" if i.suspended else i.state),
        *(("at", f"{token.element} {token.state} since {minute(token.since)}") for token in past.tokens),
        *(("task", f"{t.id} {t.name} for {t.assignee or ', '.join(t.candidates) or 'anybody'}") for t in past.tasks),
        *(("timer", f"{timer.element} due {timer.due_at} {timer.cycle}".rstrip()) for timer in past.timers),
        *(("awaited", f"{each.element}: {each.kind} {each.name} {each.correlation}".rstrip()) for each in past.awaited),
        *(("job", f"{job.id} {job.element}: {job.type}, {job.retries} tries left") for job in past.jobs),
        *(("called", f"{call.element}: {call.name} {call.instance_id}") for call in past.calls),
        *(("clock", clock_line(each)) for each in past.sla),
        *(("incident", f"{each.element}: {each.kind}: {each.message}") for each in past.incidents),
        ("parked input", str(past.parked or "")),
        *(("variable", f"{name} = {json_text(value)}") for name, value in past.variables.items()),
        *(
            ("variable", f"{name} = {json_text(value)} (in {each.element})")
            for each in past.inner
            for name, value in each.variables.items()
        ),
        *(("fact", " ".join(part for part in (f.kind, f.element, json_text(f.data) if f.data else "") if part))
          for f in past.facts),
    ]  # fmt: skip
