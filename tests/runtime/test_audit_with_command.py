"""What the audit log has of a command to an instance is written with the command: both are there, or neither."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from server import START, bpmn, line

from andante.runtime import Problem, Runtime, TestClock
from andante.runtime.auditing import AuditQuery, Origin, keep, keep_refusal
from andante.store.audit import Asked, Entry, begin, note
from andante.store.faults import Duplicate, StoreLost, StoreProblem
from andante.store.projection import Batch
from andante.store.store import Answer

APPROVAL = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')


@pytest.fixture
async def runtime(database_url: str) -> AsyncIterator[Runtime]:
    runtime = await Runtime.open(database_url, clock=TestClock(START), timers=False)
    await runtime.audit.log.start()
    await runtime.deploy_xml(bpmn(APPROVAL), who="dora")
    yield runtime
    await runtime.close()


async def ask(runtime: Runtime, id: str, action: str) -> str:
    """As the handler of a request does; how it was answered."""
    begin(Asked(runtime.audit.log, Origin("oda"), "", id))
    note(f"instance.{action}", rides=True)
    try:
        await runtime.act(id, action, who="oda")
    except Problem as problem:
        await keep_refusal(problem.code, problem.status)
        return problem.code
    await keep()
    return "done"


async def kept(runtime: Runtime) -> list[tuple[str, str, str]]:
    """What the log has of instances, the oldest first."""
    found, _ = await runtime.audit.many(AuditQuery(action="instance"), 1_000)
    assert (await runtime.audit.verify()).faults == []
    return [(each.object, each.action.partition(".")[2], each.outcome) for each in reversed(found)]


async def started(runtime: Runtime, count: int) -> list[str]:
    return [(await runtime.start("approval", who="anna")).id for _ in range(count)]


def counted(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with the transactions that are made from now on."""
    made: list[str] = []
    submit, write = runtime.store.submit, runtime.store.write

    def submitted(batch: Batch, answer: Answer) -> None:
        made.append("batch")
        submit(batch, answer)

    async def written(statements: Iterable[Any]) -> None:
        made.append("rows")
        await write(list(statements))

    monkeypatch.setattr(runtime.store, "submit", submitted)
    monkeypatch.setattr(runtime.store, "write", written)
    return made


async def test_a_command_and_its_row_are_one_transaction(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    (id,) = await started(runtime, 1)
    made = counted(runtime, monkeypatch)
    assert await ask(runtime, id, "suspend") == "done"
    assert made == ["batch"]
    assert await kept(runtime) == [(id, "suspend", "done")]


async def test_what_changes_nothing_and_what_is_refused_is_kept_too(runtime: Runtime) -> None:
    (id,) = await started(runtime, 1)
    answers = [await ask(runtime, id, each) for each in ("resume", "terminate", "suspend")]
    assert (answers[:2], answers[2] == "done") == (["done", "done"], False)
    assert await kept(runtime) == [(id, "resume", "done"), (id, "terminate", "done"), (id, "suspend", "refused")]


async def test_many_at_once_beside_rows_of_others(runtime: Runtime) -> None:
    ids = await started(runtime, 40)

    async def by_itself(number: int) -> None:
        await runtime.audit.log.write([], Entry("group.add", f"g{number}"))

    async def both(id: str) -> None:
        for action in ("suspend", "resume", "resume", "suspend"):
            assert await ask(runtime, id, action) == "done"

    await asyncio.gather(*(both(id) for id in ids), *(by_itself(number) for number in range(40)))
    rows = await kept(runtime)
    for id in ids:
        assert [action for of, action, _ in rows if of == id] == ["suspend", "resume", "resume", "suspend"]


@pytest.mark.parametrize("fault", [StoreProblem("full"), StoreLost("gone"), Duplicate("there already")])
async def test_a_batch_that_is_not_written_leaves_no_row_of_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, fault: StoreProblem
) -> None:
    first, second = await started(runtime, 2)
    assert await ask(runtime, first, "suspend") == "done"
    with monkeypatch.context() as patched:
        patched.setattr(runtime.store, "submit", lambda batch, answer: answer(fault))
        assert await ask(runtime, second, "suspend") != "done"
    assert not (await runtime.instance(second)).suspended
    assert await ask(runtime, second, "suspend") == "done"
    rows = await kept(runtime)
    assert sorted(row[0] for row in rows if row[2] == "done") == sorted([first, second])


async def test_a_second_server_that_was_faster(postgres_url: str) -> None:
    """Commands that begin anew on the other's state are kept once, and no chain has a gap."""
    clock = TestClock(START)
    one = await Runtime.open(postgres_url, clock=clock, timers=False)
    two = await Runtime.open(postgres_url, clock=clock, timers=False)
    await one.audit.log.start()
    await two.audit.log.start()
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    ids = await started(one, 10)

    async def turn(runtime: Runtime, id: str) -> None:
        for action in ("suspend", "resume") * 5:
            await ask(runtime, id, action)

    await asyncio.gather(*(turn(each, id) for id in ids for each in (one, two)))
    rows = await kept(one)
    assert len(rows) == 200
    assert one.executor.outrun + two.executor.outrun > 0
    await two.close()
    await one.close()
