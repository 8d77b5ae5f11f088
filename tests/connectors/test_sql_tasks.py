"""Service tasks that ask a database, on both kinds of database."""

from collections.abc import AsyncIterator
from html import escape
from pathlib import Path

import pytest
import sqlalchemy as sa
from doing import incident, model, run, settled

from andante.connectors import Connectors, read_sources
from andante.connectors.sources import Database, Source
from andante.connectors.sql import ask, question_of
from andante.runtime import Runtime, TestClock
from andante.settings import SettingsProblem
from andante.store.postgres.store import engine_of

START = 1_767_258_000_000
TABLES = (
    "create table customer (id integer primary key, name varchar(100), credit numeric(10,2), since date)",
    "insert into customer values (1, 'Ann', 120.50, '2020-02-29'), (2, 'Ben', 80, '2021-01-01'), (3, 'Eve', 0, null)",
)
NASTY = "x' or '1'='1'; drop table customer; --"


@pytest.fixture
def shop_url(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> str:
    """A database of the house, with customers."""
    if kind == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        engine = engine_of(url)
    else:
        url = f"sqlite:///{tmp_path}/shop.db"
        engine = sa.create_engine(url)
    with engine.begin() as connection:
        for each in TABLES:
            connection.execute(sa.text(each))
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
async def runtime(tmp_path: Path, shop_url: str) -> AsyncIterator[Runtime]:
    file = tmp_path / "sources.toml"
    file.write_text(
        f'[shop]\nurl = "{shop_url}"\nrows = 2\n'
        f'[till]\nurl = "{shop_url}"\nread_only = false\nonce = true\ndefinitions = ["p", "Order*"]\n'
        f'[others]\nurl = "{shop_url}"\ndefinitions = ["Order*"]\n'
        f'[slow]\nurl = "{shop_url}"\nseconds = 0.2\n'
    )
    made = await Runtime.open(f"sqlite:///{tmp_path}/a.db", clock=TestClock(START), timers=False)
    async with Connectors(made, private=False, sources=read_sources(str(file))):
        yield made
        made.end_waiting()
    await made.close()


def task(source: str, statement: str, parameters: str = "={}", headers: str = "", more: str = "") -> bytes:
    return model(
        '<serviceTask id="call"><extensionElements><zeebe:taskDefinition type="andante:sql" retries="2"/>'
        f'<zeebe:ioMapping><zeebe:input source="{escape(parameters)}" target="parameters"/>{more}</zeebe:ioMapping>'
        f'<zeebe:taskHeaders><zeebe:header key="source" value="{source}"/>'
        f'<zeebe:header key="statement" value="{escape(statement)}"/>{headers}</zeebe:taskHeaders>'
        "</extensionElements></serviceTask>"
    )


async def test_what_is_asked_comes_as_contexts_and_values_are_bound(runtime: Runtime) -> None:
    data = task(
        "shop", "select id, name, credit, since from customer where name in (:names) order by id",
        "={names: [name, other]}", '<zeebe:header key="resultVariable" value="found"/>'
        '<zeebe:header key="resultExpression" value="={first: rows[1].name, several: count}"/>',
    )  # fmt: skip
    instance_id = await run(runtime, data, name="Ann", other=NASTY)
    assert (await runtime.detail(instance_id)).incidents == []
    variables = await runtime.variables(instance_id)
    assert variables["found"] == [{"id": 1, "name": "Ann", "credit": 120.5, "since": "2020-02-29"}]
    assert (variables["first"], variables["several"]) == ("Ann", 1)


async def test_a_change_is_made_once_however_often_it_is_tried(runtime: Runtime, shop_url: str) -> None:
    data = task(
        "till", "update customer set credit = credit - :sum where id = :id", "={sum: amount, id: 1}",
        '<zeebe:header key="resultVariable" value="changed"/>',
    )  # fmt: skip
    assert (await runtime.variables(await run(runtime, data, amount=20)))["changed"] == 1
    # The same job again, as after a crash before its result was kept.
    till = {"till": Database(Source(shop_url, read_only=False, once=True))}
    headers = {"source": "till", "statement": "update customer set credit = credit - :sum where id = 1"}
    asked = question_of(headers, {"parameters": {"sum": 50.5}}, "one job")
    assert [ask(till, "p", asked).count for _ in range(3)] == [1, 1, 1]
    (row,) = (
        ask(till, "p", question_of({**headers, "statement": "select credit from customer where id=1"}, {}, "two")).rows
        or []
    )
    assert row == {"credit": 50}


REFUSED = (
    ("shop", "select * from customer", "it brings more than 2 rows"),
    ("shop", "delete from customer", "read"),
    ("shop", "select nothing from customer", "shop: "),
    ("shop", "select 1 where 1=:id", "parameters: the statement has :id"),
    ("till", "drop table customer", "it begins with 'drop'"),
    ("till", "/* all */ delete from customer where id=1; delete from customer", "one alone, without a semicolon"),
    ("till", "insert into customer (id, name) values (1, 'Dan')", "till: "),
    ("others", "select 1", "there is no data source 'others' for p"),
    ("nowhere", "select 1", "there is no data source 'nowhere' for p"),
)


async def test_what_cannot_be_is_an_incident_and_changes_nothing(runtime: Runtime) -> None:
    for source, statement, words in REFUSED:
        told = await incident(runtime, await run(runtime, task(source, statement)))
        assert words in told
        assert "from customer" not in told  # neither the statement nor what is in it
    result = '<zeebe:header key="resultExpression" value="={n: rows[1].n}"/>'
    rest = await run(runtime, task("shop", "select count(*) as n from customer", headers=result))
    assert (await runtime.variables(rest))["n"] == 3


async def test_a_computed_statement_is_none(runtime: Runtime) -> None:
    more = '<zeebe:input source="=&quot;select &quot; + name" target="statement"/>'
    instance_id = await run(runtime, task("shop", "", more=more), name="1")
    assert "statement: it is missing. Write it as a header" in await incident(runtime, instance_id)


async def test_what_takes_too_long_is_ended_and_tried_again(runtime: Runtime, kind: str) -> None:
    slow = {
        "sqlite": "with recursive n(i) as (select 1 union all select i+1 from n) select max(i) as m from n",
        "postgresql": "select pg_sleep(20)",
    }[kind]
    instance_id = await run(runtime, task("slow", slow))
    assert not (await runtime.instance(instance_id)).incident  # it waits for its second try
    assert isinstance(runtime.clock, TestClock)
    runtime.clock.set(START + 3_600_000)
    runtime.jobs.announce()
    await settled(runtime, instance_id, lambda: False)
    assert "slow: " in await incident(runtime, instance_id)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[shop", "is no TOML"),
        ('[shop]\nurl = "mysql://root:secret@here/shop"', r"\[shop\]: url must begin with postgresql://"),
        ('[shop]\nurl = "sqlite:///shop.db"\nrows = 0', r"\[shop\]: Expected `int` >= 1"),
        ('[shop]\nurl = "sqlite:///shop.db"\nadress = ""', "unknown field `adress`"),
        ('[shop]\nurl = "sqlite:///shop.db"\nonce = true', "once needs read_only = false"),
    ],
)
def test_a_file_of_sources_that_cannot_be_is_refused_without_its_secrets(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=words) as refused:
        read_sources(str(file))
    assert "secret" not in str(refused.value)


def test_a_sqlite_source_opens_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "shop.db").touch()
    database = Database(Source(f"sqlite:///{tmp_path}/shop.db"))
    with database.connect() as connection, pytest.raises(sa.exc.DatabaseError, match="not authorized"):
        connection.execute(sa.text(f"attach database '{tmp_path}/other.db' as other"))


def test_the_server_says_which_file_is_wrong() -> None:
    from andante.assembly import connectors
    from andante.settings import from_environment

    with pytest.raises(SettingsProblem, match=r"nowhere\.toml cannot be read"):
        connectors(from_environment({}, data_sources="nowhere.toml"), None)  # type: ignore[arg-type]
