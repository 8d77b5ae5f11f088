"""Who uses Andante: persons, machine clients, their tokens, and what each may do."""

from andante.people.access import Access, Grant
from andante.people.accounts import Accounts, Bootstrap, PersonRecord
from andante.people.caller import Caller
from andante.people.clients import ClientRecord, Clients
from andante.people.deputies import Deputies
from andante.people.faults import AccessProblem
from andante.people.grants import Grants
from andante.people.keys import KeyRecord, Keys
from andante.people.offers import declared, task_actions
from andante.people.permissions import demand, may, sight, whose
from andante.people.teams import Teams
from andante.people.work import (
    demand_instance_action,
    demand_task_action,
    is_candidate,
    may_see,
    may_work,
    note_task_action,
    shared_by,
)

__all__ = [
    "Access",
    "AccessProblem",
    "Accounts",
    "Bootstrap",
    "Caller",
    "ClientRecord",
    "Clients",
    "Deputies",
    "Grant",
    "Grants",
    "KeyRecord",
    "Keys",
    "PersonRecord",
    "Teams",
    "declared",
    "demand",
    "demand_instance_action",
    "demand_task_action",
    "is_candidate",
    "may",
    "may_see",
    "may_work",
    "note_task_action",
    "shared_by",
    "sight",
    "task_actions",
    "whose",
]
