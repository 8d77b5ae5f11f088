"""Retention: what has been over for long enough leaves the daily tables, whole call trees at a time."""

import asyncio

import pytest
from invariants import check
from server import HOUR, START, Bench, bpmn, line

from andante.runtime import Problem, Runtime, RuntimeSettings, StoreProblem, TestClock, membership, retention, verifying
from andante.runtime.upkeep import count_database, verify_database
from andante.store.archive import ArchiveQuery

DAY = 24 * HOUR
ONE = "one " + line('<startEvent id="s"/>', '<userTask id="do" name="Do it"/>', '<endEvent id="e"/>')
INNER = "inner " + line('<startEvent id="s"/>', '<userTask id="deep"/>', '<endEvent id="e"/>')
OUTER = (
    'outer <startEvent id="s"/><parallelGateway id="p"/><callActivity id="call" calledElement="inner"/>'
    '<callActivity id="again" calledElement="inner"/><parallelGateway id="j"/><endEvent id="e"/>'
    '<sequenceFlow id="f1" sourceRef="s" targetRef="p"/><sequenceFlow id="f2" sourceRef="p" targetRef="call"/>'
    '<sequenceFlow id="f3" sourceRef="p" targetRef="again"/><sequenceFlow id="f4" sourceRef="call" targetRef="j"/>'
    '<sequenceFlow id="f5" sourceRef="again" targetRef="j"/><sequenceFlow id="f6" sourceRef="j" targetRef="e"/>'
)


async def open_with(bench: Bench, **settings: object) -> None:
    """The same database with a server that is told otherwise."""
    await bench.runtime.close()
    bench.runtime = await Runtime.open(
        bench.url, clock=bench.clock, timers=False, settings=RuntimeSettings(**settings)  # type: ignore[arg-type]
    )  # fmt: skip


async def finished(bench: Bench, name: str = "one", **variables: object) -> str:
    started = await bench.start(name, **variables)
    for task in await bench.todo(instance_id=started.id):
        await bench.complete(task, done=True)
    return started.id


async def at_hand(bench: Bench) -> set[str]:
    return {row[0] for row in await bench.runtime.store.read("select id from instance")}


async def in_archive(bench: Bench) -> list[str]:
    return [each.id for each in (await bench.runtime.upkeep.archive.many(ArchiveQuery()))[0]]


async def test_nothing_goes_where_nothing_is_said(bench: Bench) -> None:
    await bench.deploy(ONE)
    over = await finished(bench)
    await bench.pass_time(10_000 * DAY)
    assert await bench.runtime.upkeep.retention.carry_out() == 0
    assert await at_hand(bench) == {over}


async def test_what_is_over_goes_when_its_time_has_passed(bench: Bench) -> None:
    await open_with(bench, retention="P30D")
    await bench.deploy(ONE)
    first = await finished(bench, amount=5)
    open_one = (await bench.start("one")).id
    await bench.pass_time(DAY)
    second = await finished(bench)
    await bench.pass_time(29 * DAY - 1)
    assert await bench.runtime.upkeep.retention.carry_out() == 0
    await bench.pass_time(1)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    assert await at_hand(bench) == {open_one, second}
    assert await in_archive(bench) == [first]
    with pytest.raises(Problem) as gone:
        await bench.runtime.instance(first)
    assert gone.value.status == 404
    with pytest.raises(Problem) as gone:
        await bench.runtime.act(first, "suspend", who="oda")
    assert gone.value.status == 404
    check(bench.url)  # no row of it is left
    await bench.pass_time(400 * DAY)
    await bench.runtime.upkeep.retention.carry_out()
    assert await at_hand(bench) == {open_one}
    assert sorted(await in_archive(bench)) == sorted([first, second])
    assert await bench.state(open_one) == "Waiting for user interaction"


