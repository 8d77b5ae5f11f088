"""The inbox: what a person has to do, in views and groups, with a task beside the list; and many at once."""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, Caller, may, task_actions
from andante.people import permissions as allow
from andante.runtime import Problem, TaskQuery, TaskRecord
from andante.runtime.approvals import offers_of
from andante.runtime.problem import PARAMETER
from andante.timing.days import ends
from andante.web.desk import Desk, go, language_of, said
from andante.web.doing import HANDS_ON, TOGETHER, Deed, Result, told, with_many
from andante.web.session import Asked, caller, form, local_path
from andante.web.sight import seen_task, task_query
from andante.web.task_view import task_values

SIZE: Final = 50
MOST_TOGETHER: Final = 200
LONGEST_NAME: Final = 80


class View(msgspec.Struct, frozen=True):
    """A tab of the inbox; `hint` is said when it is empty."""

    key: str
    name: str
    hint: str


VIEWS: Final = (
    View("todo", _("To do"), _("Nothing is waiting for you. Start a process, or look at what others have to do.")),
    View("mine", _("Mine"), _("You have claimed nothing. Claim a task from “To do”.")),
    View("later", _("Later"), _("You have put nothing off. Put a task of yours off, and it waits here until then.")),
    View("overdue", _("Overdue"), _("Nothing is overdue. Keep walking.")),
    View("paused", _("Paused"), _("No task of yours is paused. When an instance is suspended its tasks wait here.")),
    View(
        "delegated",
        _("Delegated"),
        _("You have delegated nothing. What you give to others shows here until it is back."),
    ),
    View("informed", _("Informed"), _("There is nothing that you are only to know of.")),
    View("everyone", _("Everyone's"), _("Nobody has anything to do. Start a process.")),
)
# How the list is sorted: the field of a query, and whether the greatest comes first.
SORTS: Final = {
    "due": (_("By due time"), "", False),
    "urgent": (_("Most urgent first"), "", False),
    "priority": (_("By priority"), "priority", True),
    "new": (_("Newest first"), "created_at", True),
    "old": (_("Oldest first"), "created_at", False),
    "name": (_("By name"), "name", False),
}
GROUPS: Final = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "week": _("This week"),
    "later": _("Later"),
    "none": _("Without a time"),
}


class Filter(msgspec.Struct, frozen=True):
    """What the address asks for; "" is unset. `least` is the least priority, `due` one of the groups, `person` who has
    it and `step` the task's name."""

    view: str = "todo"
    q: str = ""
    process: str = ""
    queue: str = ""
    least: str = ""
    due: str = ""
    sort: str = "due"
    saved: str = ""
    person: str = ""
    step: str = ""

    def address(self, **more: str) -> str:
        """The list with this filter, in as few words as it takes."""
        usual = Filter()
        words = {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(self, name)) and value != getattr(usual, name)
        }
        words |= {name: value for name, value in more.items() if value}
        return "/tasks" + (f"?{urlencode(words)}" if words else "")

    @property
    def narrow(self) -> bool:
        """Whether it leaves anything of its view out."""
        return bool(self.q or self.process or self.queue or self.least or self.due or self.person or self.step)


def filter_of(request: Asked, who: Caller) -> Filter:
    """That of the address."""
    return cleaned({name: request.query_params.get(name, "").strip() for name in Filter.__struct_fields__}, who)


def cleaned(words: dict[str, str], who: Caller, usual: str = "todo") -> Filter:
    """What cannot be is as if it were not asked for. `usual`: the view that is meant where none is named."""
    words = {name: value[:200] for name, value in words.items()}
    allowed = [view.key for view in views_of(who)]
    words["view"] = words["view"] if words["view"] in allowed else usual
    words["sort"] = words["sort"] if words["sort"] in SORTS else "due"
    words["due"] = words["due"] if words["due"] in GROUPS else ""
    digits = words["least"].removeprefix("-")
    words["least"] = words["least"] if digits.isascii() and digits.isdigit() and len(digits) < 9 else ""
    return Filter(**words)


def views_of(who: Caller) -> list[View]:
    return [view for view in VIEWS if view.key != "everyone" or may(who, allow.TASK_READ_ANY)]


def query_of(who: Caller, asked: Filter, now: int, zone: str) -> TaskQuery:
    """The tasks of a filter, in its order."""
    own = {"paused": "paused", "delegated": "delegated"}.get(asked.view, "todo")
    query = task_query(who, own, everything=asked.view == "everyone")
    query.days = ends(now, zone)
    query.scope = "mine" if asked.view in ("mine", "later") else ""
    query.put_off = {"todo": "hidden", "mine": "hidden", "overdue": "hidden", "later": "only"}.get(asked.view, "")
    query.overdue = asked.view == "overdue"
    query.text, query.definition, query.queue = asked.q, asked.process, asked.queue
    query.assignee, query.name = asked.person, asked.step
    query.priority_min = int(asked.least) if asked.least else None
    query.due = asked.due
    query.order_field, query.descending = SORTS[asked.sort][1:]
    return query


