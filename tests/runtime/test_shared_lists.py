"""Lists of one who stands in for others that share: what is offered to these is in them, along the same indexes."""

from collections.abc import Sequence
from typing import Any, Final

import psycopg
import pytest
from server import START, Bench, line
from test_lists import WHOLE

from andante.runtime import TaskQuery, TaskRecord
from andante.store import task_arms, task_lists
from andante.store.records import Share
from andante.store.store import Row, Store

OFFERS: Final = (
    'andante:candidateUsers="kim"',
    'andante:candidateUsers="kim,zoe"',
    'andante:candidateGroups="staff"',
    'andante:candidateGroups="staff,others"',
    'andante:candidateGroups="others"',
    'andante:queue="desk"',
    'andante:queue="desk" andante:candidateUsers="lee"',
    'andante:assignee="lee" andante:candidateGroups="staff"',
    "",
)
NAMES: Final = ("user:kim", "group:staff", "role:staff", "queue:desk")
ZOE: Final[dict[str, Any]] = {"user": "zoe", "groups": ["guests"]}
# How kim's tasks are shared with zoe, and lee's beside them; and which of them zoe then finds.
SHARED: Final[list[tuple[tuple[Share, ...], set[int]]]] = [
    ((), {1, 8}),
    ((Share("kim", NAMES, "", ""),), {0, 1, 2, 3, 5, 6, 8}),
    ((Share("kim", NAMES, "p2", ""), Share("kim", NAMES, "p3", "")), {1, 2, 3, 8}),
    ((Share("kim", NAMES, "", "desk"),), {1, 5, 6, 8}),
    ((Share("kim", NAMES, "p0", ""), Share("lee", ("user:lee", "group:staff"), "p3", "")), {0, 1, 3, 8}),
    ((Share("kim", NAMES, "", ""), Share("lee", ("user:lee", "group:staff", "group:others"), "p4", "")),
     {0, 1, 2, 3, 4, 5, 6, 8}),
]  # fmt: skip


async def filled(bench: Bench) -> None:
    await bench.deploy(
        *(
            f"p{n} " + line('<startEvent id="s"/>', f'<userTask id="ask" {offer}/>', '<endEvent id="e"/>')
            for n, offer in enumerate(OFFERS)
        )
    )
    for n in range(len(OFFERS)):
        for _ in range(2):
            await bench.start(f"p{n}")


def processes(tasks: Sequence[TaskRecord]) -> list[str]:
    return sorted(task.definition for task in tasks)


@pytest.mark.parametrize("walked", [False, True], ids=["gathered", "walked"])
async def test_what_is_offered_to_who_shares_is_found_and_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, walked: bool
) -> None:
    await filled(bench)
    if walked:
        monkeypatch.setattr(task_lists.Reading, "_drivers", lambda _: [])
    for shares, numbers in SHARED:
        expected = sorted(f"p{n}" for n in numbers for _ in range(2))
        for asking in ({}, {"scope": "free"}, {"order_field": "created_at"}, {"view": "all", "everything": False}):
            found: list[TaskRecord] = []
            query = TaskQuery(shares=shares, limit=4, **ZOE, **asking)
            while True:
                page = await bench.runtime.tasks(query)
                found += page.items
                if not page.after:
                    break
                query.after = page.after
            assert processes(found) == expected, (shares, asking)
            assert page.total == len(expected)
        counts = {each.key: each.count for each in await bench.runtime.lists.counts(TaskQuery(shares=shares, **ZOE))}
        assert (counts["todo"], counts["claimable"], counts["mine"]) == (len(expected), len(expected), 0)
        groups = await bench.runtime.lists.groups(TaskQuery(shares=shares, **ZOE), "process")
        assert {each.key: each.count for each in groups} == {f"p{n}": 2 for n in numbers}


async def test_many_names_are_asked_for_together(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_arms, "MANY_NAMES", 2)
    await filled(bench)
    for shares, numbers in SHARED:
        page = await bench.runtime.tasks(TaskQuery(shares=shares, **ZOE))
        assert processes(page.items) == sorted(f"p{n}" for n in numbers for _ in range(2))


async def test_none_of_them_is_found_by_looking_at_every_task(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(bench)
    store = bench.runtime.store
    sent: dict[str, list[object]] = {}
    browse = type(store).browse

    async def watched(self: Store, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        sent[sql] = list(parameters)
        return await browse(self, sql, parameters)

    monkeypatch.setattr(type(store), "browse", watched)
    for shares, _ in SHARED:
        for scope in ("", "free"):
            await bench.runtime.tasks(TaskQuery(shares=shares, scope=scope, limit=2, **ZOE))
        await bench.runtime.lists.counts(TaskQuery(shares=shares, days=(START, START), **ZOE))
    assert len(sent) > 20
    for sql, values in sent.items():
        steps = await plan(bench, sql, values)
        assert not [step for step in steps if WHOLE.search(step.strip()) or "ix_task_rank" in step], sql


async def plan(bench: Bench, sql: str, values: list[object]) -> list[str]:
    if bench.url.startswith("sqlite"):
        return [str(row[3]) for row in await bench.runtime.store.read(f"explain query plan {sql}", values)]
    with psycopg.connect(bench.url) as connection:
        connection.execute("set enable_seqscan=off")
        text = f"explain {sql}".replace("%", "%%").replace("?", "%s").encode()
        return [str(row[0]) for row in connection.execute(text, values).fetchall()]
