"""What a task's page shows: what the person may do with it, its form, its clocks, the vote, and what was said."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
from litestar.datastructures import FormMultiDict

from andante.languages import Language
from andante.people import AccessProblem, Caller, is_candidate, may, shared_by, task_actions
from andante.people import permissions as allow
from andante.runtime import Problem, TaskRecord
from andante.runtime.approvals import ApprovalView, offers_of, outcome_of, standing
from andante.web.desk import Desk, language_of
from andante.web.diagram import Place, places
from andante.web.drawn import Asks, filled_in, sheet
from andante.web.instances import all_history
from andante.web.session import Asked, caller
from andante.web.variables import columns, other_rows, shown_again

LONGEST_STRIP: Final = 9
STEPS: Final = frozenset(("decision", "parallel gateway", "inclusive gateway", "complex gateway", "first event wins"))


class Choice(msgspec.Struct, frozen=True):
    """A button that ends the task: its action, and the outcome it gives."""

    action: str
    outcome: str


class Voter(msgspec.Struct, frozen=True):
    """A row of the vote: who answers or has answered for whom, what and when (ms, 0: not yet)."""

    who: str
    state: str
    outcome: str = ""
    at: int = 0
    comment: str = ""
    automatic: str = ""


async def task_values(
    desk: Desk,
    request: Asked,
    task: TaskRecord,
    problem: Problem | AccessProblem | None = None,
    given: FormMultiDict | None = None,
) -> dict[str, Any]:
    """For the templates, with what was `given` in a form that is shown again. Raises Problem."""
    who, runtime = caller(request), desk.runtime
    record = await runtime.instance(task.instance_id)
    graph = await runtime.graph(task.definition_id)
    vote, back = await standing(runtime.store, graph, task)
    actions = task_actions(
        who, task, offers_of(graph, task), initiator=record.created_by == who.user, returnable=bool(back)
    )
    detail = await runtime.detail(task.instance_id)
    clocks = [clock for clock in detail.sla if clock.task == task.id]
    fills = "complete" in actions or "approve" in actions or "resolve" in actions
    shown = await _form(desk, language_of(request), task, problem, given, fills=fills)
    files = await runtime.attachments.many(task.instance_id)
    steps = places(graph, detail, await all_history(runtime, task.instance_id))
    return {
        "task": task,
        "record": record,
        "actions": actions,
        "choices": _choices(task, actions, {each: outcome_of(graph, task, each) for each in ("approve", "reject")}),
        "fills": fills,
        "vote": vote,
        "voters": _voters(vote) if vote is not None else [],
        "back_to": back,
        "clocks": clocks,
        "may_extend": bool(clocks) and task.state == "open" and may(who, allow.SLA_EXTEND, task.definition),
        "targets": sorted({target.name for clock in clocks for target in clock.targets if not target.passed}),
        "told": await runtime.remarks.told_of(task.instance_id, task.key),
        "comments": await runtime.remarks.of_task(task.instance_id, task.key),
        "files": [file for file in files if file.task == task.key],
        "other_files": [file for file in files if file.task != task.key],
        "may_put_off": task.state == "open" and not task.suspended and task.assignee == who.user,
        "may_attach": not record.closed and "comment" in actions,
        "instead": _instead(who, task),
        "strip": _strip(steps),
        "operates": may(who, allow.INSTANCE_ACT_ANY, task.definition),
        **shown,
    }


def _choices(task: TaskRecord, actions: list[str], named: Mapping[str, str]) -> list[Choice]:
    """The outcomes: all that the model names, or those that approve and reject stand for."""
    if "complete" in actions:
        return [Choice("complete", outcome) for outcome in task.outcomes or [""]]
    return [Choice(each, named[each] or each) for each in ("approve", "reject") if each in actions]


def _instead(who: Caller, task: TaskRecord) -> str:
    """For whom the person would do the task, as their deputy."""
    persons = {person for person, _definition, _queue in who.stands_for}
    if task.assignee or is_candidate(msgspec.structs.replace(who, shares=()), task):
        return task.assignee if task.assignee in persons else ""
    return shared_by(who, task)


def _voters(vote: ApprovalView) -> list[Voter]:
    found = [
        Voter(
            str(each.get("who", "")) or ", ".join(each.get("approver", ())), "voted", str(each.get("outcome", "")),
            _instant(str(each.get("at", ""))), str(each.get("comment", "")), str(each.get("automatic", "")),
        )
        for each in vote.votes
    ]  # fmt: skip
    found.extend(
        Voter(", ".join(each.who).replace(":", " "), each.state) for each in vote.approvers if each.state != "voted"
    )
    return found


def _instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1_000) if text else 0


def _strip(steps: list[Place]) -> list[Place]:
    """The way through the process in short: without gateways, and what has no name; where it stands is in it."""
    found = [step for step in steps if step.depth == 0 and step.kind not in STEPS and step.name != step.id]
    here = next((n for n, step in enumerate(found) if step.tokens), 0)
    first = max(0, min(here - LONGEST_STRIP // 2, len(found) - LONGEST_STRIP))
    return found[first : first + LONGEST_STRIP]


async def _form(
    desk: Desk,
    say: Language,
    task: TaskRecord,
    problem: Problem | AccessProblem | None,
    given: FormMultiDict | None,
    *,
    fills: bool,
) -> dict[str, Any]:
    variables = await desk.runtime.variables(task.instance_id)
    shown = await sheet(_asks(desk, task), variables, problem, given, say=say, draws=fills and not task.suspended)
    if given is None:
        rows = other_rows(variables, {(field.path or (field.name,))[0] for field in shown.fields})
    else:
        rows = shown_again(*columns(given))
    return {"fields": shown.fields, "rows": rows, "drawing": shown.drawing}


def _asks(desk: Desk, task: TaskRecord) -> Asks:
    return partial(desk.runtime.forms.of_task, task)


async def task_variables(desk: Desk, task: TaskRecord, given: FormMultiDict) -> dict[str, object]:
    """What was filled in. Raises Problem 400."""
    return await filled_in(_asks(desk, task), await desk.runtime.variables(task.instance_id), given)
