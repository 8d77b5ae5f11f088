"""Doing the same with all tasks that filters find: how many that are now, and the order to do it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from andante.languages import mark as _
from andante.people import AccessProblem, Caller, demand, may
from andante.people import permissions as allow
from andante.runtime import Chosen, InstanceQuery, Problem, TaskRecord
from andante.runtime.problem import PARAMETER
from andante.runtime.task_orders import COMPLETE, TASK_ACTIONS, TRANSFER, UNCLAIM
from andante.web.bulk import LONGEST_REASON, TYPED_ABOVE
from andante.web.desk import Desk, go, language_of, said
from andante.web.inbox import GROUPS, Filter, cleaned, process_names, query_of, titles_of
from andante.web.session import Asked, caller, form, kept_as

# How the button says it.
VERBS: Final[Mapping[str, str]] = {
    COMPLETE: _("Complete %(num)s"),
    TRANSFER: _("Hand over %(num)s"),
    UNCLAIM: _("Give back %(num)s"),
}
HEADS: Final[Mapping[str, str]] = {COMPLETE: _("Complete"), TRANSFER: _("Hand over"), UNCLAIM: _("Give back")}
SETS: Final = ("group", "role", "queue")
OF_LISTS: Final = ("todo", "mine", "overdue", "later", "everyone")  # whose tasks are open, and not suspended


class Asking(msgspec.Struct, frozen=True):
    """What is to be done with the tasks that the filters find of those that were there at `frozen` (ms; 0: by now)."""

    action: str
    filters: Filter
    frozen: int = 0
    to: str = ""
    outcome: str = ""
    reason: str = ""
    typed: str = ""

    def chosen(self, who: Caller, now: int, zone: str) -> Chosen:
        query = query_of(who, self.filters, self.frozen or now, zone)
        query.created_before = self.frozen
        query.order_field, query.descending = "", False
        return Chosen(InstanceQuery(), [], query)

    @property
    def arguments(self) -> dict[str, object]:
        if self.action == TRANSFER:
            return {"to": self.to}
        return {"outcome": self.outcome} if self.action == COMPLETE else {}


def asking(given: Mapping[str, Any], who: Caller) -> Asking:
    """From the address or a form. What makes no sense among the filters is as if it were not there."""

    def of(name: str) -> str:
        value = given.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    possible = actions_of(who)
    action, frozen = of("action"), of("frozen")
    filters = cleaned({name: of(name) for name in Filter.__struct_fields__}, who, "everyone")
    return Asking(
        action if action in possible else next(iter(possible), ""),
        msgspec.structs.replace(filters, view=filters.view if filters.view in OF_LISTS else "everyone", saved=""),
        int(frozen) if frozen.isascii() and frozen.isdigit() and len(frozen) < 16 else 0,
        of("to").removeprefix("user:"),
        of("outcome"),
        of("reason")[:LONGEST_REASON],
        of("typed"),
    )


def actions_of(who: Caller) -> list[str]:
    """What the person may do to any task."""
    if not may(who, allow.INSTANCE_ACT_ANY):
        return []
    wanted = (TRANSFER, UNCLAIM, COMPLETE)
    return [each for each in wanted if each in TASK_ACTIONS and may(who, allow.OF_MANY[each])]


@get("/batches/tasks")
async def ask(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """How many the filters of the address find, and what can be done with them."""
    who = caller(request)
    demand(who, allow.INSTANCE_ACT_ANY)
    return await _show(request, desk, asking(request.query_params, who))


async def _show(
    request: Asked, desk: Desk, asked: Asking, problem: Problem | AccessProblem | None = None
) -> Response[str]:
    who, runtime, say, known = caller(request), desk.runtime, language_of(request), desk.runtime.roster.known
    now = runtime.clock.now()
    asked = asked if asked.frozen else msgspec.structs.replace(asked, frozen=now + 1)
    plan = await runtime.batches.plan(UNCLAIM, asked.chosen(who, now, desk.zone))  # it wants nothing more to be known
    tasks: list[TaskRecord] = []
    for each in plan.sample:
        try:
            tasks.append(await runtime.task(each))
        except Problem:
            continue  # it went meanwhile
    return desk.page(
        request, "task_bulk.html", status=problem.status if problem else 200, problem=problem, a=asked,
        number=plan.total, tasks=tasks, titles=await titles_of(desk, tasks), actions=actions_of(who),
        heads=HEADS, button=say.text(VERBS[asked.action], num=say.number(plan.total)), groups=GROUPS,
        processes=await process_names(desk), queues=sorted(known.named("queue")),
        takers=[*_persons(desk), *(f"{kind}:{name}" for kind in SETS for name in sorted(known.named(kind)))],
        persons=_persons(desk), steps=sorted({task.name for task in tasks}),
        outcomes=sorted({outcome for task in tasks for outcome in task.outcomes}),
        must_type=_must_type(asked.action, plan.total),
    )  # fmt: skip


def _persons(desk: Desk) -> list[str]:
    return sorted(each.name for each in desk.runtime.roster.known.persons.values() if not each.disabled)


def _must_type(action: str, number: int) -> bool:
    return action == COMPLETE and number > TYPED_ABOVE


@post("/batches/tasks", opt=kept_as("batch.create"), status_code=200)
async def begin(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Do it: a batch is made, and its page shown."""
    who, given = caller(request), await form(request)
    demand(who, allow.INSTANCE_ACT_ANY)
    asked = asking(given, who)
    if given.get("action") != asked.action:
        demand(who, allow.OF_MANY.get(str(given.get("action")), allow.TASK_ACT_ANY))
        raise Problem(PARAMETER, 400, f"There is no action '{given.get('action')}' for many tasks.")
    batches, now = desk.runtime.batches, desk.runtime.clock.now()
    try:
        if asked.action == COMPLETE:
            found = await batches.plan(COMPLETE, asked.chosen(who, now, desk.zone))
            if _must_type(COMPLETE, found.total) and asked.typed != str(found.total):
                raise Problem(PARAMETER, 400, f"Type how many are completed: it is {found.total} now.")
        chosen = asked.chosen(who, now, desk.zone)
        batch = await batches.start(
            asked.action, chosen, who=who.user, reason=asked.reason, arguments=asked.arguments
        )  # fmt: skip
    except Problem as problem:
        return await _show(request, desk, asked, problem)
    return go(request, f"/batches/{batch.id}", said(request, _("It has begun. You can leave this page.")))


HANDLERS: Final = (ask, begin)
