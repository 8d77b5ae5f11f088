"""What a person may see and do: the same rules as over HTTP, with the reason where a button is off."""

import msgspec

from andante.languages import Language
from andante.languages import mark as _
from andante.people import AccessProblem, Caller, demand_instance_action, may, may_see
from andante.people import permissions as allow
from andante.runtime import InstanceDetail, InstanceRecord, Problem, Runtime, TaskQuery, TaskRecord
from andante.runtime.problem import INSTANCE_NOT_FOUND
from andante.web.problems import in_words


class Action(msgspec.Struct, frozen=True):
    """A button: `why_not` is "" where it can be pressed."""

    name: str
    why_not: str = ""


def task_query(who: Caller, view: str, *, everything: bool = False) -> TaskQuery:
    """The tasks of a person by one of the store's views."""
    return TaskQuery(
        view=view,
        user=who.user,
        groups=sorted(who.names),
        queues=sorted(who.queues),
        stands_for=who.stands_for,
        shares=who.shares,
        everything=everything,
    )


async def seen_task(runtime: Runtime, who: Caller, task_id: str) -> TaskRecord:
    """Also one that the person is only to know of. Raises Problem 404 alike for one that is not there and one that is
    not theirs."""
    task = await runtime.task(task_id)
    if not may_see(who, task) and not await runtime.remarks.is_informed(task.instance_id, task.key, who.items):
        raise Problem("bpm.task.notFound", 404, f"There is no task '{task_id}', or it is not yours to see.")
    return task


async def seen_instance(runtime: Runtime, who: Caller, instance_id: str) -> InstanceRecord:
    """Operators see any; others their own and those they have or had a task in. Raises Problem 404."""
    record = await runtime.instance(instance_id)
    if may(who, allow.INSTANCE_READ_ANY, record.name) or who.user in (record.created_by, record.owner):
        return record
    for view in ("all", "history"):
        query = task_query(who, view)
        query.instance_id, query.limit = instance_id, 1
        if (await runtime.tasks(query)).total:
            return record
    if await runtime.remarks.knows(instance_id, who.items):
        return record
    raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}', or it is not yours to see.")


def instance_actions(say: Language, who: Caller, detail: InstanceDetail, *, cancelable: bool) -> dict[str, Action]:
    """suspend, resume, terminate and retry, from the gate's answer and the person's rights."""
    record = detail.record
    found = {}
    for name, possible in detail.allowed.items():
        why_not = "" if possible else _why_not(say, name, record)
        if not why_not:
            try:
                demand_instance_action(who, record, name, cancelable=cancelable)
            except AccessProblem as problem:
                why_not = in_words(say, problem)
        found[name] = Action(name, why_not)
    return found


def _why_not(say: Language, name: str, record: InstanceRecord) -> str:
    if record.closed:
        return say.text(_("The instance is over (%(state)s)."), state=record.state)
    if name == "retry":
        return say.text(_("Resume the instance first.") if record.suspended else _("There is no incident to retry."))
    if name == "suspend":
        suspended = _("The instance is suspended already.")
        return say.text(suspended if record.suspended else _("The calling instance is suspended."))
    return say.text(_("The instance is not suspended.") if name == "resume" else _("This is not possible now."))
