"""Who may do what, in one table. Every route names its row; a route without one is refused (contract section 4,
section 7 row 26).
"""

from collections.abc import Mapping
from typing import Final

from andante.people.caller import Caller
from andante.people.faults import FORBIDDEN, AccessProblem
from andante.people.grants import sight_of
from andante.store.names import Names, Sight

ADMINISTRATOR: Final = "administrator"
OPERATOR: Final = "operator"
USER: Final = "user"
ROLES: Final = (ADMINISTRATOR, OPERATOR, USER)

_ADMINISTRATORS: Final = frozenset((ADMINISTRATOR,))
_OPERATORS: Final = frozenset((ADMINISTRATOR, OPERATOR))
_ALL: Final = frozenset(ROLES)

DEFINITION_READ: Final = "definition.read"
DEFINITION_DEPLOY: Final = "definition.deploy"
DEFINITION_DELETE: Final = "definition.delete"
INSTANCE_START: Final = "instance.start"
INSTANCE_READ: Final = "instance.read"
INSTANCE_READ_ANY: Final = "instance.readAny"
INSTANCE_ACT: Final = "instance.act"
INSTANCE_ACT_ANY: Final = "instance.actAny"
INSTANCE_DELETE: Final = "instance.delete"
VARIABLES_SET: Final = "variables.set"
TASK_READ: Final = "task.read"
TASK_READ_ANY: Final = "task.readAny"
TASK_ACT: Final = "task.act"
TASK_HAND_ON_ANY: Final = "task.handOnAny"
TASK_ACT_ANY: Final = "task.actAny"
SLA_EXTEND: Final = "sla.extend"
MESSAGE_PUBLISH: Final = "message.publish"
SIGNAL_BROADCAST: Final = "signal.broadcast"
JOB_WORK: Final = "job.work"
EXPRESSION_EVALUATE: Final = "expression.evaluate"
DECISION_EVALUATE: Final = "decision.evaluate"
LETTER_MANAGE: Final = "letter.manage"
NOTE_READ: Final = "note.read"
ENDPOINT_MANAGE: Final = "endpoint.manage"
PREFERENCE_OWN: Final = "preference.own"
PEOPLE_MANAGE: Final = "people.manage"
AUDIT_READ: Final = "audit.manage"
INSIGHT_READ: Final = "insight.read"
TEAM_READ: Final = "team.read"
DEPUTY_OWN: Final = "deputy.own"
CALENDAR_READ: Final = "calendar.read"
CALENDAR_CHANGE: Final = "calendar.change"
KEY_OWN: Final = "key.own"
OPERATIONS_READ: Final = "operations.read"
CLOCK_SET: Final = "clock.set"
PUBLIC: Final = "public"

PERMISSIONS: Final[Mapping[str, frozenset[str]]] = {
    DEFINITION_READ: _ALL,
    DEFINITION_DEPLOY: _OPERATORS,  # also change, activate, suspend
    DEFINITION_DELETE: _ADMINISTRATORS,
    INSTANCE_START: _ALL,
    INSTANCE_READ: _ALL,  # own ones, and those the person has or had a task in
    INSTANCE_READ_ANY: _OPERATORS,
    INSTANCE_ACT: _ALL,  # withdraw or terminate an own one whose definition allows it
    INSTANCE_ACT_ANY: _OPERATORS,  # suspend, resume, terminate, retry any
    INSTANCE_DELETE: _ADMINISTRATORS,
    VARIABLES_SET: _OPERATORS,
    TASK_READ: _ALL,  # what the person may work on, or handled
    TASK_READ_ANY: _OPERATORS,
    TASK_ACT: _ALL,  # as assignee, candidate or owner: andante.people.work
    TASK_HAND_ON_ANY: _OPERATORS,  # transfer, delegate, give back, comment any
    TASK_ACT_ANY: _ADMINISTRATORS,  # claim, complete, resolve any
    SLA_EXTEND: _OPERATORS,  # give the SLA clocks of any task more time
    MESSAGE_PUBLISH: _OPERATORS,
    SIGNAL_BROADCAST: _OPERATORS,
    JOB_WORK: _OPERATORS,
    EXPRESSION_EVALUATE: _OPERATORS,
    DECISION_EVALUATE: _OPERATORS,
    LETTER_MANAGE: _OPERATORS,  # notes on their way: look, send again, discard
    NOTE_READ: _ALL,  # the person's own
    ENDPOINT_MANAGE: _ADMINISTRATORS,
    PREFERENCE_OWN: _ALL,  # one's own; administrators anybody's
    PEOPLE_MANAGE: _ADMINISTRATORS,  # persons, clients, groups, roles, work queues, deputies of others
    AUDIT_READ: _ADMINISTRATORS,
    INSIGHT_READ: _OPERATORS,
    TEAM_READ: _ALL,
    CALENDAR_READ: _ALL,  # and compute with them
    CALENDAR_CHANGE: _ADMINISTRATORS,
    DEPUTY_OWN: _ALL,  # one's own deputies
    KEY_OWN: _ALL,  # one's own keys; administrators anybody's
    OPERATIONS_READ: _OPERATORS,  # how the server does: its jobs, times, letters, members
    CLOCK_SET: _ADMINISTRATORS,
}

