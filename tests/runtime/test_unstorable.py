"""What cannot be written, and who was outrun: the neighbours in the batch are written all the same."""

import asyncio
from collections.abc import Sequence

import pytest
from invariants import check
from server import START, Bench, bpmn, line

from andante.runtime import Problem, Runtime, TestClock
from andante.store import statements as st
from andante.store.projection import Batch
from andante.store.store import Answer

APPROVAL = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')
NUL = "a\0b"


def statuses(answers: Sequence[object]) -> list[int]:
    for answer in answers:
        assert isinstance(answer, Problem) or not isinstance(answer, BaseException), answer
    return [answer.status if isinstance(answer, Problem) else 200 for answer in answers]


@pytest.fixture
async def server(postgres_url: str) -> Bench:
    clock = TestClock(START)
    return Bench(await Runtime.open(postgres_url, clock=clock, timers=False), clock, postgres_url)


async def test_a_text_that_cannot_be_written_fails_its_own_command_alone(server: Bench) -> None:
    runtime = server.runtime
    await server.deploy(APPROVAL)
    one, two = await server.start("approval"), await server.start("approval")
    (task, _) = sorted(await server.todo(), key=lambda task: task.instance_id)
    before = runtime.executor.batches
    answers = await asyncio.gather(
        runtime.set_variables(one.id, {"first": 1}, who="anna", introduce=True),
        runtime.task_action(task.id, "transfer", to=NUL, who="anna"),
        runtime.set_variables(one.id, {"second": NUL}, who="anna", introduce=True),
        runtime.task_action(task.id, "claim", who=f"eve{NUL}"),
        runtime.set_variables(one.id, {"third": 3}, who="anna", introduce=True),
        runtime.set_variables(two.id, {"other": 2}, who="anna", introduce=True),
        runtime.start("approval", business_key=NUL, who="anna"),
        runtime.start("approval", business_key="good", who="anna"),
        return_exceptions=True,
    )
    assert statuses(answers) == [200, 400, 200, 400, 200, 200, 400, 200]
    assert all("U+0000" in str(answer) for answer in answers if isinstance(answer, Problem))
    assert runtime.executor.batches > before
    assert await runtime.variables(one.id) == {"first": 1, "second": NUL, "third": 3}  # variables have any text
    assert await runtime.variables(two.id) == {"other": 2}
    assert [task.assignee for task in await server.todo()] == ["", "", ""]
    check(server.url)
    await runtime.close()


async def test_who_was_outrun_begins_anew_and_its_neighbours_are_written(
    server: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server changes an instance between the moment that it is read here and the moment it is written."""
    runtime = server.runtime
    await server.deploy(APPROVAL)
    other = await Runtime.open(server.url, clock=server.clock, timers=False)
    ids = [(await server.start("approval")).id for _ in range(5)]
    submit = runtime.store.submit
    tried: list[set[str]] = []

    def late(batch: Batch, answer: Answer) -> None:
        tried.append({str(row[0]) for row in batch.rows[st.INSTANCE_CHANGE]})
        if len(tried) > 1:
            submit(batch, answer)
            return
        faster = asyncio.ensure_future(other.act(ids[0], "terminate", who="oda"))
        also = asyncio.ensure_future(other.set_variables(ids[1], {"theirs": 1}, who="oda", introduce=True))
        asyncio.gather(faster, also).add_done_callback(lambda _: submit(batch, answer))

    monkeypatch.setattr(runtime.store, "submit", late)
    answers = await asyncio.gather(
        *(runtime.set_variables(id, {"ours": 1}, who="anna", introduce=True) for id in ids), return_exceptions=True
    )
    assert statuses(answers) == [409, 200, 200, 200, 200]
    assert runtime.executor.outrun == 2
    assert tried[0] == set(ids)
    assert await runtime.variables(ids[0]) == {}
    assert await runtime.variables(ids[1]) == {"theirs": 1, "ours": 1}
    assert [await runtime.variables(id) for id in ids[2:]] == [{"ours": 1}] * 3
    await other.close()
    await runtime.close()
    check(server.url)


async def test_one_that_is_outrun_again_and_again_is_told(server: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = server.runtime
    await server.deploy(APPROVAL)
    one, two = await server.start("approval"), await server.start("approval")
    submit = runtime.store.submit

    def always_late(batch: Batch, answer: Answer) -> None:
        if one.id in batch.bases:
            batch.bases[one.id] = 99
        submit(batch, answer)

    monkeypatch.setattr(runtime.store, "submit", always_late)
    answers = await asyncio.gather(
        runtime.act(one.id, "suspend", who="oda"), runtime.act(two.id, "suspend", who="oda"), return_exceptions=True
    )
    assert statuses(answers) == [503, 200]
    await runtime.close()
    check(server.url)


async def test_an_id_that_cannot_be_is_nowhere_and_harms_no_other(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    started = await bench.start("approval")
    bench.runtime.executor.forget()  # so that it is read again
    wrong = [f"{started.id}\0", "\ud800", "ä" * 20]
    answers = await asyncio.gather(
        *(bench.runtime.act(id, "suspend", who="oda") for id in [wrong[0], started.id, *wrong[1:]]),
        return_exceptions=True,
    )
    assert statuses(answers) == [404, 200, 404, 404]


async def test_what_is_asked_for_is_not_cut_short(server: Bench) -> None:
    """The driver would take a text for ended at U+0000."""
    await server.runtime.deploy_xml(bpmn(APPROVAL), who="dora")
    started = await server.start("approval")
    with pytest.raises(Exception, match=r"U\+0000|no instance"):
        await server.runtime.instance(f"{started.id}\0more")
    await server.runtime.close()
