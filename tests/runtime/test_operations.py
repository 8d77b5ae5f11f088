"""What operators look at, on both databases: causes of incidents, jobs, times, what is on its way, how far a batch
reaches."""

from typing import Final

from server import HOUR, MINUTE, START, Bench, line

from andante.runtime import Chosen, InstanceQuery, Operations

APPROVAL: Final = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')
PARENT: Final = "parent " + line(
    '<startEvent id="start"/>', '<callActivity id="sub" calledElement="approval"/>', '<endEvent id="end"/>'
)
FAILING: Final = "failing " + line(
    '<startEvent id="start"/>', '<userTask id="do" name="Do it" andante:dueDate="=due"/>', '<endEvent id="end"/>'
)
SERVED: Final = "served " + line(
    '<startEvent id="start"/>',
    '<serviceTask id="call"><extensionElements><zeebe:taskDefinition type="mail" retries="1"/></extensionElements>'
    "</serviceTask>",
    '<endEvent id="end"/>',
)
WAITING: Final = "waiting " + line(
    '<startEvent id="start"/>',
    '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>=after</timeDuration>'
    "</timerEventDefinition></intermediateCatchEvent>",
    '<endEvent id="end"/>',
)


async def test_incidents_are_grouped_by_what_caused_them(bench: Bench) -> None:
    await bench.deploy(FAILING, SERVED)
    operations = Operations(bench.runtime)
    assert (await operations.causes()).groups == []
    late = [(await bench.start("failing", due="nonsense")).id for _ in range(3)]
    bench.clock.set(START + MINUTE)
    late.append((await bench.start("failing", due="nonsense")).id)
    await bench.start("served")
    (job,) = await bench.runtime.activate_jobs(["mail"], worker="w")
    await bench.runtime.job_action(job.id, "fail", who="w", retries=0, message="mailbox 4711 is full")
    found = await operations.causes()
    assert [(each.name, each.element, each.label, len(each.ids)) for each in found.groups] == [
        ("failing", "do", "Do it", 4),
        ("served", "call", "", 1),
    ]
    first = found.groups[0]
    assert (sorted(first.ids), first.first_at, first.last_at) == (sorted(late), START, START + MINUTE)
    assert (found.seen, found.more) == (5, False)
    await bench.start("served")
    (job,) = await bench.runtime.activate_jobs(["mail"], worker="w")
    await bench.runtime.job_action(job.id, "fail", who="w", retries=0, message="mailbox 12 is full")
    again = await operations.cause(found.groups[1].key)
    assert again is not None
    assert (len(again.ids), again.message) == (
        2,
        "call: the job failed: mailbox 4711 is full",
    )  # numbers do not tell causes apart
    for each in late:
        await bench.runtime.set_variables(each, {"due": "P1D"}, who="oda")
        await bench.runtime.act(each, "retry", who="oda")
    assert await operations.cause(first.key) is None


async def test_what_workers_have_to_do(bench: Bench) -> None:
    await bench.deploy(SERVED)
    for _ in range(4):
        await bench.start("served")
    bench.clock.set(START + MINUTE)
    taken = await bench.runtime.activate_jobs(["mail"], worker="lena", max_jobs=2, lock_ms=MINUTE)
    operations = Operations(bench.runtime)
    (kind,) = (await operations.look()).jobs
    assert (kind.type, kind.count, kind.waiting, kind.locked, kind.later, kind.spent, kind.lost) == (
        "mail", 4, 2, 2, 0, 0, 0,
    )  # fmt: skip
    await bench.runtime.job_action(taken[0].id, "fail", who="lena", retries=0, message="gone")
    bench.clock.set(START + 3 * MINUTE)
    (kind,) = (await operations.look()).jobs
    assert (kind.waiting, kind.locked, kind.spent, kind.lost) == (3, 0, 1, 1)
    listed = await operations.jobs("mail")
    assert [each.retries for each in listed] == [0, 1, 1, 1]
    assert {each.worker for each in listed} >= {"lena"}
    assert await operations.jobs("fax") == []


async def test_times_and_the_state_of_the_server(bench: Bench) -> None:
    await bench.deploy(WAITING)
    for after in ("PT30S", "PT90S", "PT95S", "PT2H"):
        await bench.start("waiting", after=after)
    operations = Operations(bench.runtime)
    looked = await operations.look()
    assert (looked.timers.minutes[:3], sum(looked.timers.minutes)) == ([1, 2, 0], 3)
    assert (looked.timers.late, looked.timers.first) == (0, 0)
    assert [each.at - START for each in await operations.due()] == [30_000, 90_000, 95_000]
    bench.clock.set(START + MINUTE)
    timers = (await operations.look()).timers
    assert (timers.late, timers.first) == (1, START + 30_000)
    await bench.pass_time(3 * HOUR)
    looked = await operations.look()
    assert (sum(looked.timers.minutes), looked.timers.late) == (0, 0)
    assert (looked.outbox.inner, looked.outbox.notes, looked.outbox.oldest, looked.outbox.dead) == (0, 0, 0, 0)
    assert looked.size > 10_000
    assert looked.database in bench.url.replace("sqlite", "SQLite").replace("postgresql", "PostgreSQL")
    assert [each.alive for each in looked.servers] == ([True] if looked.database == "PostgreSQL" else [])


async def test_how_far_a_batch_reaches(bench: Bench) -> None:
    await bench.deploy(APPROVAL, PARENT, WAITING)
    plain = [(await bench.start("approval")).id for _ in range(3)]
    parent = await bench.start("parent")
    await bench.start("waiting", after="PT1H")
    await bench.runtime.outbox.drain()
    task = next(each for each in await bench.todo() if each.instance_id == plain[0])
    await bench.runtime.task_action(task.id, "claim", who="berta")
    await bench.runtime.act(plain[1], "suspend", who="oda")
    batches = bench.runtime.batches
    far = await batches.reach("suspend", Chosen(InstanceQuery()))
    assert (far.total, far.over, far.suspended, far.broken, far.concerned, far.called) == (5, 0, 1, 0, 4, 1)
    assert (far.tasks, far.held, far.timed, far.jobs) == (3, 1, 1, 0)  # of what is suspended already none
    back = await batches.reach("resume", Chosen(InstanceQuery(), [*plain]))
    assert (back.total, back.concerned, back.tasks) == (3, 1, 1)
    few = await batches.reach("terminate", Chosen(InstanceQuery(), [plain[0], parent.id, "unknown"]))
    assert (few.total, few.called, few.tasks) == (2, 1, 2)
    await bench.runtime.act(plain[0], "terminate", who="oda", reason="test")
    few = await batches.reach("terminate", Chosen(InstanceQuery(), [plain[0], parent.id]))
    assert (few.total, few.over, few.called, few.tasks) == (2, 1, 1, 1)


async def test_facets_count_each_instance_once(bench: Bench) -> None:
    await bench.deploy(APPROVAL, FAILING)
    ids = [(await bench.start("approval")).id for _ in range(3)]
    await bench.start("failing", due="nonsense")
    await bench.runtime.act(ids[0], "suspend", who="oda")
    operations = Operations(bench.runtime)
    found = {
        (each.name, each.suspended, each.incident): each.count for each in await operations.facets(InstanceQuery())
    }
    assert found == {("approval", False, False): 2, ("approval", True, False): 1, ("failing", False, True): 1}
    assert [each.count for each in await operations.facets(InstanceQuery(name="failing"))] == [1]
