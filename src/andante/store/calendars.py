"""Business calendars in the database, and the clocks that are to follow when one changes."""

from typing import Final, NamedTuple

from andante.store.store import Row, Store

Statement = tuple[str, list[object]]

# Every change raises the revision, which also lets one server after the other change calendars.
RAISE_REVISION: Final[Statement] = ("update calendars set revision=revision+1", [])
_REVISION: Final = "(select revision from calendars)"
_SELECT: Final = "select name, form, holidays, deleted, waiting, saved_at, saved_by, revision from calendar"
_AFFECTED: Final = "(select count(distinct instance_id) from working_clock where calendar=?)"


class CalendarRow(NamedTuple):
    """As it was saved: `form` and `holidays` are JSON. `waiting`: how many instances were to follow its last change."""

    name: str
    form: str
    holidays: str
    deleted: bool
    waiting: int
    saved_at: int
    saved_by: str
    revision: int


def _row(row: Row) -> CalendarRow:
    return CalendarRow(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6], row[7])


async def revision(store: Store) -> int:
    """The number of the last change."""
    row = await store.get("select revision from calendars")
    return row[0] if row is not None else 0


async def since(store: Store, revision: int) -> list[CalendarRow]:
    """What was changed after that revision; -1 is before all."""
    return [_row(row) for row in await store.read(f"{_SELECT} where revision>?", (revision,))]


def save(name: str, key: str, form: str, holidays: str, now: int, who: str, *, fresh: bool) -> Statement:
    """`key`: what its clocks name it by. `fresh`: there must be none of that name yet, else Duplicate is raised."""
    values: list[object] = [name, form, holidays, key, now, who]
    text = (
        "insert into calendar (name, form, holidays, deleted, waiting, saved_at, saved_by, revision)"
        f" values (?,?,?,0,{_AFFECTED},?,?,{_REVISION})"
    )
    if not fresh:
        text += (
            " on conflict (name) do update set form=excluded.form, holidays=excluded.holidays, deleted=0,"
            " waiting=excluded.waiting, saved_at=excluded.saved_at, saved_by=excluded.saved_by,"
            " revision=excluded.revision"
        )
    return text, values


def delete(name: str, key: str, now: int, who: str) -> Statement:
    return (
        f"update calendar set deleted=1, waiting={_AFFECTED}, saved_at=?, saved_by=?, revision={_REVISION}"
        " where name=?",
        [key, now, who, name],
    )


async def clocks(store: Store, key: str) -> int:
    """How many clocks run by it."""
    row = await store.get("select count(*) from working_clock where calendar=?", (key,))
    return row[0] if row is not None else 0


async def behind(store: Store, key: str, revision: int, after: str, limit: int) -> list[str]:
    """Instances, in the order of their ids, that have a clock which has not followed its calendar to that revision."""
    rows = await store.read(
        "select distinct instance_id from working_clock where calendar=? and revision<? and instance_id>?"
        " order by instance_id limit ?",
        (key, revision, after, limit),
    )
    return [row[0] for row in rows]


async def left(store: Store, key: str, revision: int) -> int:
    """How many instances have not followed yet."""
    row = await store.get(
        "select count(distinct instance_id) from working_clock where calendar=? and revision<?", (key, revision)
    )
    return row[0] if row is not None else 0


async def definitions_with_open(store: Store, ids: list[str]) -> list[str]:
    """Those of the definitions that have an open instance."""
    if not ids:
        return []
    marks = ",".join("?" * len(ids))
    rows = await store.read(
        f"select distinct definition_id from instance where definition_id in ({marks}) and closed=0", ids
    )
    return [row[0] for row in rows]
