"""Whether the caller may do something: Camunda's resources and permissions, as Andante's own are."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get

from andante.api.operation import Operation
from andante.api.services import Call, caller
from andante.camunda.faults import absent, wrong
from andante.camunda.wire import Paged, answer, query_of
from andante.people import permissions as allow

Row = Mapping[str, str]
_PEOPLE: Final[Row] = dict.fromkeys(("READ", "UPDATE", "CREATE", "DELETE", "ALL"), allow.PEOPLE_MANAGE)
# By the number that Camunda has for a resource: its name, and for each permission the row of Andante's table.
RESOURCES: Final[Mapping[int, tuple[str, Row]]] = {
    1: ("User", _PEOPLE),
    2: ("Group", _PEOPLE),
    3: ("Group Membership", _PEOPLE),
    4: ("Authorization", _PEOPLE),
    6: ("Process Definition", {
        "READ": allow.DEFINITION_READ, "UPDATE": allow.DEFINITION_DEPLOY, "DELETE": allow.DEFINITION_DELETE,
        "SUSPEND": allow.DEFINITION_DEPLOY, "CREATE_INSTANCE": allow.INSTANCE_START,
        "READ_INSTANCE": allow.INSTANCE_READ_ANY, "UPDATE_INSTANCE": allow.INSTANCE_ACT_ANY,
        "SUSPEND_INSTANCE": allow.INSTANCE_ACT_ANY, "DELETE_INSTANCE": allow.INSTANCE_ACT_ANY,
        "MIGRATE_INSTANCE": allow.INSTANCE_ACT_ANY, "RETRY_JOB": allow.INSTANCE_ACT_ANY,
        "READ_INSTANCE_VARIABLE": allow.INSTANCE_READ_ANY, "UPDATE_INSTANCE_VARIABLE": allow.VARIABLES_SET,
        "READ_TASK": allow.TASK_READ_ANY, "READ_TASK_VARIABLE": allow.TASK_READ_ANY,
        "UPDATE_TASK": allow.TASK_HAND_ON_ANY, "TASK_ASSIGN": allow.TASK_HAND_ON_ANY, "TASK_WORK": allow.TASK_ACT,
        "READ_HISTORY": allow.INSTANCE_READ_ANY, "DELETE_HISTORY": allow.INSTANCE_DELETE,
    }),
    7: ("Task", {
        "READ": allow.TASK_READ_ANY, "UPDATE": allow.TASK_HAND_ON_ANY, "TASK_ASSIGN": allow.TASK_HAND_ON_ANY,
        "TASK_WORK": allow.TASK_ACT_ANY,
    }),
    8: ("Process Instance", {
        "CREATE": allow.INSTANCE_START, "READ": allow.INSTANCE_READ_ANY, "UPDATE": allow.INSTANCE_ACT_ANY,
        "DELETE": allow.INSTANCE_ACT_ANY, "SUSPEND": allow.INSTANCE_ACT_ANY, "RETRY_JOB": allow.INSTANCE_ACT_ANY,
        "UPDATE_VARIABLE": allow.VARIABLES_SET,
    }),
    9: ("Deployment", {
        "CREATE": allow.DEFINITION_DEPLOY, "READ": allow.DEFINITION_READ, "DELETE": allow.DEFINITION_DELETE,
    }),
    10: ("Decision Definition", {
        "READ": allow.DEFINITION_READ, "UPDATE": allow.DEFINITION_DEPLOY, "CREATE_INSTANCE": allow.DECISION_EVALUATE,
    }),
    17: ("System", {"READ": allow.OPERATIONS_READ}),
    21: ("User Operation Log Category", {"READ": allow.AUDIT_READ}),
}  # fmt: skip
OF_DEFINITIONS: Final = 6  # the resource whose ids are keys of definitions


class CheckQuery(Paged):
    """What is asked for. The resource is told by its number; its id is "*" or left out for all."""

    permissionName: str = ""  # noqa: N815 - Camunda's spelling, here and below
    permissionValue: int = 0  # noqa: N815
    resourceName: str = ""  # noqa: N815
    resourceType: int = -1  # noqa: N815
    resourceId: str = ""  # noqa: N815
    userId: str = ""  # noqa: N815


@get(
    "/authorization/check",
    operation=Operation(
        "Say whether the caller may do something", allow.TEAM_READ, query=CheckQuery,
        description="By their roles and grants; of a process definition also by its key. Of others it is not told.",
    ),
)  # fmt: skip
async def check(request: Call) -> Response[bytes]:
    asked, who = await query_of(request, CheckQuery), caller(request)
    if asked.userId not in ("", who.user):
        raise absent("check of what another may do", "Ask as that user.")
    known = RESOURCES.get(asked.resourceType)
    if known is None:
        numbers = ", ".join(f"{number} ({name})" for number, (name, _) in RESOURCES.items())
        raise absent(f"permissions for the resource {asked.resourceType}", f"It has them for {numbers}.")
    name, rows = known
    needed = rows.get(asked.permissionName)
    if needed is None:
        raise wrong(f"The permission '{asked.permissionName}' is not valid for '{name}' resource type.")
    definition = asked.resourceId if asked.resourceType == OF_DEFINITIONS and asked.resourceId != "*" else ""
    may = allow.may(who, needed, definition)
    return answer({
        "permissionName": asked.permissionName, "resourceName": asked.resourceName or name,
        "resourceId": asked.resourceId or None,
        "authorized": may, "isAuthorized": may,  # as Camunda 7 answers, and as its documentation says
    })  # fmt: skip


HANDLERS: Final = (check,)
