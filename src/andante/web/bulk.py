"""Doing the same with many instances: what it would touch, and the order to do it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from andante.languages import Language
from andante.languages import mark as _
from andante.people import demand
from andante.people import permissions as allow
from andante.runtime import Chosen, InstanceQuery, Problem, Reach
from andante.runtime.problem import PARAMETER
from andante.web.choosing import ALL_OPEN, CLOSED, Filters, filters_of
from andante.web.desk import Desk, go, language_of, said
from andante.web.mapping import MOST_LOOKED, Look, look, mapping_of
from andante.web.session import Asked, caller, form, kept_as

# What can be done, and how its button says it: with these, of these.
VERBS: Final[Mapping[str, tuple[str, str]]] = {
    "suspend": (_("Suspend %(num)s"), _("Suspend %(num)s of %(total)s")),
    "resume": (_("Resume %(num)s"), _("Resume %(num)s of %(total)s")),
    "retry": (_("Retry %(num)s"), _("Retry %(num)s of %(total)s")),
    "migrate": (_("Migrate %(num)s"), _("Migrate %(num)s of %(total)s")),
    "terminate": (_("Terminate %(num)s"), _("Terminate %(num)s of %(total)s")),
}
TITLES: Final[Mapping[str, str]] = {
    "suspend": _("Suspend instances"),
    "resume": _("Resume instances"),
    "retry": _("Retry instances"),
    "migrate": _("Migrate instances"),
    "terminate": _("Terminate instances"),
    "setVariables": _("Set variables of instances"),
    "delete": _("Delete instances"),
    "completeTasks": _("Complete tasks"),
    "transferTasks": _("Hand over tasks"),
    "unclaimTasks": _("Give tasks back"),
}
FOLLOWED: Final = frozenset(("suspend", "resume", "terminate"))  # by what they called
TYPED_ABOVE: Final = 20  # instances: to terminate more, their number is typed
LONGEST_REASON: Final = 2_000
MOST_IDS: Final = 1_000
MOST_VERSIONS: Final = 100


class Asking(msgspec.Struct, frozen=True):
    """What is to be done, and with which: those of `ids`, or where there are none all that the filters find that had
    started before `frozen` (ms; 0: by now)."""

    action: str
    ids: list[str]
    filters: Filters
    frozen: int = 0
    reason: str = ""
    typed: str = ""
    version: str = ""
    looked: str = ""  # the version for which the mapping was looked at
    mapping: dict[str, str] = {}

    def chosen(self, zone: str) -> Chosen:
        query = InstanceQuery() if self.ids else self.filters.query(zone)
        if self.frozen and (not query.started_before or self.frozen < query.started_before):
            query.started_before = self.frozen
        return Chosen(query, self.ids)


def asking(given: Any) -> Asking:
    """From the address or a form. Raises Problem 400 for what cannot be done so."""

    def of(name: str) -> str:
        value = given.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    action, ids = of("action"), given.getall("id", [])[: MOST_IDS + 1]
    if action not in VERBS:
        raise Problem(PARAMETER, 400, f"There is no action '{action}' for many instances.")
    if len(ids) > MOST_IDS:
        raise Problem(PARAMETER, 400, f"At most {MOST_IDS} are chosen one by one. Choose them by a filter.")
    if not ids and not of("all"):
        raise Problem(PARAMETER, 400, _("No instance is chosen. Choose some in the list, or all that match."))
    frozen = of("frozen")
    return Asking(
        action, ids, filters_of(given), int(frozen) if frozen.isascii() and frozen.isdigit() else 0,
        of("reason")[:LONGEST_REASON], of("typed"), of("version"), of("looked"), mapping_of(given),
    )  # fmt: skip


def left_out(action: str, far: Reach, say: Language) -> list[str]:
    """With which not, and why."""
    found = []
    if far.over:
        found.append(say.plural("%(num)s is over.", "%(num)s are over.", far.over))
    rest = far.total - far.over - far.concerned
    if rest and action == "suspend":
        found.append(say.plural("%(num)s is suspended already.", "%(num)s are suspended already.", rest))
    elif rest and action == "resume":
        found.append(say.plural("%(num)s is not suspended.", "%(num)s are not suspended.", rest))
    elif rest and action == "retry":
        found.append(say.plural("%(num)s has no incident.", "%(num)s have no incident.", rest))
    return found


@get("/batches/new")
async def ask(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """What would be done: `action`, and `id`s or `all=1` with a list's filters."""
    demand(caller(request), allow.INSTANCE_ACT_ANY)
    return await _show(request, desk, asking(request.query_params))