# What actions on many (batches) need beside INSTANCE_ACT_ANY.
OF_MANY: Final[Mapping[str, str]] = {
    "delete": INSTANCE_DELETE,
    "setVariables": VARIABLES_SET,
    "completeTasks": TASK_ACT_ANY,
    "transferTasks": TASK_HAND_ON_ANY,
    "unclaimTasks": TASK_HAND_ON_ANY,
}

# What grants by definition (people/grants.py) decide, by the name of what a Sight says of it.
BY_DEFINITION: Final[Mapping[str, str]] = {
    INSTANCE_START: "start",
    INSTANCE_READ_ANY: "read",
    TASK_READ_ANY: "read",
    INSIGHT_READ: "read",
    TASK_ACT: "work",
    INSTANCE_ACT_ANY: "operate",
    VARIABLES_SET: "operate",
    TASK_HAND_ON_ANY: "operate",
    SLA_EXTEND: "operate",
    DEFINITION_DEPLOY: "deploy",
    DEFINITION_DELETE: "delete",
}


def sight(caller: Caller) -> Sight:
    """What the caller may do with which definitions; by the roles alone where nothing else is known."""
    return caller.sight if caller.sight is not None else sight_of(caller, ())


def may(caller: Caller, permission: str, definition: str = "") -> bool:
    """Whether roles and grants of the caller have the permission, and the token is for it: with the definition of that
    name, else with any. Raises KeyError for a permission not in the table."""
    usual = PERMISSIONS[permission]
    if caller.scopes is not None and permission not in caller.scopes:
        return False
    if permission not in BY_DEFINITION:
        return not usual.isdisjoint(caller.roles)
    names: Names = getattr(sight(caller), BY_DEFINITION[permission])
    return names.has(definition) if definition else not names.empty


def whose(caller: Caller) -> tuple[str, Names | None]:
    """For lists of instances: the person of whom only their own are shown, "" for all, and of which definitions all
    are shown nevertheless."""
    if not may(caller, INSTANCE_READ_ANY):
        return caller.user, None
    names = sight(caller).read
    return ("", None) if names.all else (caller.user, names)


def demand(caller: Caller, permission: str, definition: str = "") -> None:
    """Raise AccessProblem (403) unless the caller has the permission."""
    if caller.scopes is not None and permission not in caller.scopes:
        raise AccessProblem(FORBIDDEN, 403, f"This token is not for {permission}: get one with that scope.")
    if definition and not may(caller, permission, definition) and may(caller, permission):
        raise AccessProblem(FORBIDDEN, 403, f"'{caller.user}' lacks the permission {permission} for '{definition}'.")
    if not may(caller, permission, definition):
        needed = " or ".join(role for role in ROLES if role in PERMISSIONS[permission])
        raise AccessProblem(FORBIDDEN, 403, f"'{caller.user}' lacks the permission {permission}; it needs {needed}.")
