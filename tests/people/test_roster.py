"""What is known of the people stands in memory, and is what the database says."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from office import START

from andante.people import Accounts
from andante.runtime import Runtime, TestClock, membership
from andante.runtime.known import Known
from andante.store.roster import DeputyRow, PersonRow, TeamRow
from andante.testing import roster
from andante.timing.instants import parse_instant

DAY = 86_400_000


@pytest.fixture
async def runtime(database_url: str) -> AsyncIterator[Runtime]:
    runtime = await Runtime.open(database_url, clock=TestClock(START), timers=False)
    yield runtime
    await runtime.close()


def accounts_of(runtime: Runtime) -> Accounts:
    return Accounts(runtime.store, runtime.clock.now, told=runtime.roster.changed)


async def test_a_person_is_known_as_soon_as_they_are_written(runtime: Runtime) -> None:
    assert runtime.roster.exists("anybody"), "who knows nobody believes every name"
    accounts = accounts_of(runtime)
    await accounts.add_person("mo")
    await accounts.add_person("ann", manager="mo", groups=["sales"], queues=["claims"], skills={"french": 3})
    known = runtime.roster
    assert not known.exists("anybody")
    assert known.manager("ann") == "mo"
    assert known.members("group:sales") == ("ann",)
    assert known.members("queue:claims") == ("ann",)
    assert known.members("role:user") == ("ann", "mo")
    assert known.known.skills("ann") == {"french": 3}
    await accounts.change_person("ann", groups=["law"], skills={})
    assert (known.members("group:sales"), known.members("group:law")) == ((), ("ann",))
    await accounts.change_person("ann", disabled=True)
    assert known.members("queue:claims") == ()
    assert not known.exists("ann")


async def test_a_server_that_starts_knows_what_another_wrote(database_url: str) -> None:
    first = await Runtime.open(database_url, clock=TestClock(START), timers=False)
    await accounts_of(first).add_person("ann", queues=["claims"])
    await first.close()
    second = await Runtime.open(database_url, clock=TestClock(START), timers=False)
    assert second.roster.members("queue:claims") == ("ann",)
    await second.close()


async def test_other_servers_hear_of_it(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "BEAT", 0.02)
    monkeypatch.setattr(membership, "TRUST", 0.05)
    servers = [await Runtime.open(postgres_url, clock=TestClock(START), timers=False) for _ in range(2)]
    heard = asyncio.Event()
    servers[1].roster.heard.append(heard.set)
    await accounts_of(servers[0]).add_person("ann", queues=["claims"])
    async with asyncio.timeout(5):
        await heard.wait()
    assert servers[1].roster.members("queue:claims") == ("ann",)
    # One that knows no revision changes a person, and goes: the others read all anew.
    await servers[0].store.write([("update person set manager='mo' where name='ann'", [])])
    assert servers[1].roster.manager("ann") == ""
    heard.clear()
    await servers[0].close()
    async with asyncio.timeout(5):
        await heard.wait()
    assert servers[1].roster.manager("ann") == "mo"
    await servers[1].close()


def person(name: str, **more: object) -> PersonRow:
    values: dict[str, object] = {"manager": "", "roles": [], "groups": [], "queues": [], "skills": {}} | more
    return PersonRow(name=name, disabled=False, **values)  # type: ignore[arg-type]


def team(kind: str, name: str, *members: str, parent: str = "", lead: str = "") -> TeamRow:
    return TeamRow(kind, name, name, lead, parent, list(members), "", "", {}, 0)


def test_a_work_queue_has_users_groups_roles_and_roles_with_subordinates() -> None:
    known = Known(
        [
            person("ann", groups=["law"]), person("bob", roles=["head"]), person("cleo", roles=["clerk"]),
            person("dan", roles=["temp"]), person("eve", queues=["claims"]), person("fay"),
        ],
        [
            team("role", "clerk", parent="head"), team("role", "temp", parent="clerk"),
            team("queue", "claims", "user:fay", "group:law", lead="bob"),
            team("queue", "heads", "role:head"), team("queue", "all", "roleAndSubordinates:head"),
            team("group", "outside", "fay"),
        ],
    )  # fmt: skip
    assert known.members("queue:claims") == ("ann", "eve", "fay")
    assert known.members("queue:heads") == ("bob",)
    assert known.members("queue:all") == ("bob", "cleo", "dan")
    assert known.members("group:outside") == ("fay",)
    assert known.lead("claims") == known.lead("queue:claims") == "bob"
    assert known.queues_of("dan") == {"all"}
    assert known.queues_of("bob") == {"all", "heads"}
    assert known.queues_of("fay") == {"claims"}
    assert known.groups_of("fay") == {"outside"}


def test_roles_below_each_other_in_a_circle_are_all_below() -> None:
    known = Known(
        [person("ann", roles=["a"]), person("bob", roles=["b"])],
        [team("role", "a", parent="b"), team("role", "b", parent="a")],
    )
    assert known.members("roleAndSubordinates:a") == ("ann", "bob")


def test_a_deputy_stands_in_from_one_day_until_another() -> None:
    known = roster(deputies=[("ann", "bob", "2026-02-01T00:00:00Z", "2026-02-11T00:00:00Z")])
    start = 1_769_904_000_000  # 2026-02-01
    assert [known.deputy("ann", start + days * DAY) for days in (-1, 0, 9, 10)] == ["", "bob", "bob", ""]
    assert [known.away("ann", start + days * DAY) for days in (-1, 0, 9, 10)] == [False, True, True, False]
    assert known.deputy_rule("ann", start) == "assign"


def test_a_deputy_who_is_away_too_has_a_deputy_and_a_circle_has_none() -> None:
    open_end = ("", "")
    known = roster(deputies=[("ann", "bob", *open_end), ("bob", "cleo", *open_end), ("x", "y", *open_end),
                             ("y", "x", *open_end), ("gone", "", *open_end)])  # fmt: skip
    assert known.deputy("ann", START) == "cleo"
    assert known.deputy("x", START) == ""
    assert (known.deputy("gone", START), known.away("gone", START)) == ("", True)
    assert roster(deputies=[("ann", "bob", *open_end)], disabled=["bob"]).deputy("ann", START) == ""
    long = roster(deputies=[(f"p{n}", f"p{n + 1}", *open_end) for n in range(8)])
    assert long.deputy("p3", START) == "p8"
    assert long.deputy("p0", START) == "", "a chain has five deputies at most"


def test_a_sharing_deputy_leaves_the_person_at_work() -> None:
    known = roster(deputies=[("ann", "bob", "", "", "share")])
    assert known.deputy("ann", START) == "bob"
    assert known.deputy_rule("ann", START) == "share"
    assert not known.away("ann", START)


def test_what_is_said_of_a_process_or_queue_goes_before_what_is_said_of_all() -> None:
    def entry(id: str, deputy: str, definition: str = "", queue: str = "") -> DeputyRow:
        return DeputyRow(id, "ann", deputy, 0, 0, definition, queue, "assign", "", 0)

    known = Known((), (), [entry("1", "all"), entry("2", "travels", "travel"), entry("3", "claims", "", "claims")])
    assert known.deputy("ann", START) == "all"
    assert known.deputy("ann", START, "travel") == "travels"
    assert known.deputy("ann", START, "order", "claims") == "claims"
    only = Known((), (), [entry("2", "travels", "travel")])
    assert only.deputy("ann", START) == ""
    assert not only.away("ann", START), "who is away from one process is not away"


def test_ten_thousand_persons_are_answered_of_at_once() -> None:
    persons = [person(f"p{n}", groups=[f"g{n % 100}"], roles=["user"], manager=f"p{n // 10}") for n in range(10_000)]
    known = Known(persons, [team("queue", f"q{n}", f"group:g{n}") for n in range(100)])
    known.members("queue:q7")
    known.queues_of("p107")
    began = time.perf_counter()
    for _ in range(1_000):
        assert len(known.members("queue:q7")) == 100
        assert known.queues_of("p107") == {"q7"}
        assert known.manager("p107") == "p10"
    assert time.perf_counter() - began < 0.5, "a thousand times three questions"


def test_what_is_offered_to_one_who_shares() -> None:
    known = roster(
        groups={"law": ["ann"]}, queues={"claims": ["ann", "bob"]},
        deputies=[("ann", "bob", "", "", "share"), ("cid", "bob", "", ""), ("gone", "bob", "", "", "share"),
                  ("bob", "dan", "2026-02-01T00:00:00Z", "", "assign")],
        disabled=["gone"],
    )  # fmt: skip
    offered = ("user:ann", "group:law", "role:law", "queue:claims")
    assert known.shares("bob", START) == [("ann", offered, "", "")]
    assert known.shares("dan", START) == []
    later = parse_instant("2026-02-01T00:00:00Z", "UTC")
    assert known.shares("bob", later) == []
    assert known.shares("dan", later) == [("ann", offered, "", "")]
