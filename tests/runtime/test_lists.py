"""Lists of tasks against the plain meaning of their filters, and that no list is found by looking at every task."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
import pytest
from server import HOUR, START, Bench, line

from andante.runtime import Problem, TaskQuery, TaskRecord
from andante.store import task_arms, task_groups, task_lists
from andante.store.store import Row, Store
from andante.timing.days import ends

DAY: Final = 24 * HOUR
KIM: Final[dict[str, Any]] = {"user": "kim", "groups": ["staff", "user"], "queues": ["desk"]}
OFFERS: Final = (
    'andante:assignee="kim"',
    'andante:candidateGroups="staff"',
    'andante:candidateUsers="kim,lee"',
    'andante:candidateUsers="kim" andante:candidateGroups="staff,others"',
    'andante:candidateGroups="others"',
    'andante:assignee="lee" andante:candidateGroups="staff"',
    "",
)


def asked(number: int) -> str:
    return f"p{number} " + line(
        '<startEvent id="start"/>',
        f'<userTask id="ask{number}" name="Ask {number}" {OFFERS[number]} andante:dueDate="=due"'
        ' andante:priority="=prio"/>',
        '<endEvent id="end"/>',
    )


async def _filled(bench: Bench, count: int = 40) -> list[TaskRecord]:
    """Tasks of all kinds; some suspended, some over. All of them."""
    choose = random.Random(5)
    await bench.deploy(*(asked(number) for number in range(len(OFFERS))))
    for number in range(count):
        due = choose.choice([None, "-PT5H", "PT3H", "P2D", "P40D"])
        started = await bench.runtime.start(
            f"p{number % len(OFFERS)}", variables={"due": due, "prio": choose.choice([10, 50, 50, 900])},
            who="anna", business_key=f"order-{number}", title=f"Müller 报销单 {number}" if number % 3 else "",
        )  # fmt: skip
        bench.clock.set(bench.clock.now() + 1_000)
        if number % 6 == 5:
            await bench.runtime.act(started.id, "suspend", who="oda")
        elif number % 7 == 6:
            (task,) = await bench.todo(instance_id=started.id)
            await bench.runtime.task_action(task.id, "complete", who="kim")
    return await _all(bench, view="all", everything=True)


async def _all(bench: Bench, **query: Any) -> list[TaskRecord]:
    return (await bench.runtime.tasks(TaskQuery(limit=1_000, **query))).items


def _seen_by_kim(task: TaskRecord) -> bool:
    offered = "kim" in task.users or "group:staff" in task.groups or not (task.users or task.groups or task.queue)
    return "kim" in (task.assignee, task.owner) or (not task.assignee and offered)


def _in_order(task: TaskRecord) -> tuple[Any, ...]:
    return -task.urgency, task.due_at or 2**50, -min(task.priority, 511), task.instance_id, task.key


FILTERS: Final[list[tuple[dict[str, Any], Callable[[TaskRecord, int], bool]]]] = [
    ({}, lambda t, now: True),
    ({"scope": "mine"}, lambda t, now: t.assignee == "kim"),
    ({"scope": "free"}, lambda t, now: not t.assignee and _seen_by_kim(t)),
    ({"definition": "p1"}, lambda t, now: t.definition == "p1"),
    ({"name": "Ask 2", "overdue": True}, lambda t, now: t.name == "Ask 2" and 0 < t.due_at < now),
    ({"element": "ask3"}, lambda t, now: t.element == "ask3"),
    ({"assignee": "kim"}, lambda t, now: t.assignee == "kim"),
    ({"candidate": "group:staff"}, lambda t, now: not t.assignee and "group:staff" in t.groups),
    ({"candidate": "lee"}, lambda t, now: not t.assignee and "lee" in t.users),
    ({"business_key": "order-1"}, lambda t, now: t.business_key == "order-1"),
    ({"due": "overdue"}, lambda t, now: 0 < t.due_at < now),
    ({"due": "none"}, lambda t, now: not t.due_at),
    ({"due": "today"}, lambda t, now: now <= t.due_at < ends(now, "UTC")[0]),
    ({"due": "later", "priority_min": 50}, lambda t, now: t.due_at >= ends(now, "UTC")[1] and t.priority >= 50),
    ({"sla_state": "breached"}, lambda t, now: t.sla_state == "breached"),
    ({"sla_state": "on track"}, lambda t, now: t.sla_state == "on track"),
    (
        {"created_from": START + 10_000, "created_before": START + 20_000},
        lambda t, now: START + 10_000 <= t.created_at < START + 20_000,
    ),
    ({"text": "müller"}, lambda t, now: int(t.business_key[6:]) % 3 != 0),
    ({"text": "报销"}, lambda t, now: int(t.business_key[6:]) % 3 != 0),
    ({"text": "单"}, lambda t, now: int(t.business_key[6:]) % 3 != 0),
    ({"text": "order-1"}, lambda t, now: "order-1" in t.business_key),
    ({"text": "ask 4"}, lambda t, now: t.name == "Ask 4"),
    ({"text": "P5"}, lambda t, now: t.definition == "p5"),
    ({"text": "nowhere"}, lambda t, now: False),
]


@pytest.mark.parametrize("few", [5_000, 0], ids=["gathered", "walked"])
async def test_lists_are_what_their_filters_say(bench: Bench, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    known = await _filled(bench)
    for module in (task_lists, task_groups, task_arms):
        monkeypatch.setattr(module, "FEW", few or 5_000)
    if not few:
        monkeypatch.setattr(task_lists.Reading, "_drivers", lambda _: [])
    now = bench.clock.now()
    days = ends(now, "UTC")
    for everything in (True, False):
        for asking, holds in FILTERS:
            wanted = [
                task for task in known
                if task.state == "open" and not task.suspended and holds(task, now)
                and (_seen_by_kim(task) or (everything and "scope" not in asking))
            ]  # fmt: skip
            query = TaskQuery(everything=everything, limit=3, days=days, **KIM, **asking)
            found, pages = [], 0
            while True:
                page = await bench.runtime.tasks(query)
                if few or everything or not page.more:
                    assert (page.total, page.more) == (len(wanted), False), asking
                else:  # not all that a person has was looked at
                    assert page.after, asking
                    assert len(page.items) <= page.total <= len(wanted), asking
                found += page.items
                pages += 1
                if not page.after:
                    break
                query.after = page.after
            assert [t.id for t in found] == [t.id for t in sorted(wanted, key=_in_order)], (everything, asking)
            assert pages == max(1, -(-len(wanted) // 3))


async def test_other_views_and_orders(bench: Bench) -> None:
    known = await _filled(bench)
    over = [task for task in known if task.state != "open"]
    paused = [task for task in known if task.state == "open" and task.suspended]
    assert {t.id for t in await _all(bench, view="paused", everything=True)} == {t.id for t in paused}
    assert {t.id for t in await _all(bench, view="paused", **KIM)} == {t.id for t in paused if _seen_by_kim(t)}
    history = await _all(bench, view="history", **KIM)
    assert [t.id for t in history] == [t.id for t in sorted(over, key=lambda t: t.ended_at, reverse=True)]
    assert await _all(bench, view="history", user="eve") == []
    for field in ("created_at", "priority", "due_at", "name", "assignee", "business_key"):
        for descending in (False, True):
            found: list[TaskRecord] = []
            query = TaskQuery(order_field=field, descending=descending, limit=4, **KIM)
            while not found or query.after:
                page = await bench.runtime.tasks(query)
                found += page.items
                query.after = page.after
            values = [getattr(t, field) for t in found]
            assert values == sorted(values, reverse=descending), field
            assert len({t.id for t in found}) == page.total == len(found)


async def test_what_was_delegated_is_in_a_list_of_its_own(bench: Bench) -> None:
    await bench.deploy(asked(0))
    await bench.start("p0", due=None, prio=1)
    (task,) = await _all(bench, **KIM)
    await bench.runtime.task_action(task.id, "delegate", who="kim", to="lee")
    (delegated,) = await _all(bench, view="delegated", **KIM)
    assert (delegated.assignee, delegated.owner) == ("lee", "kim")
    assert await _all(bench, view="delegated", user="lee") == []
    await bench.runtime.task_action(task.id, "resolve", who="lee")
    assert await _all(bench, view="delegated", **KIM) == []


async def test_a_task_leaves_the_lists_with_the_suspension_of_its_instance(bench: Bench) -> None:
    await bench.deploy(asked(3))
    started = await bench.start("p3", due=None, prio=1)
    for _ in range(2):
        assert len(await _all(bench, **KIM)) == 1
        await bench.runtime.act(started.id, "suspend", who="oda")
        assert await _all(bench, **KIM) == []
        free = "select key from candidate where instance_id=? and free=1"
        assert await bench.runtime.store.read(free, (started.id,)) == []
        await bench.runtime.act(started.id, "resume", who="oda")
    (task,) = await _all(bench, **KIM)
    await bench.runtime.task_action(task.id, "claim", who="lee")
    assert await _all(bench, **KIM) == []
    await bench.runtime.task_action(task.id, "unclaim", who="lee")
    assert len(await _all(bench, **KIM)) == 1


async def test_pages_are_stable_while_tasks_come_and_go(bench: Bench) -> None:
    await bench.deploy(asked(1))
    first = [(await bench.start("p1", due=None, prio=50)).id for _ in range(6)]
    page = await bench.runtime.tasks(TaskQuery(limit=3, **KIM))
    assert [t.instance_id for t in page.items] == first[:3]
    await bench.runtime.act(first[0], "terminate", who="oda")
    await bench.start("p1", due="PT1H", prio=50)  # it belongs before all of them
    following = await bench.runtime.tasks(TaskQuery(limit=3, after=page.after, **KIM))
    assert [t.instance_id for t in following.items] == first[3:]


async def test_counts_and_groups(bench: Bench) -> None:
    known = await _filled(bench)
    now = bench.clock.now()
    listed = [t for t in known if t.state == "open" and not t.suspended]
    days = ends(now, "UTC")
    for everything in (True, False):
        query = TaskQuery(everything=everything, days=days, **KIM)
        seen = [t for t in listed if everything or _seen_by_kim(t)]
        counted = {each.key: each.count for each in await bench.runtime.lists.counts(query)}
        assert counted == {
            "todo": len(seen),
            "overdue": sum(0 < t.due_at < now for t in seen),
            "mine": sum(t.assignee == "kim" for t in listed),
            "claimable": sum(not t.assignee and _seen_by_kim(t) for t in listed),
            "delegated": 0,
            "paused": sum(t.state == "open" and t.suspended and (everything or _seen_by_kim(t)) for t in known),
        }
        due = await bench.runtime.lists.groups(query, "due")
        assert [each.key for each in due] == ["overdue", "today", "week", "later", "none"]
        assert sum(each.count for each in due) == len(seen)
        for each in due:
            asking = TaskQuery(everything=everything, days=days, due=each.key, **KIM)
            assert (await bench.runtime.tasks(asking)).total == each.count
        processes = await bench.runtime.lists.groups(query, "process")
        assert {each.key: each.count for each in processes} == {
            name: number for n in range(len(OFFERS))
            if (number := sum(t.definition == (name := f"p{n}") for t in seen))
        }  # fmt: skip
        query.text = "müller"
        some = await bench.runtime.lists.groups(query, "due")
        assert sum(each.count for each in some) == sum(int(t.business_key[6:]) % 3 != 0 for t in seen)
    with pytest.raises(Problem, match="colour"):
        await bench.runtime.lists.groups(TaskQuery(), "colour")


async def test_what_is_many_is_not_counted_to_the_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    known = await _filled(bench)
    listed = [t for t in known if t.state == "open" and not t.suspended]
    for module in (task_lists, task_groups, task_arms):
        monkeypatch.setattr(module, "FEW", 4)
    page = await bench.runtime.tasks(TaskQuery(everything=True, limit=2))
    assert (page.total, page.more) == (4, True)
    found = await _all(bench, everything=True, text="müller")
    assert {t.id for t in found} == {t.id for t in listed if int(t.business_key[6:]) % 3}
    counted = await bench.runtime.lists.counts(TaskQuery(**KIM))
    assert [(each.count, each.more) for each in counted if each.key == "todo"] == [(4, True)]


async def test_a_cursor_of_another_list_is_refused(bench: Bench) -> None:
    await _filled(bench, 12)
    page = await bench.runtime.tasks(TaskQuery(everything=True, limit=1))
    for query in (TaskQuery(after="x"), TaskQuery(after=page.after, order_field="name"), TaskQuery(after="W10")):
        with pytest.raises(Problem, match="after"):
            await bench.runtime.tasks(query)


async def test_a_new_title_is_found_and_the_old_one_is_not(bench: Bench) -> None:
    computed = 'dyn ' + line(
        '<startEvent id="start"/>', '<userTask id="ask" name="Ask" andante:title="=&quot;Call &quot; + who"/>',
        '<endEvent id="end"/>',
    )  # fmt: skip
    await bench.deploy(asked(1), computed)
    started = await bench.runtime.start("dyn", variables={"who": "Ola Nordmann"}, who="anna")
    await bench.runtime.start("dyn", variables={"who": "Kari"}, who="anna")
    (found,) = await _all(bench, everything=True, text="nordm")
    assert found.instance_id == started.id
    await bench.runtime.act(started.id, "terminate", who="oda")
    assert await _all(bench, everything=True, text="nordm") == []
    (over,) = await _all(bench, everything=True, view="history", text="ORDMANN")
    assert over.instance_id == started.id
    await bench.runtime.delete_instance(started.id, who="oda")
    assert await _all(bench, everything=True, view="history", text="nordm") == []


PLANNED: Final[list[dict[str, Any]]] = [
    {}, {"scope": "mine"}, {"scope": "free"}, {"definition": "p1"}, {"name": "Ask 2"}, {"element": "ask1"},
    {"assignee": "kim"}, {"queue": "desk"}, {"candidate": "group:staff"}, {"overdue": True}, {"instance_id": "x"},
    {"business_key": "order-1"}, {"text": "müller"}, {"view": "history"}, {"view": "delegated"}, {"view": "paused"},
    {"order_field": "created_at"}, {"order_field": "due_at"}, {"order_field": "name"},
]  # fmt: skip
WHOLE: Final = re.compile(
    r"^SCAN (t|task|instance|i|candidate|c|search|s)\b(?! USING (COVERING )?INDEX)"
    r"|Seq Scan on (task|instance|candidate|search)\b"
)


@pytest.mark.parametrize("everything", [True, False])
async def test_no_list_is_found_by_looking_at_every_task(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, everything: bool
) -> None:
    await _filled(bench)
    store = bench.runtime.store
    sent: list[tuple[str, list[object]]] = []
    browse = type(store).browse

    async def watched(self: Store, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        sent.append((sql, list(parameters)))
        return await browse(self, sql, parameters)

    monkeypatch.setattr(type(store), "browse", watched)
    for few in (5_000, 0):
        if not few:
            monkeypatch.setattr(task_lists.Reading, "_drivers", lambda _: [])
        for asking in PLANNED:
            query = TaskQuery(everything=everything, **KIM, limit=2, **asking)
            page = await bench.runtime.tasks(query)
            if page.after:
                query.after = page.after
                await bench.runtime.tasks(query)
    await bench.runtime.lists.counts(TaskQuery(everything=everything, **KIM))
    for by in ("due", "process"):
        await bench.runtime.lists.groups(TaskQuery(everything=everything, days=(START, START + DAY), **KIM), by)
    assert len(sent) > 80
    explain = "explain query plan " if bench.url.startswith("sqlite") else "explain "
    for sql, values in dict(sent).items():
        plan = await _plan(bench, explain, sql, values)
        scans = [step for step in plan if WHOLE.search(step.strip())]
        assert not scans, (scans, sql)
        if not everything:  # what is one person's is looked up, not met on a walk through all
            assert not [step for step in plan if "ix_task_rank" in step], sql


async def _plan(bench: Bench, explain: str, sql: str, values: list[object]) -> list[str]:
    """The steps; on PostgreSQL as if tables were too large to be read whole."""
    if explain == "explain query plan ":
        return [str(row[3]) for row in await bench.runtime.store.read(explain + sql, values)]
    with psycopg.connect(bench.url) as connection:
        connection.execute("set enable_seqscan=off")
        connection.execute("set enable_sort=on")
        text = sql.replace("%", "%%").replace("?", "%s").encode()
        rows = connection.execute(explain.encode() + text, [str(v) if isinstance(v, str) else v for v in values])
        return [str(row[0]) for row in rows.fetchall()]


async def test_who_a_task_is_taken_from_does_not_see_it_any_more(bench: Bench) -> None:
    await bench.deploy(asked(3))
    await bench.start("p3", due=None, prio=1)
    (task,) = await _all(bench, **KIM)
    await bench.runtime.task_action(task.id, "transfer", who="oda", to="group:board")
    assert await _all(bench, **KIM) == []
    counted = {each.key: each.count for each in await bench.runtime.lists.counts(TaskQuery(**KIM))}
    assert (counted["todo"], counted["claimable"]) == (0, 0)
    assert [t.id for t in await _all(bench, user="bea", groups=["board"])] == [task.id]


async def test_the_answer_to_who_completes_a_task_has_its_times(bench: Bench) -> None:
    task = (
        '<userTask id="do"><extensionElements><andante:sla goal="PT1H" deadline="PT4H"/></extensionElements></userTask>'
    )
    await bench.deploy("timed " + line('<startEvent id="start"/>', task, '<endEvent id="end"/>'))
    await bench.start("timed")
    (found,) = await bench.todo()
    done = await bench.complete(found)
    assert (done.goal_at, done.due_at) == (found.goal_at, found.due_at) != (0, 0)
    assert done == await bench.runtime.task(done.id)
