"""The calls about the audit log, and what they answer."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import field

from andante.client.calls import BASE, Call, given
from andante.client.shapes import Recs, Shape

PATH = f"{BASE}/runtime/audit"


class AuditRow(Shape, frozen=True, kw_only=True):
    """Who did what, when, from where and why; `details` tell before and after, and which secrets were changed."""

    id: str
    at: str
    actor: str
    client: str
    address: str
    via: str
    action: str
    kind: str
    object: str
    reason: str
    outcome: str
    code: str
    details: dict[str, Any]
    hash: str


class AuditHead(Shape, frozen=True, kw_only=True):
    """The last row of a chain: what to keep elsewhere, and hand in at the next verification."""

    chain: str
    seq: int
    hash: str


class AuditFault(Shape, frozen=True, kw_only=True):
    """What is wrong, and at which row."""

    chain: str
    seq: int
    what: str


class AuditVerified(Shape, frozen=True, kw_only=True):
    """How many rows there are, what is wrong with them, and the heads of all chains."""

    rows: int
    faults: list[AuditFault] = field(default_factory=list)
    heads: list[AuditHead] = field(default_factory=list)


def _query(
    actor: str, action: str, object: str, client: str, address: str, outcome: str, since: str, until: str, text: str
) -> dict[str, object]:
    return given(
        actor=actor, action=action, object=object, client=client, address=address, outcome=outcome, until=until,
        text=text, **{"from": since},
    )  # fmt: skip


def audit(
    *, actor: str = "", action: str = "", object: str = "", client: str = "", address: str = "", outcome: str = "",
    since: str = "", until: str = "", text: str = "", limit: int = 100, after: str = "",
) -> Call[Recs[AuditRow]]:  # fmt: skip
    """Rows of the audit log, the newest first. `action`: a name, or the first word of several ("person"); times are
    ISO 8601."""
    query = _query(actor, action, object, client, address, outcome, since, until, text)
    return Call("GET", PATH, Recs[AuditRow], query={**query, "limit": limit, "after": after})


def export_audit(
    format: Literal["csv", "ndjson"] = "ndjson", *, actor: str = "", action: str = "", object: str = "",
    client: str = "", address: str = "", outcome: str = "", since: str = "", until: str = "", text: str = "",
    limit: int = 1_000, after: str = "",
) -> Call[bytes]:  # fmt: skip
    """A page of it as comma-separated values, or with a JSON object a line."""
    query = _query(actor, action, object, client, address, outcome, since, until, text)
    return Call("GET", PATH, bytes, query={**query, "format": format, "limit": limit, "after": after})


def audit_row(id: str) -> Call[AuditRow]:
    """One row."""
    return Call("GET", f"{PATH}/{id}", AuditRow)


def verify_audit(heads: Sequence[AuditHead] = ()) -> Call[AuditVerified]:
    """Look for rows that were changed or taken away; `heads` of an earlier time must still be there."""
    body = {"heads": [{"chain": each.chain, "seq": each.seq, "hash": each.hash} for each in heads]}
    return Call("POST", f"{PATH}/verify", AuditVerified, body)
