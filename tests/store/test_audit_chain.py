"""The chain of the audit log: what was changed or taken away is found, and what went with age is not taken for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andante.store import audit_rows as rows
from andante.store.audit import Asked, AuditLog, Entry, Origin, begin, difference, note
from andante.store.audit_rows import AuditQuery, Head
from andante.store.faults import Duplicate, StoreLost
from andante.store.opening import open_store
from andante.store.store import Store

START: Final = 1_767_258_000_000
DAY: Final = 86_400_000


class Books:
    """A log of two servers, and the time (ms)."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = START
        self.first = AuditLog(store, lambda: self.now)
        self.second = AuditLog(store, lambda: self.now)

    async def write(self, log: AuditLog, *names: str) -> None:
        for name in names:
            self.now += 1_000
            await log.write([], Entry("group.add", name, {"after": {"label": name}}))

    async def change(self, sql: str, *parameters: object) -> None:
        await self.store.write([(sql, parameters)])

    async def faults(self, *kept: Head) -> list[str]:
        return [each.what for each in (await rows.verify(self.store, list(kept))).faults]


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[Books]:
    store = await open_store(database_url)
    books = Books(store)
    await books.write(books.first, "a", "b")
    await books.write(books.second, "c", "d")
    await books.write(books.first, "e")
    yield books
    await store.close()


