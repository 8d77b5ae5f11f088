"""PostgreSQL's pipeline: what is sent together is one transaction, whatever becomes of the connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from cluster import Cluster
from psycopg import pq

from andante.store.faults import Duplicate, NotPrepared, StoreLost, StoreProblem
from andante.store.postgres import line as lines
from andante.store.postgres import results
from andante.store.postgres.line import Line
from andante.store.postgres.pipe import Call, Pipe

INSERT = b"insert into t values ($1::int8)"
COUNT = b"select count(*) from t"


def put(number: int) -> Call:
    return INSERT, [str(number).encode()], 0


async def numbers(pipe: Pipe) -> list[int]:
    (result,) = await pipe.run([(b"select n from t order by n", (), 0)])
    return [row[0] for row in results.rows(result)]


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
async def pipe(postgres_url: str) -> AsyncIterator[Pipe]:
    opened = await Pipe.open(postgres_url)
    await opened.run([(b"create table t (n int8 primary key)", (), 0)])
    yield opened
    opened.close()


async def pid(pipe: Pipe) -> int:
    (result,) = await pipe.run([(b"select pg_backend_pid()", (), 0)])
    number: int = results.rows(result)[0][0]
    return number


async def test_transactions_follow_each_other_without_waiting(pipe: Pipe) -> None:
    sent = [pipe.send([put(n), put(n + 100)]) for n in range(100)]
    assert pipe.depth == 100
    await asyncio.gather(*sent)
    assert await numbers(pipe) == list(range(200))
    assert pipe.depth == 0


async def test_a_refusal_in_mid_transaction_leaves_nothing_and_harms_no_other(pipe: Pipe) -> None:
    before, bad, after = pipe.send([put(1)]), pipe.send([put(2), put(1), put(3)]), pipe.send([put(4)])
    await before
    with pytest.raises(Duplicate):
        await bad
    await after
    assert await numbers(pipe) == [1, 4]


async def test_a_statement_whose_preparation_was_called_off_is_prepared_again(pipe: Pipe) -> None:
    """The second transaction is sent while it is not known yet that the first, which prepares, fails."""
    await pipe.run([put(1)])
    count: Call = (COUNT, (), 0)
    bad, behind = pipe.send([put(1), count]), pipe.send([count])
    with pytest.raises(Duplicate):
        await bad
    with pytest.raises(NotPrepared):
        await behind
    (result,) = await pipe.run([count])
    assert results.rows(result) == [(1,)]
    again = pipe.send([put(1), (b"select 5", (), 0)])
    (result,) = await pipe.run([(b"select 5", (), 0)])  # tries once more by itself
    assert results.rows(result) == [(5,)]
    with pytest.raises(Duplicate):
        await again


async def test_a_statement_that_is_wrong_is_told_apart(pipe: Pipe) -> None:
    with pytest.raises(StoreProblem, match="42P01"):
        await pipe.run([(b"select * from nowhere", (), 0)])
    with pytest.raises(StoreProblem, match="22012"):
        await pipe.run([put(7), (b"select 1/0", (), 0)])
    assert await numbers(pipe) == []


async def test_a_connection_lost_in_mid_batch_fails_all_that_is_on_its_way(pipe: Pipe, cluster: Cluster) -> None:
    lost: list[bool] = []
    pipe.lost = lambda: lost.append(True)
    victim = await pid(pipe)
    slow = pipe.send([put(1), (b"select pg_sleep(60)", (), 0), put(2)])
    behind = pipe.send([put(3)])
    cluster.execute(f"select pg_terminate_backend({victim})")
    for future in (slow, behind):
        with pytest.raises(StoreLost):
            await future
    await until(lambda: lost)
    assert pipe.closed
    assert pipe.depth == 0
    with pytest.raises(StoreLost):
        await pipe.run([put(4)])
    assert lost == [True]


async def test_nothing_of_a_batch_is_there_that_was_lost_before_its_end(
    pipe: Pipe, postgres_url: str, cluster: Cluster
) -> None:
    victim = await pid(pipe)
    slow = pipe.send([put(1), (b"select pg_sleep(60)", (), 0)])
    cluster.execute(f"select pg_terminate_backend({victim})")
    with pytest.raises(StoreLost):
        await slow
    other = await Pipe.open(postgres_url)
    assert await numbers(other) == []
    other.close()


async def test_an_idle_connection_that_ends_is_noticed(pipe: Pipe, cluster: Cluster) -> None:
    lost: list[bool] = []
    pipe.lost = lambda: lost.append(True)
    cluster.execute(f"select pg_terminate_backend({await pid(pipe)})")
    await until(lambda: lost)


async def test_a_reader_that_is_gone_harms_nobody(pipe: Pipe) -> None:
    """Who asked has been cancelled; the answer comes all the same, and the next one gets its own."""
    gone = pipe.send([put(1)])
    gone.cancel()
    failing = pipe.send([put(1)])
    failing.cancel()
    assert await numbers(pipe) == [1]


async def test_more_than_the_socket_takes_at_once(pipe: Pipe) -> None:
    big = b"x" * 8_000_000
    answers = await asyncio.gather(*(pipe.send([(b"select length($1::text)", [big], 0)]) for _ in range(5)))
    assert [results.rows(answer[0]) for answer in answers] == [[(len(big),)]] * 5


async def test_notifications_are_heard(pipe: Pipe, postgres_url: str) -> None:
    heard: list[tuple[str, str]] = []
    pipe.heard = lambda channel, text: heard.append((channel, text))
    await pipe.run([(b"listen news", (), 0)])
    other = await Pipe.open(postgres_url)
    await other.run([(b"select pg_notify('news', $1)", ["grüße".encode()], 0)])
    await until(lambda: heard)
    assert heard == [("news", "grüße")]
    other.close()


async def test_a_server_that_became_read_only_is_left(pipe: Pipe) -> None:
    """It has been the primary, and is not any more: the way to the new one is to connect again."""
    lost: list[bool] = []
    pipe.lost = lambda: lost.append(True)
    await pipe.run([(b"set default_transaction_read_only=on", (), 0)])
    with pytest.raises(StoreLost, match="read-only"):
        await pipe.run([put(1)])
    assert lost == [True]
    assert pipe.closed


async def test_what_the_driver_makes_up_is_no_answer_of_the_database(pipe: Pipe) -> None:
    """The connection broke while the driver wrote, and it says so in the place of a result."""
    asked = pipe.send([put(1)])
    pipe._take(pipe._pg.make_empty_result(pq.ExecStatus.FATAL_ERROR))
    with pytest.raises(StoreLost):
        await asked
    assert pipe.closed


# A line: a connection that comes back.


@pytest.fixture
async def line(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(lines, "FIRST_PAUSE", 0.01)
    opened = Line(postgres_url, "-c jit=off", greeting="set application_name='greeted'")
    await opened.open()
    await (await opened.pipe()).run([(b"create table t (n int8 primary key)", (), 0)])
    yield opened
    opened.close()


async def lose(line: Line, cluster: Cluster) -> None:
    pipe = await line.pipe()
    victim = await pid(pipe)
    cluster.execute(f"select pg_terminate_backend({victim})")
    await until(lambda: pipe.closed)


async def test_a_line_connects_again_and_prepares_anew(line: Line, cluster: Cluster) -> None:
    await (await line.pipe()).run([put(1)])
    await lose(line, cluster)
    pipe = await line.pipe()
    assert line.connections == 2
    await pipe.run([put(2)])
    (result,) = await pipe.run([(b"show application_name", (), 0)])
    assert results.rows(result) == [("greeted",)]
    assert await numbers(pipe) == [1, 2]


async def test_what_only_asks_is_asked_again_on_the_next_connection(line: Line, cluster: Cluster) -> None:
    victim = await pid(await line.pipe())
    asking = asyncio.create_task(line.read([(b"select pg_sleep(case when pg_backend_pid()=$1 then 60 else 0 end), 1",
                                             [str(victim).encode()], 0)]))  # fmt: skip
    await until(lambda: line.depth)
    cluster.execute(f"select pg_terminate_backend({victim})")
    (result,) = await asyncio.wait_for(asking, 20)
    assert result.ntuples == 1


async def test_a_line_goes_on_trying_whatever_goes_wrong(
    line: Line, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it meets a server that is still a standby, where not every greeting is understood."""
    line._greeting = "select 1/0"
    failures: list[str] = []
    connect = Line._connect

    async def counted(self: Line) -> None:
        try:
            await connect(self)
        except Exception as fault:
            failures.append(str(fault))
            raise

    monkeypatch.setattr(Line, "_connect", counted)
    await lose(line, cluster)
    await until(lambda: len(failures) >= 3)
    line._greeting = "set application_name='greeted'"
    assert await numbers(await line.pipe()) == []


