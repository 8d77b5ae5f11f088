"""Any number of tasks by one order: which it means, what it leaves, and that each is done once."""

import asyncio
from typing import Any, Final

import msgspec
import pytest
from invariants import check
from server import Bench, line

from andante.people import Accounts
from andante.runtime import InstanceQuery, Problem, TaskQuery, batches
from andante.runtime.sight import look_as
from andante.store import batches as rows
from andante.store.batches import BatchRecord, Chosen
from andante.store.names import ALL, of

REVIEW: Final = "review " + line(
    '<startEvent id="s"/>',
    '<userTask id="look" name="Look at it" andante:candidateGroups="clerks" andante:outcomes="ok,no"/>',
    '<userTask id="sign" name="Sign" andante:assignee="boss" andante:notBy="look"/>',
    '<endEvent id="e"/>',
)
OTHER: Final = "other " + line(
    '<startEvent id="s"/>', '<userTask id="do" andante:assignee="kim"/>', '<endEvent id="e"/>'
)


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 3)


def those(**filters: Any) -> Chosen:
    return Chosen(InstanceQuery(), [], TaskQuery(everything=True, **filters))


async def ordered(bench: Bench, action: str, chosen: Chosen, **arguments: Any) -> BatchRecord:
    batch = await bench.runtime.batches.start(action, chosen, who="oda", reason="stock", arguments=arguments)
    bench.clock.set(bench.clock.now() + 1_000)
    await bench.runtime.batches.carry_out()
    return await bench.runtime.batches.one(batch.id)


def counts(batch: BatchRecord) -> tuple[str, int, int, int, int]:
    return batch.state, batch.total, batch.done, batch.skipped, batch.failed


async def office(bench: Bench, reviews: int, others: int) -> None:
    await bench.deploy(REVIEW, OTHER)
    for _ in range(reviews):
        await bench.start("review")
    for _ in range(others):
        await bench.start("other")


async def test_all_that_the_filters_find_and_nothing_that_comes_later(bench: Bench) -> None:
    await office(bench, 7, 2)
    plan = await bench.runtime.batches.plan("completeTasks", those(definition="review"), {"outcome": "ok"})
    assert (plan.total, plan.below, len(plan.sample)) == (7, 0, 7)
    assert len(await bench.todo(name="Look at it")) == 7
    batch = await ordered(bench, "completeTasks", those(definition="review"), outcome="ok", variables={"n": 1})
    assert counts(batch) == ("done", 7, 7, 0, 0)
    signs = await bench.todo(definition="review")
    assert [task.name for task in signs] == ["Sign"] * 7, "these came when the others were done"
    assert len(await bench.todo(definition="other")) == 2
    assert await bench.runtime.variables(signs[0].instance_id) == {"n": 1}
    over = (await bench.runtime.tasks(TaskQuery(view="history", everything=True))).items
    assert {(task.ended_by, task.outcome) for task in over} == {("oda", "ok")}
    comments = [e for e in await bench.runtime.history(signs[0].instance_id) if e.kind == "TaskCommented"]
    assert [e.data["text"] for e in comments] == [f"stock ({batch.id})"]
    check(bench.url)


async def test_what_cannot_be_done_is_told_task_by_task(bench: Bench) -> None:
    await office(bench, 4, 1)
    looks = await bench.todo(definition="review")
    await bench.runtime.task_action(looks[0].id, "complete", who="oda", outcome="ok")
    await bench.runtime.act(looks[1].instance_id, "suspend", who="oda")
    chosen = Chosen(InstanceQuery(), [*(task.id for task in looks), f"{looks[0].instance_id}-999"])
    batch = await ordered(bench, "completeTasks", chosen, outcome="ok")
    assert counts(batch) == ("done", 5, 2, 2, 1)
    (why,) = await bench.runtime.batches.failures(batch.id)
    assert (why.item, why.code) == (looks[1].id, "bpm.instance.suspended")
    barred = await ordered(bench, "completeTasks", those(name="Sign"))  # who looked must not sign
    assert counts(barred) == ("done", 3, 0, 0, 3)
    assert {each.code for each in await bench.runtime.batches.failures(barred.id)} == {"bpm.task.excluded"}
    wrong = await ordered(bench, "completeTasks", those(definition="review", name="Look at it"), outcome="maybe")
    assert counts(wrong) == ("done", 0, 0, 0, 0), "what is suspended is in no list"


async def test_handed_over_and_given_back(bench: Bench) -> None:
    await office(bench, 2, 5)
    await Accounts(bench.runtime.store, bench.clock.now, told=bench.runtime.roster.changed).add_person("lee")
    assert counts(await ordered(bench, "transferTasks", those(assignee="kim"), to="lee")) == ("done", 5, 5, 0, 0)
    again = await ordered(bench, "transferTasks", those(), to="lee")
    assert counts(again) == ("done", 7, 2, 5, 0)
    given = await ordered(bench, "unclaimTasks", those(assignee="lee", definition="review"))
    assert counts(given) == ("done", 2, 2, 0, 0)
    assert sorted(task.assignee for task in await bench.todo()) == ["", "", *["lee"] * 5]
    queue = await ordered(bench, "transferTasks", those(text="look"), to="queue:desk")
    assert counts(queue) == ("done", 2, 2, 0, 0)
    assert counts(await ordered(bench, "transferTasks", those(queue="desk"), to="queue:desk"))[2:] == (0, 2, 0)
    group = await ordered(bench, "transferTasks", those(candidate="queue:desk"), to="group:law")
    assert group.done == 2
    left = await bench.todo(definition="review")
    assert {tuple(task.groups) for task in left} == {("group:law",)}
    facts = [e for e in await bench.runtime.history(left[0].instance_id) if e.kind in ("TaskCommented", "TaskOffered")]
    assert [e.data.get("text", "") for e in facts][-2:] == [f"stock ({group.id})", ""], "why, and that it was done"
    assert any(e.data.get("text") == f"stock ({given.id})" for e in facts)


