"""Many tenants behind one server, each with a database of its own (decision 0043)."""

from andante.tenants.doctor import diagnose_tenants
from andante.tenants.door import Door
from andante.tenants.names import tenant_settings
from andante.tenants.operator import OPERATOR_HANDLERS, operator_guard
from andante.tenants.places import place_of
from andante.tenants.registry import Registry, TenantRecord, Why
from andante.tenants.server import Server, Standing
from andante.tenants.tenants import Tenant, Tenants

__all__ = [
    "OPERATOR_HANDLERS",
    "Door",
    "Registry",
    "Server",
    "Standing",
    "Tenant",
    "TenantRecord",
    "Tenants",
    "Why",
    "diagnose_tenants",
    "operator_guard",
    "place_of",
    "tenant_settings",
]