async def test_who_waits_for_a_line_in_vain_is_told(
    line: Line, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PATIENCE", 0.05)
    line._url = "postgresql://postgres@127.0.0.1:1/none"
    await lose(line, cluster)
    with pytest.raises(StoreLost, match="does not answer"):
        await line.pipe()


async def test_a_line_that_is_closed_stays_closed(postgres_url: str, cluster: Cluster) -> None:
    line = Line(postgres_url, greeting="set application_name='late'")
    opening = asyncio.create_task(line.open())
    await asyncio.sleep(0)
    line.close()
    with contextlib.suppress(StoreLost):
        await opening
    assert line.ready is None
    async with asyncio.timeout(20):
        while cluster.execute("select 1 from pg_stat_activity where application_name='late'"):
            await asyncio.sleep(0.01)


async def test_the_server_lets_go_of_who_is_cut_off(postgres_url: str) -> None:
    """A half transaction of one that is gone holds its rows locked no longer than some seconds: by the server's own
    look at the connection, since nobody else can."""
    pipe = await Pipe.open(postgres_url)
    (result,) = await pipe.run([(b"select name, setting from pg_settings where name like 'tcp%'", (), 0)])
    found = {name: int(value) for name, value in results.rows(result)}
    assert 0 < found["tcp_keepalives_idle"] + found["tcp_keepalives_interval"] * found["tcp_keepalives_count"] <= 10
    assert 0 < found["tcp_user_timeout"] <= 10_000
    pipe.close()


async def test_the_url_may_say_otherwise(postgres_url: str) -> None:
    pipe = await Pipe.open(f"{postgres_url}?application_name=mine&options=-c%20work_mem%3D5MB", "-c jit=off")
    for name, value in (("application_name", "mine"), ("work_mem", "5MB"), ("jit", "off")):
        (result,) = await pipe.run([(f"show {name}".encode(), (), 0)])
        assert results.rows(result) == [(value,)]
    pipe.close()


def test_an_unreachable_server_is_lost() -> None:
    async def connect() -> None:
        await Pipe.open("postgresql://postgres@127.0.0.1:1/none")

    with pytest.raises(StoreLost):
        asyncio.run(connect())