@pytest.mark.parametrize(
    ("action", "chosen", "arguments", "word"),
    [
        ("transferTasks", those(), {}, "to:"),
        ("transferTasks", those(), {"to": "nobody"}, "no person 'nobody'"),
        ("completeTasks", Chosen(InstanceQuery()), {}, "tasks:"),
        ("completeTasks", those(view="history"), {}, "view"),
        ("completeTasks", those(due="soon"), {}, "due 'soon'"),
        ("completeTasks", Chosen(InstanceQuery(), ["x"]), {}, "no task 'x'"),
        ("completeTasks", Chosen(InstanceQuery(), [f"i-{n}" for n in range(10_001)]), {}, "at most 10000"),
    ],
)
async def test_what_cannot_be_asked_for(
    bench: Bench, action: str, chosen: Chosen, arguments: dict[str, object], word: str
) -> None:
    await Accounts(bench.runtime.store, bench.clock.now, told=bench.runtime.roster.changed).add_person("lee")
    with pytest.raises(Problem, match=word):
        await bench.runtime.batches.plan(action, chosen, arguments)
    with pytest.raises(Problem, match=word):
        await bench.runtime.batches.start(action, chosen, who="oda", arguments=arguments)
    assert await bench.runtime.batches.many() == []


async def test_paused_by_one_server_and_finished_by_another(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await office(bench, 0, 8)
    batch = await bench.runtime.batches.start("transferTasks", those(), who="oda", arguments={"to": "group:law"})
    act, count = bench.runtime.task_action, 0

    async def acted(task_id: str, action: str, **more: Any) -> Any:
        nonlocal count
        count += 1
        if count == 4:
            await bench.runtime.batches.act(batch.id, "pause")
        return await act(task_id, action, **more)

    monkeypatch.setattr(bench.runtime, "task_action", acted)
    await bench.runtime.batches.carry_out()
    assert counts(await bench.runtime.batches.one(batch.id)) == ("paused", 8, 6, 0, 0)
    await bench.runtime.batches.act(batch.id, "resume")
    await bench.reopen()
    await bench.runtime.batches.carry_out()
    assert counts(await bench.runtime.batches.one(batch.id)) == ("done", 8, 8, 0, 0)
    for task in await bench.todo():
        entries = await bench.runtime.history(task.instance_id)
        assert len([e for e in entries if e.kind == "TaskOffered"]) == 1
    cancelled = await bench.runtime.batches.start("unclaimTasks", those(), who="oda")
    assert (await bench.runtime.batches.act(cancelled.id, "cancel")).state == "cancelled"


async def _falls_after_the_first_few(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server does three tasks, and falls before it notes it; another one is there later."""

    async def falls(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(rows, "advance", falls)
        with pytest.raises(asyncio.CancelledError):
            await bench.runtime.batches.carry_out()
    bench.clock.set(bench.clock.now() + batches.LEASE + 1)
    await bench.reopen()


async def test_a_server_falls_and_the_rest_is_done_by_another(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await office(bench, 0, 5)
    batch = await bench.runtime.batches.start("completeTasks", those(), who="oda")
    await _falls_after_the_first_few(bench, monkeypatch)
    assert len(await bench.todo()) == 2
    await bench.runtime.batches.carry_out()
    # The three that are over are in the list no more: only the others are met.
    assert counts(await bench.runtime.batches.one(batch.id)) == ("done", 5, 2, 0, 0)
    assert await bench.todo() == []
    check(bench.url)


async def test_what_was_done_before_a_fall_is_not_done_over_what_people_did_since(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office(bench, 0, 5)
    batch = await bench.runtime.batches.start("transferTasks", those(), who="oda", arguments={"to": "group:law"})
    await _falls_after_the_first_few(bench, monkeypatch)
    first = next(task for task in await bench.todo() if task.groups)
    await bench.runtime.task_action(first.id, "claim", who="eve")
    await bench.runtime.batches.carry_out()
    assert counts(await bench.runtime.batches.one(batch.id)) == ("done", 5, 5, 0, 0)
    assert sorted(task.assignee for task in await bench.todo()) == ["", "", "", "", "eve"]


async def test_only_what_who_asks_may_operate(bench: Bench) -> None:
    await office(bench, 2, 3)
    (review, *_) = await bench.todo(definition="review")
    look_as(msgspec.structs.replace(ALL, operate=of({"other"}), user="oda"))
    try:
        plan = await bench.runtime.batches.plan("transferTasks", those(), {"to": "group:law"})
        with pytest.raises(Problem, match="may not operate 'review'") as refused:
            await bench.runtime.batches.plan("unclaimTasks", Chosen(InstanceQuery(), [review.id]))
        batch = await ordered(bench, "transferTasks", those(), to="group:law")
    finally:
        look_as(ALL)
    assert (plan.total, refused.value.status, batch.done) == (3, 403, 3)
    assert {task.definition for task in await bench.todo() if task.groups == ["group:law"]} == {"other"}
