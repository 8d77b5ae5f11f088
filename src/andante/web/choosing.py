"""Which instances a list shows, and a batch is for: the filters of the address, in both directions."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from andante.languages import mark as _
from andante.runtime import Facet, InstanceQuery, Names

OPEN: Final = ("New", "Dispatched", "Running", "Waiting for user interaction", "Waiting for page event", "Paused")
CLOSED: Final = ("Completed OK", "User Terminated", "Terminated")
ALL_OPEN: Final = (*OPEN, "Broken", "CompletedOkWait")
FILTERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "open": (_("Open"), ALL_OPEN),
    "suspended": (_("Suspended"), ("Suspended",)),
    "broken": (_("Incidents"), ALL_OPEN),
    "completed": (_("Completed"), ("Completed OK",)),
    "terminated": (_("Terminated"), ("User Terminated", "Terminated")),
    "all": (_("All"), ()),
}
SORTS: Final[Mapping[str, str]] = {
    "name": "name",
    "key": "business_key",
    "state": "state",
    "urgency": "urgency",
    "started": "started_at",
    "changed": "modified_at",
    "ended": "ended_at",
}
USUAL: Final = "-started"
DAY: Final = dt.timedelta(days=1)
LONGEST: Final = 200


class Filters(msgspec.Struct, frozen=True):
    """What the address says. `text`: a part of title, label or business key, or an id. `since` and `until` are days of
    the pages' zone (2026-01-31), both included. `sort` is one of SORTS, with "-" before it for the last first."""

    state: str = "open"
    name: str = ""
    text: str = ""
    since: str = ""
    until: str = ""
    sort: str = USUAL

    def address(self, **other: str) -> str:
        """The query of an address with these filters, changed in these."""
        fields = {**msgspec.structs.asdict(self), **other}
        usual = {"state": "open", "sort": USUAL}
        named = {{"text": "q", "since": "from"}.get(name, name): value for name, value in fields.items()
                 if value and value != usual.get(name)}  # fmt: skip
        return urlencode(named)

    @property
    def narrow(self) -> bool:
        """Whether there are others than the state."""
        return bool(self.name or self.text or self.since or self.until)

    def query(self, zone: str, own: str = "", read: Names | None = None) -> InstanceQuery:
        """`own`: those that this person has started, beside all of the definitions `read`; "" for all."""
        field = self.sort.removeprefix("-")
        return InstanceQuery(
            list(FILTERS[self.state][1]),
            name=self.name,
            text=self.text,
            own=own,
            read=read,
            broken=self.state == "broken",
            started_from=_midnight(self.since, zone),
            started_before=_midnight(self.until, zone, 1),
            order_field=SORTS[field],
            descending=self.sort.startswith("-"),
        )


def filters_of(params: Mapping[str, Any]) -> Filters:
    """What makes no sense is as if it were not there."""

    def of(name: str) -> str:
        value = params.get(name, "")
        return value.strip()[:LONGEST] if isinstance(value, str) else ""

    state, sort = of("state"), of("sort")
    return Filters(
        state if state in FILTERS else "open",
        of("name"),
        of("q"),
        _day(of("from")),
        _day(of("until")),
        sort if sort.removeprefix("-") in SORTS else USUAL,
    )


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _midnight(day: str, zone: str, later: int = 0) -> int:
    """When a day begins, or one some days later (ms); 0 for none."""
    if not day:
        return 0
    try:
        begin = dt.datetime.combine(dt.date.fromisoformat(day) + later * DAY, dt.time(), ZoneInfo(zone))
        return max(0, int(begin.timestamp() * 1000))
    except OverflowError:
        return 0


def state_counts(facets: Iterable[Facet], name: str) -> dict[str, int]:
    """By filter, of the definition `name` or ("") of all."""
    found = dict.fromkeys(FILTERS, 0)
    for each in facets:
        if name in ("", each.name):
            for key in FILTERS:
                found[key] += each.count if _in(each, key) else 0
    return found


def name_counts(facets: Iterable[Facet], state: str) -> dict[str, int]:
    """By definition, of those that the filter `state` lets through."""
    found: dict[str, int] = {}
    for each in facets:
        found[each.name] = found.get(each.name, 0) + (each.count if _in(each, state) else 0)
    return dict(sorted(found.items()))


def _in(facet: Facet, key: str) -> bool:
    states = FILTERS[key][1]
    if key == "suspended":
        return facet.suspended and facet.state not in CLOSED
    if key == "broken":
        return facet.incident and facet.state in states
    return not states or facet.state in states
