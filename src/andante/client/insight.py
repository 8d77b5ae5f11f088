"""The calls about what the past tells, and what they answer. Durations are in seconds, days ISO 8601."""

from typing import Literal
from urllib.parse import quote

from andante.client.calls import BASE, Call
from andante.client.shapes import Recs, Shape

PATH = f"{BASE}/runtime/insight"


class Spread(Shape, frozen=True, kw_only=True):
    """How long things took: how many, and their mean and percentiles in seconds."""

    count: int
    mean: float
    p50: float
    p75: float
    p95: float


class Report(Shape, frozen=True, kw_only=True):
    """A process, an element, a person or a queue, as the API's reference describes it."""

    definition: str
    version: str
    name: str
    count: int
    cancelled: int
    incidents: int
    cycle: Spread
    wait: Spread
    work: Spread
    met: int
    missed: int
    attainment: float | None
    rework: float
    share: float
    outcomes: dict[str, int]


class Load(Shape, frozen=True, kw_only=True):
    """Open and overdue tasks of a person, or of what is offered."""

    who: str
    open: int
    overdue: int


class Forecast(Shape, frozen=True, kw_only=True):
    """How likely an open task is to be late; `late` is None where nothing is known."""

    task_id: str
    instance_id: str
    definition: str
    element: str
    name: str
    assignee: str
    due_at: str
    cases: int
    late: float | None
    low: float
    high: float
    certain: bool
    breached: bool


def report_processes(*, first: str = "", last: str = "") -> Call[Recs[Report]]:
    """How processes did from day `first` to day `last`; the last 30 days without them."""
    return Call("GET", f"{PATH}/processes", Recs[Report], query={"from": first, "to": last})


def report_versions(name: str, *, first: str = "", last: str = "") -> Call[Recs[Report]]:
    """How each version of a process did."""
    path = f"{PATH}/processes/{quote(name, safe='')}/versions"
    return Call("GET", path, Recs[Report], query={"from": first, "to": last})


def report_elements(name: str, *, version: str = "", first: str = "", last: str = "") -> Call[Recs[Report]]:
    """How each element of a process did, the bottleneck first."""
    path = f"{PATH}/processes/{quote(name, safe='')}/elements"
    return Call("GET", path, Recs[Report], query={"version": version, "from": first, "to": last})


def report_people(*, definition: str = "", first: str = "", last: str = "") -> Call[Recs[Report]]:
    """Who completed how many tasks, and how long they took."""
    query = {"definition": definition, "from": first, "to": last}
    return Call("GET", f"{PATH}/people", Recs[Report], query=query)


def report_queues(*, definition: str = "", first: str = "", last: str = "") -> Call[Recs[Report]]:
    """How long tasks waited in queues and groups."""
    query = {"definition": definition, "from": first, "to": last}
    return Call("GET", f"{PATH}/queues", Recs[Report], query=query)


def workload() -> Call[Recs[Load]]:
    """Who has how many open tasks now."""
    return Call("GET", f"{PATH}/workload", Recs[Load])


def forecast(*, definition: str = "", limit: int = 100) -> Call[Recs[Forecast]]:
    """How likely open tasks are to be late, what is due first first."""
    return Call("GET", f"{PATH}/forecast", Recs[Forecast], query={"definition": definition, "limit": limit})


def export_history(
    name: str, *, format: Literal["xes", "csv"] = "xes", first: str = "", last: str = ""
) -> Call[bytes]:  # fmt: skip
    """The history of a process's instances that started in the period, as one file."""
    path = f"{PATH}/processes/{quote(name, safe='')}/export"
    return Call("GET", path, bytes, query={"format": format, "from": first, "to": last})
