"""Verification: what is as it must be is found so, and each kind of damage is found."""

import tracemalloc

import pytest
from server import HOUR, Bench, line
from test_replay import run_through

from andante.runtime import verifying
from andante.runtime.upkeep import verify_database

MANY = "many " + line(
    '<startEvent id="start"/>',
    '<userTask id="ask" camunda:candidateUsers="kim,lee" camunda:dueDate="2026-02-01T00:00:00Z"/>',
    '<receiveTask id="hear" messageRef="m"/>',
    '<serviceTask id="do"><extensionElements><zeebe:taskDefinition type="do"/></extensionElements></serviceTask>',
    '<endEvent id="end"/>',
)
NEWS = '<message id="m" name="news" andante:correlation="=number"/>'


async def several(bench: Bench) -> list[str]:
    """Instances that wait for each kind of thing, ended ones, and a suspended one."""
    over = await run_through(bench)
    await bench.deploy(MANY, extra=NEWS)
    ids = [(await bench.start("many", number=n)).id for n in range(4)]
    for instance_id in ids[1:]:
        (task,) = await bench.todo(instance_id=instance_id)
        await bench.runtime.task_action(task.id, "claim", who="kim")
        await bench.complete(task)
    await bench.runtime.publish("news", correlation={"number": 2}, who="x")
    await bench.runtime.act(ids[3], "suspend", who="oda")
    ended = await bench.start("many", number=9)
    await bench.runtime.act(ended.id, "terminate", who="oda")
    return [over, *ids, ended.id]


async def found(bench: Bench, *ids: str) -> list[tuple[str, str]]:
    """Instance and table of each drift; over the runtime and from outside it is the same."""
    outside = [drift for each in [each async for each in verify_database(bench.url, ids)] for drift in each.drift]
    inside = []
    after = ""
    while True:
        done = await bench.runtime.upkeep.verify(ids, after=after)
        inside += done.drift
        after = done.after
        if not after:
            break
    assert inside == outside
    return [(each.instance, each.table) for each in outside]


async def test_what_is_right_is_found_right(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await several(bench)
    assert await found(bench) == []
    assert await found(bench, *ids) == []
    monkeypatch.setattr(verifying, "PART", 2)
    counts = [each.checked async for each in verify_database(bench.url)]
    assert sum(counts) == len(ids) + 1  # and the instance that one of them called
    one_by_one = []
    after = ""
    while True:
        done = await bench.runtime.upkeep.verify(after=after, limit=2)
        one_by_one.append(done.checked)
        after = done.after
        if not after:
            break
    assert sum(one_by_one) == sum(counts)
    assert await found(bench, "nobody") == []


@pytest.mark.parametrize(
    ("table", "damage"),
    [
        ("journal", "delete from journal where instance_id=? and seq=2"),
        (
            "journal",
            "delete from journal where instance_id=? and seq=(select max(seq) from journal where instance_id=?)",
        ),
        ("journal", "delete from journal where instance_id=? and seq=1"),
        ("instance", "update instance set due_at=5 where id=?"),
        ("instance", "update instance set state='Running', closed=1 where id=?"),
        ("instance", "update journal set at=at+1 where instance_id=?"),
        ("task", "delete from task where instance_id=?"),
        ("task", "update task set assignee='eve' where instance_id=?"),
        ("task", "update task set state='completed' where instance_id=?"),
        ("candidate", "delete from candidate where instance_id=? and who='user:lee'"),
    ],
)
async def test_damage_is_found(bench: Bench, table: str, damage: str) -> None:
    ids = await several(bench)
    hurt = ids[1]
    await bench.runtime.set_variables(hurt, {"number": 5}, who="oda")
    await bench.runtime.store.write([(damage, [hurt] * damage.count("?"))])
    drift = await found(bench)
    assert (hurt, table) in drift
    assert {instance for instance, _ in drift} == {hurt}
    assert await found(bench, hurt) == drift
    assert await found(bench, ids[0]) == []


async def test_what_waits_is_compared(bench: Bench) -> None:
    ids = await several(bench)
    await bench.runtime.store.write([
        ("delete from subscription where instance_id=?", [ids[2]]),
        ("update job set retries=0 where instance_id=?", [ids[3]]),
        ("insert into job (instance_id, key, type) values (?, 99, 'do')", [ids[1]]),
        ("update task set outcome='yes' where instance_id=?", [ids[5]]),
        ("insert into task (instance_id, key, state) values (?, 77, 'open')", [ids[0]]),
    ])  # fmt: skip
    drift = await found(bench)
    assert sorted(drift) == sorted(
        [(ids[0], "task"), (ids[1], "job"), (ids[2], "subscription"), (ids[3], "job"), (ids[5], "task")]
    )


async def test_rows_without_an_instance_are_found(bench: Bench) -> None:
    ids = await several(bench)
    await bench.runtime.store.write([
        ("delete from instance where id=?", [ids[1]]),
        ("insert into journal (instance_id, seq, data) values ('zzz', 1, ?)", [b""]),
        ("insert into outbox (instance_id, seq, n, data) values ('000', 1, 0, ?)", [b""]),
    ])  # fmt: skip
    drift = await found(bench)
    assert {("zzz", "journal"), ("000", "outbox"), (ids[1], "journal"), (ids[1], "task")} <= set(drift)
    assert {instance for instance, _ in drift} == {"zzz", "000", ids[1]}


async def test_a_state_that_cannot_be_read_stops_nothing(bench: Bench) -> None:
    ids = await several(bench)
    await bench.runtime.store.write([
        ("update instance set data=? where id=?", [b"\x93\x63\x90\x90", ids[1]]),
        ("update journal set data=? where instance_id=? and seq=1", [b"nonsense", ids[2]]),
    ])  # fmt: skip
    assert await found(bench) == [(ids[1], "instance"), (ids[2], "journal")]


async def test_beside_a_server_at_work(bench: Bench) -> None:
    await several(bench)
    parts = verify_database(bench.url)
    async for each in parts:
        assert each.drift == []
        await bench.start("many", number=3)
    await bench.pass_time(HOUR)
    assert await found(bench) == []


async def test_the_memory_it_takes_does_not_grow_with_the_database(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying.part, "__defaults__", (20, ""))
    await bench.deploy(MANY, extra=NEWS)
    peaks = []
    for more in (60, 300):
        for _ in range(more):
            await bench.runtime.start("many", variables={"number": 1, "text": "x" * 5_000}, who="anna")
        tracemalloc.start()
        checked = 0
        async for each in verify_database(bench.url):
            assert each.drift == []
            checked += each.checked
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert checked == 360
    assert peaks[1] < 2 * peaks[0]  # of six times as many instances
