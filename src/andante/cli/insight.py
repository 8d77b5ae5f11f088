"""`andante insight ...`: how processes do, who has what to do, what is likely to be late, and the history as a file."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from andante.cli.connection import Server
from andante.cli.output import print_json, print_table
from andante.cli.remote import LOCAL, minute
from andante.client.insight import Report, Spread

HEAD = ("name", "count", "withdrawn", "incidents", "mean", "half by", "95% by", "in time")
UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def processes(*, first: str = "", last: str = "", server: Server = LOCAL) -> None:
    """How processes did: counts, cycle times, SLAs in time.

    Parameters
    ----------
    first
        The first day, as 2026-01-31; with `last`. Without them, the last 30 days.
    """
    with server.connect() as client:
        found = client.report_processes(first=first, last=last).items
    _show(server, found, lambda each: each.definition)


def elements(process: str, *, version: str = "", first: str = "", last: str = "", server: Server = LOCAL) -> None:
    """How each element of a process did; the bottleneck comes first."""
    with server.connect() as client:
        found = client.report_elements(process, version=version, first=first, last=last).items
    if server.json:
        print_json(found)
        return
    print_table(
        ("element", "count", "again", "mean", "95% by", "waited", "in time", "share of the time"),
        [
            (
                e.name, str(e.count), f"{e.rework:.0%}", span(e.cycle.mean), span(e.cycle.p95), _mean(e.wait),
                _part(e.attainment), f"{e.share:.0%}",
            )
            for e in found
        ],
    )  # fmt: skip


def people(*, definition: str = "", first: str = "", last: str = "", server: Server = LOCAL) -> None:
    """Who completed how many tasks, and how long they took."""
    with server.connect() as client:
        found = client.report_people(definition=definition, first=first, last=last).items
    _show(server, found, lambda each: each.name)


def workload(*, server: Server = LOCAL) -> None:
    """Who has how many open tasks now, and how many of them are overdue."""
    with server.connect() as client:
        found = client.workload().items
    if server.json:
        print_json(found)
    else:
        print_table(("who", "open", "overdue"), [(each.who, str(each.open), str(each.overdue)) for each in found])


def forecast(*, definition: str = "", limit: int = 50, server: Server = LOCAL) -> None:
    """How likely open tasks are to be late, by how long the same step took before."""
    with server.connect() as client:
        found = client.forecast(definition=definition, limit=limit).items
    if server.json:
        print_json(found)
        return
    print_table(
        ("task", "name", "with", "due", "late", "of cases"),
        [
            (
                f.task_id, f.name, f.assignee, minute(f.due_at),
                "is late" if f.breached else "not known" if f.late is None
                else f"{f.late:.0%}" if f.certain else f"{f.low:.0%} to {f.high:.0%}",
                str(f.cases),
            )
            for f in found
        ],
    )  # fmt: skip


def export(
    process: str, *, format: Literal["xes", "csv"] = "xes", output: Path | None = None, first: str = "",
    last: str = "", server: Server = LOCAL,
) -> None:  # fmt: skip
    """Write the history of a process: XES for process mining, or CSV with a row for each activity.

    Parameters
    ----------
    output
        The file; without it, to standard output.
    """
    with server.connect() as client:
        data = client.export_history(process, format=format, first=first, last=last)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


def _show(server: Server, found: list[Report], name: Callable[[Report], str]) -> None:
    if server.json:
        print_json(found)
        return
    print_table(
        HEAD,
        [
            (
                name(r), str(r.count), str(r.cancelled), str(r.incidents), span(r.cycle.mean), span(r.cycle.p50),
                span(r.cycle.p95), _part(r.attainment),
            )
            for r in found
        ],
    )  # fmt: skip


def span(seconds: float) -> str:
    """ "2.5 h": in the largest unit of which there is one."""
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def _mean(spread: Spread) -> str:
    return span(spread.mean) if spread.count else ""


def _part(part: float | None) -> str:
    return "" if part is None else f"{part:.0%}"
