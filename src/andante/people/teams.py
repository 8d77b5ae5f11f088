"""Groups, roles and work queues as things of their own: what they are called, who is in them, and how a work queue
gives its tasks to its members (contract 6.1).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

import msgspec

from andante.people.accounts import levels
from andante.people.changes import Changes, Tables, Told
from andante.people.faults import PARAMETER, TEAM_EXISTS, TEAM_NOT_FOUND, AccessProblem
from andante.store.audit import AuditLog, Entry, difference
from andante.store.faults import Duplicate
from andante.store.roster import REVISED, REVISION, TEAM, TeamRow, team_row

GROUP: Final = "group"
ROLE: Final = "role"
QUEUE: Final = "queue"
KINDS: Final = (GROUP, ROLE, QUEUE)
USER: Final = "user"
MEMBERS: Final = {GROUP: (USER,), ROLE: (USER,), QUEUE: (USER, GROUP, ROLE, "roleAndSubordinates")}
OFFER: Final = ""
ROUND_ROBIN: Final = "roundRobin"
LEAST_LOADED: Final = "leastLoaded"
BY_SKILL: Final = "skill"
RULES: Final = (OFFER, ROUND_ROBIN, LEAST_LOADED, BY_SKILL)
LONGEST: Final = 200
UNTOLD: Final = frozenset(("kind", "name", "created_at"))  # in the audit log, which has them anyhow


@final
class Teams:
    """Every method that changes something is durable when it returns. `now` gives ms since the epoch."""

    def __init__(
        self, tables: Tables, now: Callable[[], int], told: Told | None = None, audit: AuditLog | None = None
    ) -> None:
        self._tables = tables
        self._now = now
        self._changes = Changes(tables, told, audit)

    async def one(self, kind: str, name: str) -> TeamRow:
        """Raises AccessProblem (404)."""
        row = await self._tables.get(f"{TEAM} where kind=? and name=?", (kind, name))
        if row is None:
            raise AccessProblem(TEAM_NOT_FOUND, 404, f"There is no {kind} '{name}'. Create it first.")
        return team_row(row)

    async def add(
        self, kind: str, name: str, *, label: str = "", lead: str = "", parent: str = "", members: Iterable[str] = (),
        rule: str = OFFER, calendar: str = "", skills: Mapping[str, int] | None = None,
    ) -> TeamRow:  # fmt: skip
        """Raises AccessProblem: 400 for a bad value, 409 where the name is taken."""
        if not name.strip() or len(name) > LONGEST or any(sign in name for sign in ",:\"'") or name != name.strip():
            raise AccessProblem(
                PARAMETER, 400, f"name: 1 to {LONGEST} characters without comma, colon and quotes, not '{name}'."
            )
        row = TeamRow(
            kind, name, label or name, lead, parent, _items(kind, members), rule, calendar, dict(skills or {}),
            self._now(),
        )  # fmt: skip
        await self._check(row)
        try:
            await self._changes.write(
                [
                    (
                        "insert into team (kind, name, label, lead, parent, members, rule, calendar, skills,"
                        f" created_at, revision) values (?,?,?,?,?,?,?,?,?,?,{REVISION})",
                        [kind, name, *_values(row), row.created_at],
                    )
                ],
                Entry(f"{kind}.add", name, {"after": _shown(row)}),
            )
        except Duplicate:
            raise AccessProblem(TEAM_EXISTS, 409, f"There is a {kind} '{name}' already.") from None
        return row

    async def change(self, kind: str, name: str, **given: Any) -> TeamRow:
        """Change what is given, as `add` names it. Raises AccessProblem as `add` does, and 404."""
        row = before = await self.one(kind, name)
        if "members" in given:
            given["members"] = _items(kind, given["members"])
        row = row._replace(**given)
        await self._check(row)
        await self._changes.write(
            [
                (
                    "update team set label=?, lead=?, parent=?, members=?, rule=?, calendar=?, skills=?,"
                    f" {REVISED} where kind=? and name=?",
                    [*_values(row), kind, name],
                )
            ],
            Entry(f"{kind}.change", name, difference(_shown(before), _shown(row))),
        )
        return row

    async def remove(self, kind: str, name: str) -> None:
        """What is written at the persons stays. Raises AccessProblem (404)."""
        row = await self.one(kind, name)
        entry = Entry(f"{kind}.remove", name, {"before": _shown(row)})
        await self._changes.write([("delete from team where kind=? and name=?", [kind, name])], entry)

    async def _check(self, row: TeamRow) -> None:
        if row.rule not in RULES:
            raise AccessProblem(
                PARAMETER, 400, f"rule: '{row.rule}' is none; leave it empty or use {', '.join(RULES[1:])}."
            )
        for field, wrong in (("rule", row.rule), ("calendar", row.calendar), ("skills", row.skills)):
            if wrong and row.kind != QUEUE:
                raise AccessProblem(PARAMETER, 400, f"{field}: only a work queue has one, not a {row.kind}.")
        if row.parent and row.kind != ROLE:
            raise AccessProblem(PARAMETER, 400, f"parent: only a role has one, not a {row.kind}.")
        if row.rule == BY_SKILL and not row.skills:
            raise AccessProblem(PARAMETER, 400, "skills: name those that the rule 'skill' is to look for.")
        for person in (row.lead, *(item.partition(":")[2] for item in row.members if item.startswith("user:"))):
            if person and (await self._tables.get("select 1 from person where name=?", (person,))) is None:
                field = "lead" if person == row.lead else "members"
                raise AccessProblem(PARAMETER, 400, f"{field}: there is no person '{person}'.")
        above, seen = row.parent, [row.name]
        while above:
            if above in seen:
                raise AccessProblem(PARAMETER, 400, f"parent: '{row.name}' would be below itself ({' < '.join(seen)}).")
            seen.append(above)
            found = await self._tables.get("select parent from team where kind='role' and name=?", (above,))
            above = found[0] if found is not None else ""


def _shown(row: TeamRow) -> dict[str, object]:
    return {name: value for name, value in row._asdict().items() if name not in UNTOLD}


def _values(row: TeamRow) -> list[object]:
    members = msgspec.json.encode(row.members).decode()
    return [row.label, row.lead, row.parent, members, row.rule, row.calendar, levels(row.skills)]


def _items(kind: str, members: Iterable[str]) -> list[str]:
    """Each as "user:x", "group:x", ...; a bare name is a user. Raises AccessProblem (400)."""
    found: dict[str, None] = {}
    for item in members:
        what, _, name = item.strip().rpartition(":")
        what = USER if what in ("", "puser") else what
        if what not in MEMBERS[kind] or not name:
            known = ", ".join(f"{each}:NAME" for each in MEMBERS[kind])
            raise AccessProblem(PARAMETER, 400, f"members: '{item}' cannot be in a {kind}; use {known}.")
        found[f"{what}:{name}"] = None
    return list(found)