async def test_the_archive_tells_the_whole_story(bench: Bench) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE)
    over = await finished(bench, amount=5)
    history = await bench.runtime.history(over)
    record = await bench.runtime.instance(over)
    await bench.pass_time(HOUR)
    await bench.runtime.upkeep.retention.carry_out()
    kept = await bench.runtime.upkeep.archive.one(over)
    assert kept.history == history
    assert kept.variables == {"amount": 5, "done": True}
    assert (kept.record.name, kept.record.version, kept.record.state, kept.record.commands) == (
        "one", "1.0.0", "Completed OK", 2,
    )  # fmt: skip
    assert (kept.record.started_at, kept.record.ended_at) == (record.started_at, record.ended_at)
    assert kept.record.archived_at == bench.clock.now()
    await bench.runtime.upkeep.archive.remove(over)
    for act in (bench.runtime.upkeep.archive.one, bench.runtime.upkeep.archive.remove):
        with pytest.raises(Problem) as gone:
            await act(over)
        assert gone.value.status == 404


async def test_without_an_archive_it_is_deleted(bench: Bench) -> None:
    await open_with(bench, retention="PT1H", archive=False)
    await bench.deploy(ONE)
    await finished(bench)
    await bench.pass_time(HOUR)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    assert (await at_hand(bench), await in_archive(bench)) == (set(), [])
    assert (bench.runtime.upkeep.retention.removed, bench.runtime.upkeep.retention.archived) == (1, 0)
    check(bench.url)


async def test_a_definition_says_otherwise(bench: Bench) -> None:
    await open_with(bench, retention="P30D")
    kept = ONE.replace("one ", "kept ")
    short = ONE.replace("one ", "short ")
    await bench.deploy(ONE, kept, short)
    by_name = {record.name: record.id for record in await bench.runtime.definitions()}
    for name in ("one", "kept", "short"):
        await finished(bench, name)
    await bench.runtime.definition_action(by_name["kept"], "retain", who="oda", retention="forever")
    changed = await bench.runtime.definition_action(by_name["short"], "retain", who="oda", retention="3")
    assert changed.retention == "P3D"
    with pytest.raises(Problem, match="retention"):
        await bench.runtime.definition_action(by_name["short"], "retain", who="oda", retention="soon")
    await bench.pass_time(3 * DAY)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    await bench.runtime.definition_action(by_name["short"], "retain", who="oda")
    await finished(bench, "short")
    await bench.pass_time(29 * DAY)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    await bench.pass_time(10_000 * DAY)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    (left,) = await at_hand(bench)
    assert (await bench.runtime.instance(left)).name == "kept"


async def test_a_call_tree_stays_whole_while_something_of_it_is_open(bench: Bench) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(OUTER, INNER)
    outer = (await bench.start("outer")).id
    await bench.runtime.run_due()
    first, second = await bench.todo()
    await bench.complete(first)
    await bench.pass_time(10 * HOUR)
    assert await bench.runtime.upkeep.retention.carry_out() == 0
    assert len(await at_hand(bench)) == 3
    await bench.complete(second)
    await bench.runtime.run_due()
    assert await bench.state(outer) == "Completed OK"
    assert await bench.runtime.upkeep.retention.carry_out() == 0  # the first caller's end counts
    await bench.pass_time(HOUR)
    assert await bench.runtime.upkeep.retention.carry_out() == 3
    assert await at_hand(bench) == set()
    assert len(await in_archive(bench)) == 3


async def test_what_it_asked_for_is_done_first(bench: Bench) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE)
    over, other = await finished(bench), await finished(bench)
    await bench.runtime.store.write([
        ("insert into outbox (instance_id, seq, n, lane, next_at, data) values (?, 2, 0, 'note', ?, ?)",
         [over, 10**15, b""]),
    ])  # fmt: skip
    await bench.pass_time(HOUR)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    assert await in_archive(bench) == [other]
    await bench.runtime.store.write([("update outbox set state='dead' where instance_id=?", [over])])
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    assert await at_hand(bench) == set()


