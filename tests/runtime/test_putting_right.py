"""What a server of the release before writes is in the lists of this one, and in its place."""

from server import Bench, line

from andante.runtime import TaskQuery
from andante.runtime.putting_right import PuttingRight

OFFERED = "offered " + line(
    '<startEvent id="start"/>',
    '<userTask id="do" andante:candidateUsers="kim,lee" andante:priority="=prio"/>',
    '<endEvent id="end"/>',
)


async def test_what_an_older_server_wrote_is_put_right(bench: Bench) -> None:
    await bench.deploy(OFFERED)
    low, high, stopped = [
        await bench.runtime.start("offered", variables={"prio": prio}, who="anna", title=f"Letter {prio}")
        for prio in (10, 90, 50)
    ]
    store = bench.runtime.store
    everything = await store.read("select instance_id, key, rank, suspended, definition from task order by 1")
    who = await store.read("select instance_id, who, rank, free from candidate order by 1, 2")
    await store.write(
        [
            ("update task set rank=0, definition='', suspended=0", []),
            ("update candidate set rank=0, free=1", []),
            ("delete from search", []),
            ("update instance set suspended=1 where id=?", [stopped.id]),
        ]
    )
    kim = TaskQuery(user="kim")
    assert {t.instance_id for t in (await bench.runtime.tasks(kim)).items} == {low.id, high.id}
    right = PuttingRight(store, lambda: True, lambda: 1)
    assert await right.carry_out() == 3
    assert await right.carry_out() == 0
    assert [t.instance_id for t in (await bench.runtime.tasks(kim)).items] == [high.id, low.id]
    found = await bench.runtime.tasks(TaskQuery(user="kim", text="letter 9"))
    assert [t.instance_id for t in found.items] == [high.id]
    await store.write([("update instance set suspended=0 where id=?", [stopped.id])])
    assert await right.carry_out() == 1
    assert await store.read("select instance_id, key, rank, suspended, definition from task order by 1") == everything
    assert await store.read("select instance_id, who, rank, free from candidate order by 1, 2") == who
