"""The calls about all that is kept, and what they answer."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from msgspec import field

from andante.client.calls import BASE, Call
from andante.client.shapes import HistoryEntry, Recs, Shape


class Drift(Shape, frozen=True, kw_only=True):
    """What is not as it must be: of which instance, in which table, and what."""

    instance: str
    table: str
    what: str


class Verified(Shape, frozen=True, kw_only=True):
    """How many instances were looked at, what is wrong, and where to go on ("": all were)."""

    checked: int
    drift: list[Drift]
    after: str


def verify(ids: Sequence[str] = (), *, after: str = "", limit: int = 200) -> Call[Verified]:
    """Tell journals again and compare with what is stored: of `ids`, or of at most `limit` instances after `after`."""
    query: dict[str, object] = {"ids": ",".join(ids), "after": after, "limit": limit}
    return Call("GET", f"{BASE}/runtime/verification", Verified, query=query)


class Finding(Shape, frozen=True, kw_only=True):
    """What a check found. `severity`: error, warning or hint; `remedy` says what to do. `tenant`: whose it is, where
    all tenants of a server were looked at."""

    severity: str
    code: str
    where: str
    what: str
    remedy: str
    tenant: str = ""


class Diagnosis(Shape, frozen=True, kw_only=True):
    """What the checks found at `at` (ISO 8601), the worst first."""

    at: str
    database: str
    checks: list[str]
    findings: list[Finding]


def diagnose() -> Call[Diagnosis]:
    """See what is wrong with database, clock, servers, settings, calendars and work, and what to do about it."""
    return Call("GET", f"{BASE}/runtime/diagnosis", Diagnosis)


class ArchivedInstance(Shape, frozen=True, kw_only=True):
    """An instance in the archive; `variables` and `history` are there where one is read, or all in full."""

    id: str
    name: str
    version: str
    definition_id: str = field(name="processDefID")
    business_key: str
    state: str
    started_at: str
    ended_at: str
    archived_at: str
    parent_id: str
    root_id: str
    commands: int
    variables: dict[str, Any]
    history: list[HistoryEntry]


def archived_instances(
    *,
    name: str = "",
    business_key: str = "",
    ended_after: str = "",
    ended_before: str = "",
    full: bool = False,
    limit: int = 100,
    after: str = "",
) -> Call[Recs[ArchivedInstance]]:
    """Instances in the archive, what ended last first; times are ISO 8601. `full`: with variables and history."""
    query: dict[str, object] = {
        "name": name,
        "businessKey": business_key,
        "endedAfter": ended_after,
        "endedBefore": ended_before,
        "full": full,
        "limit": limit,
        "after": after,
    }
    return Call("GET", f"{BASE}/archive/instances", Recs[ArchivedInstance], query=query)


def archived_instance(instance_id: str) -> Call[ArchivedInstance]:
    """One of the archive, with its variables and history."""
    return Call("GET", f"{BASE}/archive/instances/{quote(instance_id, safe='')}", ArchivedInstance)


def delete_archived(instance_id: str) -> Call[None]:
    """Take one out of the archive for good."""
    return Call("DELETE", f"{BASE}/archive/instances/{quote(instance_id, safe='')}", None)
