"""Who stands in for whom, from when until when. An entry without a deputy says that the person is away."""

from collections.abc import Callable, Sequence
from typing import Final, final

from andante.people.changes import Changes, Statement, Tables, Told
from andante.people.faults import DEPUTY_CYCLE, DEPUTY_NOT_FOUND, PARAMETER, AccessProblem
from andante.people.secrets import new_secret
from andante.store.audit import AuditLog, Entry, difference
from andante.store.roster import DEPUTY, REVISED, REVISION, DeputyRow

ASSIGN: Final = "assign"
SHARE: Final = "share"
RULES: Final = (ASSIGN, SHARE)
LONGEST_CHAIN: Final = 5


@final
class Deputies:
    """Every method that changes something is durable when it returns. `now` gives ms since the epoch, `named` ids."""

    def __init__(
        self, tables: Tables, now: Callable[[], int], told: Told | None = None, named: Callable[[], str] = new_secret,
        audit: AuditLog | None = None,
    ) -> None:  # fmt: skip
        self._tables = tables
        self._now = now
        self._named = named
        self._changes = Changes(tables, told, audit)

    async def many(self, person: str = "") -> list[DeputyRow]:
        """All, or those in which the person is away or stands in; by their beginning."""
        where, values = (" where person=? or deputy=?", (person, person)) if person else ("", ())
        rows = await self._tables.read(f"{DEPUTY}{where} order by from_at, id", values)
        return [DeputyRow(*row) for row in rows]

    async def one(self, id: str) -> DeputyRow:
        """Raises AccessProblem (404)."""
        row = await self._tables.get(f"{DEPUTY} where id=?", (id,))
        if row is None:
            raise AccessProblem(DEPUTY_NOT_FOUND, 404, f"There is no deputy entry '{id}'. List them anew.")
        return DeputyRow(*row)

    async def add(
        self, person: str, deputy: str, *, from_at: int = 0, until_at: int = 0, definition: str = "", queue: str = "",
        rule: str = ASSIGN, who: str,
    ) -> DeputyRow:  # fmt: skip
        """From now on without `from_at`, for good without `until_at` (ms). Raises AccessProblem: 400 for a bad value,
        409 where somebody would stand in for themselves in the end."""
        now = self._now()
        row = DeputyRow(
            self._named()[:16].replace("-", "x"), person, deputy, from_at or now, until_at, definition, queue, rule,
            who, now,
        )  # fmt: skip
        await self._check(row)
        insert: Statement = (
            "insert into deputy (id, person, deputy, from_at, until_at, definition, queue, rule, created_by,"
            f" created_at, revision) values (?,?,?,?,?,?,?,?,?,?,{REVISION})",
            list(row),
        )
        await self._changes.write([insert], Entry("deputy.add", row.id, {"after": row._asdict()}))
        return row

    async def change(self, id: str, *, from_at: int | None = None, until_at: int | None = None) -> DeputyRow:
        """Let it begin or end at another time (ms). Raises AccessProblem as `add` does, and 404."""
        before = await self.one(id)
        row = before._replace(
            from_at=before.from_at if from_at is None else from_at,
            until_at=before.until_at if until_at is None else until_at,
        )
        await self._check(row)
        details = {"person": row.person, "deputy": row.deputy, **difference(before._asdict(), row._asdict())}
        await self._changes.write(
            [(f"update deputy set from_at=?, until_at=?, {REVISED} where id=?", [row.from_at, row.until_at, id])],
            Entry("deputy.change", id, details),
        )
        return row

    async def remove(self, id: str) -> None:
        """It is over, at once. Raises AccessProblem (404)."""
        row = await self.one(id)
        entry = Entry("deputy.remove", id, {"before": row._asdict()})
        await self._changes.write([("delete from deputy where id=?", [id])], entry)

    async def _check(self, row: DeputyRow) -> None:
        if row.rule not in RULES:
            raise AccessProblem(PARAMETER, 400, f"rule: '{row.rule}' is none; use {' or '.join(RULES)}.")
        if row.until_at and row.until_at <= row.from_at:
            raise AccessProblem(PARAMETER, 400, "until: it must be after 'from'.")
        for field, name in (("person", row.person), ("deputy", row.deputy)):
            if name and (await self._tables.get("select 1 from person where name=?", (name,))) is None:
                raise AccessProblem(PARAMETER, 400, f"{field}: there is no person '{name}'.")
        if not row.person:
            raise AccessProblem(PARAMETER, 400, "person: name who is away.")
        if row.deputy:
            others = [each for each in await self.many() if each.id != row.id and each.deputy and _meet(each, row)]
            _no_circle(row, others)


def _meet(one: DeputyRow, two: DeputyRow) -> bool:
    """Whether there is a time at which both are in force."""
    return (not one.until_at or two.from_at < one.until_at) and (not two.until_at or one.from_at < two.until_at)


def _no_circle(row: DeputyRow, others: Sequence[DeputyRow]) -> None:
    """Raises AccessProblem (409) where the chain comes back to the person, or is longer than LONGEST_CHAIN."""
    chains = [[row.person, row.deputy]]
    while chains:
        chain = chains.pop()
        shown = " -> ".join(chain)
        if chain[-1] in chain[:-1]:
            raise AccessProblem(DEPUTY_CYCLE, 409, f"deputy: {shown} goes in a circle. Choose somebody else.")
        if len(chain) > LONGEST_CHAIN + 1:
            raise AccessProblem(DEPUTY_CYCLE, 409, f"deputy: {shown} are too many; at most {LONGEST_CHAIN} in a row.")
        chains.extend([*chain, each.deputy] for each in others if each.person == chain[-1])