async def test_many_and_large_trees_go_in_small_transactions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 4)
    monkeypatch.setattr(retention, "ROOTS", 3)
    monkeypatch.setattr(retention, "PART", 2)
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE, OUTER, INNER)
    for _ in range(7):
        await finished(bench)
        await bench.start("outer")
    await bench.runtime.run_due()
    for task in await bench.todo():
        await bench.complete(task)
    await bench.runtime.run_due()
    open_one = (await bench.start("outer")).id
    await bench.runtime.run_due()
    await bench.pass_time(HOUR)
    sizes = []
    write = bench.runtime.store.write

    async def watched(statements: list[tuple[str, list[object]]]) -> None:
        sizes.append(sum(sql.startswith("delete from instance") for sql, _ in statements))
        await write(statements)

    monkeypatch.setattr(bench.runtime.store, "write", watched)
    assert await bench.runtime.upkeep.retention.carry_out(rest=True) == 7 + 7 * 3
    assert max(sizes) <= 4
    assert len(await at_hand(bench)) == 3
    assert open_one in await at_hand(bench)
    check(bench.url)


async def test_one_that_is_touched_meanwhile_stays_and_the_others_go(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE)
    ids = [await finished(bench) for _ in range(3)]
    await bench.pass_time(HOUR)
    write = bench.runtime.store.write
    touched = False

    async def late(statements: list[tuple[str, list[object]]]) -> None:
        nonlocal touched
        if not touched:
            touched = True
            await write([("update instance set seq=seq+1 where id=?", [ids[1]])])
        await write(statements)

    monkeypatch.setattr(bench.runtime.store, "write", late)
    assert await bench.runtime.upkeep.retention.carry_out() == 2
    assert await at_hand(bench) == {ids[1]}
    rows = await bench.runtime.store.read("select count(*) from journal where instance_id=?", (ids[1],))
    assert rows[0][0] == 2
    assert sorted(await in_archive(bench)) == sorted([ids[0], ids[2]])


async def test_a_command_that_comes_meanwhile_finds_it_gone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE)
    over = await finished(bench)
    await bench.pass_time(HOUR)
    await bench.runtime.insight.projector.catch_up()
    write = bench.runtime.store.write
    asked: list[asyncio.Task[object]] = []

    async def slow(statements: list[tuple[str, list[object]]]) -> None:
        asked.append(asyncio.create_task(bench.runtime.act(over, "terminate", who="oda")))
        for _ in range(20):
            await asyncio.sleep(0)
        await write(statements)

    monkeypatch.setattr(bench.runtime.store, "write", slow)
    assert await bench.runtime.upkeep.retention.carry_out() == 1
    with pytest.raises(Problem) as gone:
        await asyncio.wait_for(asked[0], 10)
    assert gone.value.status == 404
    check(bench.url)


async def test_a_database_that_refuses_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE)
    over = await finished(bench)
    await bench.pass_time(HOUR)

    async def refuse(statements: object) -> None:
        raise StoreProblem("no")

    with monkeypatch.context() as broken:
        broken.setattr(bench.runtime.store, "write", refuse)
        assert await bench.runtime.upkeep.retention.carry_out() == 0
    assert await bench.state(over) == "Completed OK"
    assert await bench.runtime.upkeep.retention.carry_out() == 1


async def test_pages_of_the_archive(bench: Bench) -> None:
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE, INNER)
    for number in range(5):
        started = await bench.runtime.start("one", who="anna", business_key=f"K{number}")
        await bench.runtime.act(started.id, "terminate", who="oda")
        await bench.pass_time(1)
    await bench.pass_time(HOUR)
    await bench.runtime.upkeep.retention.carry_out()
    archive = bench.runtime.upkeep.archive
    keys, after = [], ""
    while True:
        page, after = await archive.many(ArchiveQuery(limit=2, after=after))
        keys += [each.business_key for each in page]
        if not after:
            break
    assert keys == ["K4", "K3", "K2", "K1", "K0"]
    (third,) = (await archive.many(ArchiveQuery(business_key="K2")))[0]
    assert third.state == "User Terminated"
    assert (await archive.many(ArchiveQuery(name="inner")))[0] == []
    some = (await archive.many(ArchiveQuery(ended_after=third.ended_at, ended_before=third.ended_at + 1)))[0]
    assert some == [third]
    with pytest.raises(Problem, match="cursor"):
        await archive.many(ArchiveQuery(after="x-y"))


