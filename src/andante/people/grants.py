"""Grants: which persons, groups and roles may do what with which definitions, beyond the three roles.

Without a grant for an action the roles decide. Where a definition has grants for an action, only those who are granted
it may do it, and administrators. Whoever is granted any action sees the definition.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final, final

import msgspec

from andante.people.caller import Caller
from andante.people.changes import Changes, Tables, Told
from andante.people.faults import GRANT_NOT_FOUND, PARAMETER, AccessProblem
from andante.store.audit import AuditLog, Entry
from andante.store.names import ALL, EVERY, NONE, Names, Sight, of
from andante.store.roster import PERMIT, REVISION, PermitRow, permit_row

START: Final = "start"
VIEW: Final = "view"
WORK: Final = "work"
OPERATE: Final = "operate"
ADMINISTER: Final = "administer"
ACTIONS: Final = (START, VIEW, WORK, OPERATE, ADMINISTER)
ANY: Final = "*"
KINDS: Final = ("user", "group", "role")
LONGEST: Final = 200
MOST: Final = 10_000


def sight_of(caller: Caller, permits: Collection[PermitRow]) -> Sight:
    """What the caller may do with which definitions, by roles and grants."""
    if "administrator" in caller.roles:
        return msgspec.structs.replace(ALL, user=caller.user)
    everybody = EVERY if caller.roles else NONE
    operators = EVERY if "operator" in caller.roles else NONE
    if not permits:
        return Sight(everybody, everybody, operators, everybody, operators, operators, NONE, caller.user)
    items = frozenset(caller.items)
    limited: dict[str, set[str]] = {action: set() for action in ACTIONS}
    granted: dict[str, set[str]] = {action: set() for action in ACTIONS}
    for permit in permits:
        mine = permit.who in items
        for action in permit.actions:
            if action in limited:  # a later release may know more
                limited[action].add(permit.definition)
                if mine:
                    granted[action].add(permit.definition)

    def allowed(action: str, usual: Names) -> Names:
        own = _all_of(granted[action])
        if ANY in limited[action]:
            return own
        return own | (usual & Names(frozenset(limited[action]), True))

    view = allowed(VIEW, everybody)
    for action in ACTIONS:
        view |= _all_of(granted[action])
    read = (allowed(VIEW, operators) | _all_of(granted[OPERATE])) & view
    return Sight(
        allowed(START, everybody) & view, view, read, allowed(WORK, everybody) & view,
        allowed(OPERATE, operators) & view, allowed(ADMINISTER, operators) & view, allowed(ADMINISTER, NONE) & view,
        caller.user,
    )  # fmt: skip


def _all_of(names: set[str]) -> Names:
    return EVERY if ANY in names else of(names)


@final
class Grants:
    """Every method that changes something is durable when it returns. `now` gives ms since the epoch."""

    def __init__(
        self, tables: Tables, now: Callable[[], int], told: Told | None = None, audit: AuditLog | None = None
    ) -> None:
        self._tables = tables
        self._now = now
        self._changes = Changes(tables, told, audit)

    async def all(self) -> list[PermitRow]:
        """By definition, then by who."""
        return [permit_row(row) for row in await self._tables.read(f"{PERMIT} order by definition, who")]

    async def put(self, definition: str, who: str, actions: Iterable[str], *, by: str) -> PermitRow:
        """These actions, and no others, are granted from now on. Raises AccessProblem (400) for what is none."""
        row = PermitRow(_definition(definition), await self._who(who), _actions(actions), by, self._now())
        before = await self._granted(row.definition, row.who)
        details = {"before": {"actions": before}, "after": {"actions": row.actions}}
        await self._changes.write([
            (
                "insert into permit (definition, who, actions, created_by, created_at, revision)"
                f" values (?,?,?,?,?,{REVISION}) on conflict (definition, who) do update set actions=excluded.actions,"
                " created_by=excluded.created_by, created_at=excluded.created_at, revision=excluded.revision",
                [row.definition, row.who, msgspec.json.encode(row.actions).decode(), row.created_by, row.created_at],
            )
        ], Entry("grant.put", f"{row.definition} {row.who}", details))  # fmt: skip
        return row

    async def remove(self, definition: str, who: str) -> None:
        """Raises AccessProblem (404)."""
        before = await self._granted(definition, who)
        if not before:
            raise AccessProblem(GRANT_NOT_FOUND, 404, f"Nothing is granted to '{who}' with '{definition}'.")
        entry = Entry("grant.remove", f"{definition} {who}", {"before": {"actions": before}})
        await self._changes.write([("delete from permit where definition=? and who=?", [definition, who])], entry)

    async def _granted(self, definition: str, who: str) -> list[str]:
        row = await self._tables.get("select actions from permit where definition=? and who=?", (definition, who))
        return msgspec.json.decode(row[0], type=list[str]) if row is not None else []

    async def _who(self, text: str) -> str:
        kind, colon, name = text.strip().partition(":")
        if not colon or kind not in KINDS or not name or len(name) > LONGEST:
            raise AccessProblem(
                PARAMETER, 400, f"who: '{text}' is nobody; use user:NAME, group:NAME or role:NAME, such as role:user."
            )
        if kind == "user" and await self._tables.get("select 1 from person where name=?", (name,)) is None:
            raise AccessProblem(PARAMETER, 400, f"who: there is no person '{name}'.")
        return f"{kind}:{name}"


def _definition(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST or ("*" in name and name != ANY):
        raise AccessProblem(PARAMETER, 400, f"definition: give the name of one, or * for any, not '{text}'.")
    return name


def _actions(given: Iterable[str]) -> list[str]:
    chosen = set(given)
    for action in sorted(chosen):
        if action not in ACTIONS:
            raise AccessProblem(PARAMETER, 400, f"actions: '{action}' is none; they are {', '.join(ACTIONS)}.")
    if not chosen:
        raise AccessProblem(PARAMETER, 400, "actions: name at least one; to take all of them back, delete the grant.")
    return [action for action in ACTIONS if action in chosen]