async def test_requests_of_one_time_go_together_and_each_is_kept(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions = 0
    write = books.store.write

    async def counted(statements: Any) -> None:
        nonlocal transactions
        transactions += 1
        await write(statements)

    monkeypatch.setattr(books.store, "write", counted)

    async def ask(number: int) -> None:
        begin(Asked(books.first, Origin("oda"), "instance.suspend", f"i{number}"))
        await books.first.finish()

    await asyncio.gather(*(ask(number) for number in range(500)))
    found, _ = await rows.many(books.store, AuditQuery(action="instance.suspend"), 1_000)
    assert {each.object for each in found} == {f"i{number}" for number in range(500)}
    assert transactions < 10
    assert await books.faults() == []


async def test_all_who_wait_for_a_row_that_could_not_be_written_are_told(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(statements: Any) -> None:
        raise StoreLost("the connection was lost")

    async def ask(number: int) -> None:
        begin(Asked(books.first, Origin("oda"), "instance.suspend", f"i{number}"))
        await books.first.finish()

    with monkeypatch.context() as patched:
        patched.setattr(books.store, "write", lost)
        told = await asyncio.gather(*(ask(number) for number in range(5)), return_exceptions=True)
    assert [type(each) for each in told] == [StoreLost] * 5
    await ask(5)
    assert await books.faults() == []


async def test_what_nobody_touched_is_whole(books: Books) -> None:
    found = await rows.verify(books.store)
    assert (found.rows, found.faults, len(found.heads)) == (7, [], 2)
    assert [each.seq for each in found.heads] == [4, 3]
    assert await books.faults(*found.heads) == []


@pytest.mark.parametrize("column", ["actor", "address", "action", "object", "reason", "details", "outcome", "hash"])
async def test_a_row_that_was_changed_is_found(books: Books, column: str) -> None:
    await books.change(f"update audit set {column}='{{\"x\":1}}' where object='b'")
    assert "the row, or its hash, was changed" in await books.faults()


async def test_a_row_whose_time_was_changed_is_found(books: Books) -> None:
    await books.change("update audit set at=at+1 where object='b'")
    assert await books.faults() == ["the row, or its hash, was changed"]


async def test_a_row_that_was_taken_away_is_found(books: Books) -> None:
    await books.change("delete from audit where object='a'")
    assert await books.faults() == ["row 2 is missing before this one"]


async def test_the_end_of_a_chain_that_another_names_is_missed(books: Books) -> None:
    """The second server began after `b`; that row and all after it are gone."""
    await books.change("delete from audit where object in ('b', 'e')")
    (fault,) = await books.faults()
    assert "began is not there" in fault


async def test_the_newest_rows_are_missed_only_by_a_head_that_was_kept(books: Books) -> None:
    kept = (await rows.verify(books.store)).heads
    await books.change("delete from audit where object='e'")
    assert await books.faults() == []
    assert await books.faults(*kept) == ["the row that was kept as a head is not there, or is another"]


async def test_a_chain_without_its_beginning_is_found(books: Books) -> None:
    await books.change("delete from audit where action='server.start'")
    assert await books.faults() == ["row 1 is missing before this one"] * 2


async def test_what_went_with_age_is_not_missed(books: Books) -> None:
    kept = (await rows.verify(books.store)).heads
    before = books.now - 1_500  # a, b and c are older
    found = await rows.cut_off(books.store, before)
    assert found is not None
    await books.first.write(*found)
    assert await rows.cut_off(books.store, before) is None
    left = [row[0] for row in await books.store.read("select object from audit order by at, chain, seq")]
    assert left == ["d", "e", ""]
    assert await books.faults(*kept) == []
    # And once more, of which the row that says so is part; a chain that is gone stays known while another names it.
    books.now += 10 * DAY
    again = await rows.cut_off(books.store, books.now - DAY)
    assert again is not None
    await books.second.write(*again)
    await books.write(books.first, "f")
    await books.write(AuditLog(books.store, lambda: books.now), "g")
    assert await books.faults() == []
    await books.change("delete from audit where object='f'")
    (fault,) = await books.faults()
    assert "began is not there" in fault


async def test_what_is_written_at_once_stands_in_one_chain(books: Books) -> None:
    await asyncio.gather(*(books.first.write([], Entry("group.add", f"team {n}")) for n in range(20)))
    assert await books.faults() == []
    assert (await books.store.get("select count(*) from audit where object like 'team%'")) == (20,)


async def test_what_is_not_done_is_not_kept(books: Books) -> None:
    insert = ("insert into person (name) values (?)", ("kim",))
    await books.first.write([insert], Entry("person.add", "kim"))
    with pytest.raises(Duplicate):
        await books.first.write([insert], Entry("person.add", "kim"))
    await books.write(books.first, "later")
    assert (await books.store.get("select count(*) from audit where action='person.add'")) == (1,)
    assert await books.faults() == []


async def test_a_chain_begins_anew_where_nobody_knows_whether_a_row_is_there(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = books.store.write

    async def lost(statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        await write(statements)
        raise StoreLost("the connection is gone")

    monkeypatch.setattr(books.store, "write", lost)
    with pytest.raises(StoreLost):
        await books.first.write([], Entry("group.add", "perhaps"))
    monkeypatch.undo()
    await books.write(books.first, "later")
    assert await books.faults() == []
    assert len((await rows.verify(books.store)).heads) == 3
    found, _ = await rows.many(books.store, AuditQuery(object="perhaps"), 10)
    assert len(found) == 1


async def test_an_action_that_nobody_knows_is_a_bug(books: Books) -> None:
    with pytest.raises(AssertionError, match=r"group\.sing"):
        await books.first.write([], Entry("group.sing"))


async def test_a_request_is_kept_once(books: Books) -> None:
    async def handle(written: bool) -> None:
        asked = Asked(books.first, Origin("ada", "", "192.0.2.1", "page"), "group.change", "hr")
        begin(asked)
        note(reason="because", details={"more": 1})
        if written:
            await books.first.write([], Entry("group.change", "hr", {"before": {}}))
        await books.first.finish()
        await books.first.finish()

    for written in (False, True):
        await asyncio.create_task(handle(written))
    found, _ = await rows.many(books.store, AuditQuery(action="group.change"), 10)
    assert [(each.actor, each.reason, each.details) for each in found] == [
        ("ada", "because", {"more": 1, "before": {}}),
        ("ada", "because", {"more": 1}),
    ]


SMALL: Final = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2))


@given(SMALL, SMALL)
def test_a_difference_is_all_that_changed_and_tells_no_secret(before: dict[str, Any], after: dict[str, Any]) -> None:
    found: dict[str, Any] = difference(before, after, ("a",))
    hidden = {name: after[name] for name in found.get("secret", [])}
    assert {**before, **found.get("after", {}), **hidden} == {**before, **after}
    assert "a" not in found.get("after", {})
    assert "a" not in found.get("before", {})