class Section(msgspec.Struct, frozen=True):
    """A part of the list under a heading, "" for the list as a whole: `count` tasks (with `more`: more than that)."""

    key: str
    tasks: list[TaskRecord]
    count: int
    more: bool = False


async def sections_of(desk: Desk, who: Caller, asked: Filter, query: TaskQuery) -> tuple[list[Section], str]:
    """The list as it is shown, and what continues it. By due time there is a section for each group, with the most
    urgent first."""
    if asked.view == "informed":
        skip = int(query.after) if query.after.isascii() and query.after.isdigit() and len(query.after) < 9 else 0
        told_of = await desk.runtime.remarks.informed(who.items, skip, SIZE)
        return [Section("", told_of.items, told_of.total)], told_of.after
    if asked.sort != "due" or asked.due:
        page = await desk.runtime.tasks(query)
        return [Section("", page.items, page.total, page.more)], page.after
    found = []
    for each in await desk.runtime.lists.groups(query, "due"):
        own = msgspec.structs.replace(query, due=each.key, after="")
        found.append(Section(each.key, (await desk.runtime.tasks(own)).items, each.count, each.more))
    return found, ""


@get("/tasks")
async def inbox(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _inbox(request, desk)


async def _inbox(
    request: Asked,
    desk: Desk,
    problem: Problem | AccessProblem | None = None,
    results: list[Result] | None = None,
    chosen_ids: list[str] | None = None,
) -> Response[str]:
    who, runtime, now = caller(request), desk.runtime, desk.runtime.clock.now()
    asked = filter_of(request, who)
    query = query_of(who, asked, now, desk.zone)
    query.limit, query.after = SIZE, request.query_params.get("after", "")[:4_000]
    sections, further = await sections_of(desk, who, asked, query)
    tasks = [task for section in sections for task in section.tasks]
    task_id = request.query_params.get("task", "")
    beside = await _beside(request, desk, task_id) if task_id else {}
    ids = [task.id for task in tasks]
    following = ids[ids.index(task_id) + 1 : ids.index(task_id) + 2] if task_id in ids else []
    next_id = following[0] if following else ""
    views = views_of(who)
    values: dict[str, Any] = {
        "views": views, "chosen": next(view for view in views if view.key == asked.view), "asked": asked,
        "counts": await _counts(desk, who), "parts_of": sections, "ids": ids, "groups": GROUPS, "sorts": SORTS,
        "titles": await titles_of(desk, tasks), "offers": {task.id: await _offers(desk, who, task) for task in tasks},
        "further": further, "paged": bool(query.after), "open_id": task_id if beside else "",
        "processes": await process_names(desk), "queues": sorted(who.queues),
        "outcomes": sorted({outcome for task in tasks for outcome in task.outcomes}), "names": sorted(who.names),
        "saved_views": await runtime.lists.views.seen_by(who.user, sorted(who.names)), "results": results,
        "chosen_ids": chosen_ids or [], "inbox_problem": problem, "operates": may(who, allow.INSTANCE_ACT_ANY),
        "stay": asked.address(task=task_id), "leave": asked.address(task=next_id),
        "administers": may(who, allow.TASK_ACT_ANY),
    }  # fmt: skip
    return desk.page(request, "inbox.html", status=problem.status if problem else 200, **{**beside, **values})


async def _offers(desk: Desk, who: Caller, task: TaskRecord) -> list[str]:
    return task_actions(who, task, offers_of(await desk.runtime.graph(task.definition_id), task))


async def _beside(request: Asked, desk: Desk, task_id: str) -> dict[str, Any]:
    """The task beside the list; nothing where it is not there any more."""
    try:
        task = await seen_task(desk.runtime, caller(request), task_id)
    except Problem as problem:
        if problem.status != 404:
            raise
        return {}
    return await task_values(desk, request, task)


async def _counts(desk: Desk, who: Caller) -> dict[str, tuple[int, bool]]:
    """How many each view has, and whether there are more than that."""
    runtime = desk.runtime
    counting = task_query(who, "todo")
    counting.days, counting.put_off = ends(runtime.clock.now(), desk.zone), "hidden"
    found = {view.key: (0, False) for view in VIEWS}
    found |= {each.key: (each.count, each.more) for each in await runtime.lists.counts(counting)}
    off = task_query(who, "todo")  # put off
    off.scope, off.put_off, off.limit = "mine", "only", 1
    page = await runtime.tasks(off)
    found["later"] = (page.total, page.more)
    found["informed"] = ((await runtime.remarks.informed(who.items, 0, 1)).total, False)
    if may(who, allow.TASK_READ_ANY):
        every = task_query(who, "todo", everything=True)
        every.limit = 1
        page = await runtime.tasks(every)
        found["everyone"] = (page.total, page.more)
    return found


async def process_names(desk: Desk) -> dict[str, str]:
    """What the processes are called, in the order of that, by their ids."""
    found = {
        record.name: record.label or record.name
        for record in await desk.runtime.definitions(limit=1_000)
        if record.kind in ("xml", "json")
    }
    return dict(sorted(found.items(), key=lambda each: each[1].lower()))


async def titles_of(desk: Desk, tasks: list[TaskRecord]) -> dict[str, str]:
    """What each task's instance is about."""
    found: dict[str, str] = {}
    for task in tasks:
        if task.instance_id not in found:
            record = await desk.runtime.instance(task.instance_id)
            found[task.instance_id] = record.title or record.label or record.name
    return found


@post("/tasks/bulk", status_code=200)
async def together(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The same with all tasks that were chosen; what could not be done is listed with its reason."""
    who, given = caller(request), await form(request)
    action, to = str(given.get("action", "")), str(given.get("to", "")).strip()
    ids = [str(each) for each in given.getall("ids", [])]
    back = local_path(str(given.get("back", "")), "/tasks")
    problem = None
    if action not in TOGETHER:
        problem = Problem(PARAMETER, 400, f"'{action}' cannot be done with many tasks at once.")
    elif not ids or len(ids) > MOST_TOGETHER:
        problem = Problem(PARAMETER, 400, f"Choose between 1 and {MOST_TOGETHER} tasks.")
    elif action in HANDS_ON and not to:
        problem = Problem(PARAMETER, 400, _("Say who takes the tasks."))
    if problem is not None:
        return await _inbox(request, desk, problem, chosen_ids=ids)
    outcome = str(given.get("outcome", ""))
    results = await with_many(desk.runtime, who, ids, Deed(action, outcome, to=to))
    failed = [each.task_id for each in results if each.fault]
    if not failed:
        return go(request, back, told(language_of(request), results))
    return await _inbox(request, desk, results=results, chosen_ids=failed)


# Saved views: a filter with a name.


KEPT_AS: Final = {"paused": "paused", "delegated": "delegated", "informed": "informed", "everyone": "all"}


def kept(asked: Filter) -> dict[str, object]:
    """A filter as the task list over HTTP takes it."""
    _words, field, descending = SORTS[asked.sort]
    found: dict[str, object] = {
        "view": KEPT_AS.get(asked.view, "todo"),
        "scope": "mine" if asked.view in ("mine", "later") else "",
        "putOff": "only" if asked.view == "later" else "",
        "overdue": asked.view == "overdue",
        "text": asked.q,
        "definition": asked.process,
        "assignee": asked.person,
        "name": asked.step,
        "queue": asked.queue,
        "due": asked.due,
        "orderField": "createdAt" if field == "created_at" else field,
        "orderType": "desc" if descending else "",
    }  # fmt: skip
    if asked.least:
        found["priorityMin"] = int(asked.least)
    return {name: value for name, value in found.items() if value not in ("", False)}


def unkept(filters: dict[str, object], saved: str) -> Filter:
    """The other way round; what these pages do not know is left out."""

    def word(name: str) -> str:
        value = filters.get(name, "")
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    view = word("view")
    if filters.get("overdue"):
        view = "overdue"
    elif word("putOff") == "only":
        view = "later"
    elif word("scope") == "mine":
        view = "mine"
    field = word("orderField").replace("createdAt", "created_at")
    down = word("orderType") == "desc"
    sort = next(
        (key for key, (_words, each, descending) in SORTS.items() if (each, descending) == (field, down)), "due"
    )
    return Filter(
        "everyone" if view == "all" else view or "todo", word("text"), word("definition"), word("queue"),
        word("priorityMin"), word("due"), sort, saved, word("assignee"), word("name"),
    )  # fmt: skip


@get("/views/{view_id:str}")
async def open_view(request: Asked, desk: NamedDependency[Desk], view_id: FromPath[str]) -> Response[str]:
    who = caller(request)
    view = await desk.runtime.lists.views.one(view_id, who.user, sorted(who.names))
    return go(request, unkept(view.filters, view.id).address())


@post("/views", status_code=200)
async def save_view(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The filter of the address that the form was on, under a name."""
    who, given = caller(request), await form(request)
    name, shared = (str(given.get(each, "")).strip() for each in ("name", "shared"))
    asked = filter_of(request, who)
    if not name or len(name) > LONGEST_NAME:
        raise Problem(PARAMETER, 400, f"Give the view a name of 1 to {LONGEST_NAME} letters.")
    if shared and shared not in {f"group:{each}" for each in who.names}:
        raise Problem(PARAMETER, 400, f"You are not of '{shared}' and cannot share with it.")
    view = await desk.runtime.lists.views.add(who.user, name, shared, kept(asked), False)
    return go(
        request, unkept(view.filters, view.id).address(), said(request, _("The view “%(name)s” is kept."), name=name)
    )


@post("/views/{view_id:str}/delete", status_code=200)
async def delete_view(request: Asked, desk: NamedDependency[Desk], view_id: FromPath[str]) -> Response[str]:
    who = caller(request)
    view = await desk.runtime.lists.views.one(view_id, who.user, sorted(who.names))
    if view.owner != who.user and not may(who, allow.TASK_ACT_ANY):
        raise Problem(PARAMETER, 403, f"The view '{view.name}' is '{view.owner}'s.")
    await desk.runtime.lists.views.remove(view_id)
    return go(request, "/tasks", said(request, _("The view “%(name)s” is gone."), name=view.name))


HANDLERS: Final = (inbox, together, open_view, save_view, delete_view)