async def _show(request: Asked, desk: Desk, asked: Asking, problem: Problem | None = None) -> Response[str]:
    say = language_of(request)
    if not asked.ids and not asked.frozen:
        asked = msgspec.structs.replace(asked, frozen=desk.runtime.clock.now() + 1)
    versions = await _versions(desk, asked) if asked.action == "migrate" else []
    asked = msgspec.structs.replace(asked, version=asked.version or next(iter(versions), ""))
    arguments: dict[str, object] = {"version": asked.version or "?"} if asked.action == "migrate" else {}
    chosen = asked.chosen(desk.zone)
    if not chosen.query.states and not asked.ids:
        chosen.query.states = [*ALL_OPEN, *CLOSED]  # so that those that are over are counted as left out
    far = await desk.runtime.batches.reach(asked.action, chosen, arguments)
    number = far.concerned
    seen = await _look(desk, asked, chosen) if asked.action == "migrate" and number else None
    words = say.text(
        VERBS[asked.action][number < far.total], num=say.number(number), total=say.number(far.total)
    )  # fmt: skip
    return desk.page(
        request, "bulk.html", block="asked", status=problem.status if problem else 200, problem=problem, a=asked,
        far=far, number=number, button=words, title=TITLES[asked.action], left_out=left_out(asked.action, far, say),
        follows=asked.action in FOLLOWED, must_type=_must_type(asked.action, number), versions=versions,
        look=seen,
    )  # fmt: skip


def _must_type(action: str, number: int) -> bool:
    return action == "terminate" and number > TYPED_ABOVE


async def _versions(desk: Desk, asked: Asking) -> list[str]:
    """By which they might go on: of their definition, if they are of one."""
    names = {asked.filters.name}
    if asked.ids:
        names = {(await desk.runtime.instance(each)).name for each in asked.ids}
    if len(names) != 1 or not (name := names.pop()):
        raise Problem(PARAMETER, 400, "Instances migrate together where they are of one definition. Choose one.")
    return [each.version for each in await desk.runtime.definitions(name=name, limit=MOST_VERSIONS)]


async def _look(desk: Desk, asked: Asking, chosen: Chosen) -> Look:
    """The mapping, tried out on some of them; what is proposed where none was looked at for this version."""
    runtime = desk.runtime
    if chosen.ids:
        records = [await runtime.instance(each) for each in chosen.ids[:MOST_LOOKED]]
    else:
        query = msgspec.structs.replace(chosen.query, states=list(ALL_OPEN), limit=MOST_LOOKED)
        records = (await runtime.instances(query)).items
    name = records[0].name if records else asked.filters.name
    mapping = asked.mapping if asked.looked == asked.version else None
    return await look(runtime, records, name, asked.version, mapping)


@post("/batches/look", status_code=200)
async def look_again(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The same page with another version or mapping; nothing is changed."""
    demand(caller(request), allow.INSTANCE_ACT_ANY)
    return await _show(request, desk, asking(await form(request)))


@post("/batches", opt=kept_as("batch.create"), status_code=200)
async def begin(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Do it: a batch is made, and its page shown."""
    who, given = caller(request), await form(request)
    demand(who, allow.INSTANCE_ACT_ANY)
    asked = asking(given)
    arguments: dict[str, object] = {}
    if asked.action == "migrate":
        if asked.looked != asked.version:  # another was chosen, and nobody has seen what it does
            return await _show(request, desk, asked)
        arguments = {"version": asked.version, "map": asked.mapping}
    chosen = asked.chosen(desk.zone)
    try:
        if asked.action == "terminate":
            far = await desk.runtime.batches.reach("terminate", asked.chosen(desk.zone))
            _check(asked, far.concerned)
        batch = await desk.runtime.batches.start(
            asked.action, chosen, who=who.user, reason=asked.reason, arguments=arguments
        )
    except Problem as problem:
        return await _show(request, desk, asked, problem)
    text = _("It waits for a second person.") if batch.expires_at else _("It has begun. You can leave this page.")
    return go(request, f"/batches/{batch.id}", said(request, text))


def _check(asked: Asking, number: int) -> None:
    if not asked.reason:
        raise Problem(PARAMETER, 400, _("Say why they are terminated: the reason is kept in each one's history."))
    if _must_type("terminate", number) and asked.typed != str(number):
        raise Problem(PARAMETER, 400, f"Type how many are terminated: it is {number} now.")


HANDLERS: Final = (ask, look_again, begin)
