"""The calls of a server's operator about its tenants, and what they answer: `client.send(tenants())`, with a client
whose token is the operator's secret."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from andante.client.calls import Call
from andante.client.shapes import Recs, Shape
from andante.client.upkeep import Diagnosis

ROOT = "/operator"


class TenantNumbers(
    Shape, frozen=True, kw_only=True,
    rename={"open_instances": "openInstances", "broken_instances": "brokenInstances", "open_tasks": "openTasks"},
):  # fmt: skip
    """What a tenant has: open instances, those of them with an incident, and open tasks."""

    open_instances: int
    broken_instances: int
    open_tasks: int


class TenantShown(Shape, frozen=True, kw_only=True, rename={"created_at": "createdAt", "changed_at": "changedAt"}):
    """A tenant. `state`: making, active, suspended or deleted; `why` says why it is not served. `numbers`: of a
    server that asks its database."""

    name: str
    state: str
    serving: bool
    why: str
    address: str
    settings: dict[str, str]
    numbers: TenantNumbers | None = None
    created_at: str
    changed_at: str


class TenantMade(Shape, frozen=True, kw_only=True, rename={"client_id": "clientId", "client_secret": "clientSecret"}):
    """A new tenant, and its first administrator; the secret is shown this once."""

    tenant: TenantShown
    client_id: str
    client_secret: str


class TenantLogged(Shape, frozen=True, kw_only=True):
    """Something that was done with a tenant."""

    at: str
    action: str
    tenant: str
    address: str
    reason: str
    details: str


def tenants() -> Call[Recs[TenantShown]]:
    """All, by name."""
    return Call("GET", f"{ROOT}/tenants", Recs[TenantShown])


def create_tenant(
    name: str, *, settings: Mapping[str, str] | None = None, client_id: str = "", client_secret: str = "",
    reason: str = "",
) -> Call[TenantMade]:  # fmt: skip
    """Make a tenant; `settings` are its own."""
    body: dict[str, Any] = {"name": name, "settings": dict(settings or {}), "reason": reason}
    return Call(
        "POST", f"{ROOT}/tenants", TenantMade, {**body, "clientId": client_id, "clientSecret": client_secret}
    )  # fmt: skip


def change_tenant(
    name: str, action: str = "", *, settings: Mapping[str, str | None] | None = None, reason: str = ""
) -> Call[TenantShown]:
    """suspend or resume it, or change its settings; None takes one back."""
    body = {"action": action, "settings": dict(settings or {}), "reason": reason}
    return Call("PUT", f"{ROOT}/tenants/{quote(name, safe='')}", TenantShown, body)


def delete_tenant(name: str) -> Call[Recs[TenantLogged]]:
    """Put it away; the answer tells what was done with it."""
    return Call("DELETE", f"{ROOT}/tenants/{quote(name, safe='')}", Recs[TenantLogged], query={"confirm": name})


def tenant_log() -> Call[Recs[TenantLogged]]:
    """What was done with tenants, the newest first."""
    return Call("GET", f"{ROOT}/log", Recs[TenantLogged])


def diagnose_tenants() -> Call[Diagnosis]:
    """See what is wrong with any tenant or with what they share, and what to do about it."""
    return Call("GET", f"{ROOT}/diagnosis", Diagnosis)
