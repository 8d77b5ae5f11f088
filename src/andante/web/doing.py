"""What is done with a task from a page, with one and with many: the same rights and the same calls as over HTTP."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from andante.languages import Language
from andante.languages import mark as _
from andante.people import AccessProblem, Caller, declared, demand_task_action, note_task_action
from andante.runtime import Extension, Problem, Runtime, Signing, TaskRecord, auditing
from andante.runtime.approvals import not_offered, offers_of, outcome_of
from andante.runtime.problem import PARAMETER
from andante.timing.instants import TimingError, iso, local, parse_instant
from andante.web.sight import seen_task

DONE: Final = {
    "claim": _("“%(name)s” is yours now."),
    "unclaim": _("“%(name)s” is given back."),
    "complete": _("“%(name)s” is completed."),
    "approve": _("“%(name)s” is approved."),
    "reject": _("“%(name)s” is rejected."),
    "transfer": _("“%(name)s” is handed over."),
    "delegate": _("“%(name)s” is delegated; it comes back to you."),
    "resolve": _("“%(name)s” is returned to its owner."),
    "comment": _("Your comment on “%(name)s” is kept."),
    "remind": _("Those who have “%(name)s” are reminded."),
    "addSigner": _("More sign “%(name)s” now."),
    "return": _("“%(name)s” is returned."),
    "extend": _("“%(name)s” has more time."),
    "followUp": _("“%(name)s” waits under Later until then."),
}
LEAVES: Final = frozenset(("complete", "approve", "reject", "transfer", "unclaim", "resolve", "return", "followUp"))
WITH_VARIABLES: Final = frozenset(("complete", "approve", "reject", "resolve"))
HANDS_ON: Final = frozenset(("transfer", "delegate"))
UNDONE_BY: Final = {"claim": "unclaim", "unclaim": "claim"}
TOGETHER: Final = ("claim", "unclaim", "complete", "transfer", "delegate")
MODES: Final = ("before", "with", "after")
UNITS: Final = {"minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
LONGEST_MS: Final = 100 * 365 * 86_400_000
NAMED: Final = 100  # tasks, in the audit log
LONGEST_TEXT: Final = 10_000
HOURS: Final = 3  # for which "in some hours" puts a task off
MORNING: Final = 9  # o'clock


class Deed(msgspec.Struct, frozen=True):
    """An action and what belongs to it, as in a form."""

    action: str
    outcome: str = ""
    variables: dict[str, object] | None = None
    to: str = ""
    text: str = ""
    mode: str = "with"
    direct: bool = False
    until: int = 0
    extension: Extension | None = None


class Result(msgspec.Struct, frozen=True):
    """What became of one of many tasks: `fault` is None where it was done."""

    task_id: str
    name: str
    fault: Problem | AccessProblem | None = None


def extension(key: int, amount: str, unit: str, until: str, target: str, reason: str, zone: str) -> Extension:
    """More time for the task of this key, by so much or until a moment. Raises Problem 400."""
    if bool(amount) == bool(until):
        raise Problem(PARAMETER, 400, _("Say by how much, or until when; not both."))
    if not reason:
        raise Problem(PARAMETER, 400, _("Say why it gets more time: the reason is kept in the history."))
    if until:
        try:
            return Extension(reason, key, target=target, until=parse_instant(until, zone))
        except TimingError as fault:
            raise Problem(PARAMETER, 400, f"Until: {fault}") from None
    if not amount.isascii() or not amount.isdigit() or len(amount) > 9 or unit not in UNITS:
        raise Problem(PARAMETER, 400, f"'{amount[:20]} {unit[:20]}' is no length of time: write a whole number.")
    by_ms = int(amount) * UNITS[unit]
    if not 0 < by_ms <= LONGEST_MS:
        raise Problem(PARAMETER, 400, _("More than nothing, and at most 100 years."))
    return Extension(reason, key, target=target, by_ms=by_ms)


def later(when: str, until: str, now: int, zone: str) -> int:
    """Until when (ms) a task is put off: hours from now, the next or next week's first morning, or a moment; 0 for no
    longer. Raises Problem 400."""
    if when == "now":
        return 0
    if when == "hours":
        return now + HOURS * UNITS["hours"]
    today = local(now, zone)
    if when in ("tomorrow", "week"):
        days = 1 if when == "tomorrow" else 7 - today.weekday()
        until = f"{today.date() + dt.timedelta(days=days)}T{MORNING:02}:00:00"
    try:
        at = parse_instant(until, zone)
    except TimingError as fault:
        raise Problem(PARAMETER, 400, f"Until: {fault}") from None
    if at <= now:
        raise Problem(PARAMETER, 400, _("That is over already. Choose a time that is still to come."))
    return at


async def carry_out(runtime: Runtime, who: Caller, task: TaskRecord, deed: Deed) -> None:
    """Raises Problem and AccessProblem; then nothing has changed."""
    action = deed.action
    if action not in DONE:
        raise Problem("astrozero.0002", 404, f"There is no action '{action}' for a task.")
    if not (action == "remind" and (await runtime.instance(task.instance_id)).created_by == who.user):
        demand_task_action(who, task, action)
        note_task_action(who, task, action, deed.extension.reason if deed.extension is not None else "")
    if action == "extend":
        if deed.extension is None:
            raise Problem(PARAMETER, 400, _("Say by how much, or until when."))
        await runtime.extend(task.instance_id, deed.extension, who=who.user)
        return
    if action == "followUp":
        if task.assignee != who.user:
            raise Problem(PARAMETER, 409, _("Only what you have can be put off: claim the task first."))
        await runtime.task_action(task.id, action, who=who.user, to=iso(deed.until) if deed.until else "")
        return
    graph = await runtime.graph(task.definition_id)
    offered = offers_of(graph, task)
    if not declared(who, offered, action, task.definition):
        raise not_offered(task, action, offered)
    outcome = deed.outcome if action == "complete" else ""
    if action in ("approve", "reject"):
        action, outcome = "complete", outcome_of(graph, task, action)
    if action == "complete" and not task.assignee:
        await runtime.task_action(task.id, "claim", who=who.user)
    signers = [each.strip() for each in deed.to.split(",") if each.strip()]
    await runtime.task_action(
        task.id,
        action,
        who=who.user,
        outcome=outcome,
        variables=deed.variables if deed.action in WITH_VARIABLES else None,
        to=deed.to if action in HANDS_ON or action == "return" else "",
        text=deed.text[:LONGEST_TEXT],
        signing=Signing(
            signers if action == "addSigner" else [], deed.mode if deed.mode in MODES else "with", deed.direct
        ),
    )


async def with_many(runtime: Runtime, who: Caller, task_ids: Sequence[str], deed: Deed) -> list[Result]:
    """One after the other; what is refused for one does not hinder the next."""
    found: list[Result] = []
    for task_id in dict.fromkeys(task_ids):
        name = ""
        try:
            task = await seen_task(runtime, who, task_id)
            name = task.name
            await carry_out(runtime, who, task, deed)
        except (Problem, AccessProblem) as problem:
            found.append(Result(task_id, name or task_id, problem))
        else:
            found.append(Result(task_id, name))
    done = sum(each.fault is None for each in found)
    counts = {"tasks": [each.task_id for each in found[:NAMED]], "done": done, "failed": len(found) - done}
    auditing.note(of=f"{len(found)} tasks", details=counts)
    return found


def told(say: Language, results: Iterable[Result]) -> str:
    """How many were done, in words."""
    results = list(results)
    done = sum(each.fault is None for each in results)
    text = say.plural("%(num)s task is done.", "%(num)s tasks are done.", done)
    if done == len(results):
        return text
    return f"{text} {say.plural('%(num)s is as it was.', '%(num)s are as they were.', len(results) - done)}"