async def two_servers(url: str, clock: TestClock) -> list[Runtime]:
    settings = RuntimeSettings(retention="PT1H")
    return [await Runtime.open(url, clock=clock, timers=False, settings=settings) for _ in range(2)]


async def over(runtime: Runtime, count: int) -> None:
    await runtime.deploy_xml(bpmn(ONE), who="dora")
    for _ in range(count):
        started = await runtime.start("one", who="anna")
        await runtime.act(started.id, "terminate", who="oda")


async def test_of_several_servers_one_does_it(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "BEAT", 0.02)
    monkeypatch.setattr(membership, "TRUST", 0.05)
    clock = TestClock(START)
    servers = await two_servers(postgres_url, clock)
    try:
        await over(servers[0], 5)
        clock.set(START + HOUR)
        while sum(each._sharing.first for each in servers) != 1:
            await asyncio.sleep(0)
        removed = [await each.upkeep.retention.carry_out() for each in servers]
        assert sorted(removed) == [0, 5]
        first = removed.index(5)
        await over(servers[1 - first], 3)
        clock.set(START + 3 * HOUR)
        await servers.pop(first).close()
        while not servers[0]._sharing.first:
            await asyncio.sleep(0)
        assert await servers[0].upkeep.retention.carry_out() == 3
    finally:
        for each in servers:
            await each.close()
    check(postgres_url)


async def test_two_that_think_it_theirs_do_no_harm(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "BEAT", 0.02)
    monkeypatch.setattr(membership, "TRUST", 0.05)
    monkeypatch.setattr(retention, "AT_ONCE", 5)
    monkeypatch.setattr(retention, "ROOTS", 7)
    clock = TestClock(START)
    servers = await two_servers(postgres_url, clock)
    try:
        await over(servers[0], 60)
        clock.set(START + HOUR)
        for each in servers:
            each.upkeep.retention._mine = lambda: True
        await asyncio.gather(*(each.upkeep.retention.carry_out() for each in servers))
        await servers[0].upkeep.retention.carry_out()
        assert sum(each.upkeep.retention.removed for each in servers) == 60
        for table, count in (("instance", 0), ("journal", 0), ("archive", 60)):
            assert await servers[0].store.read(f"select count(*) from {table}") == [(count,)]
    finally:
        for each in servers:
            await each.close()
    check(postgres_url)


async def test_the_archive_is_verified_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying.verify_archive, "__defaults__", (2,))
    await open_with(bench, retention="PT1H")
    await bench.deploy(ONE)
    ids = sorted([await finished(bench) for _ in range(5)])
    await bench.pass_time(HOUR)
    await bench.runtime.upkeep.retention.carry_out()

    async def drift() -> list[tuple[str, str]]:
        parts = [part async for part in verify_database(bench.url)]
        assert sum(part.checked for part in parts) == await count_database(bench.url) == 5
        return [(each.instance, each.table) for part in parts for each in part.drift]

    assert await drift() == []
    other = (await bench.runtime.store.read("select data from archive where id=?", (ids[4],)))[0][0]
    await bench.runtime.store.write([
        ("update archive set data=? where id=?", [b"\x01nonsense", ids[0]]),
        ("update archive set seq=3 where id=?", [ids[1]]),
        ("update archive set data=? where id=?", [bytes(other), ids[3]]),
    ])  # fmt: skip
    assert await drift() == [(ids[0], "archive"), (ids[1], "archive"), (ids[3], "archive")]
