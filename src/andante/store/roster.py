"""Reading what is known of the people, and the revision that tells whether somebody has changed it."""

from typing import Final, NamedTuple

import msgspec

from andante.store.store import Store

Statement = tuple[str, list[object]]

# Each change of a person, team or deputy goes with this in one transaction, first, and marks its row as REVISED says.
RAISE_REVISION: Final[Statement] = ("update roster set revision=revision+1", [])
REVISED: Final = "revision=(select revision from roster)"
REVISION: Final = "(select revision from roster)"
_strings: Final = msgspec.json.Decoder(list[str]).decode
_levels: Final = msgspec.json.Decoder(dict[str, int]).decode


class Revision(NamedTuple):
    """The number of the last change, and how many rows there are of each kind."""

    number: int
    persons: int
    teams: int
    deputies: int
    permits: int


class PersonRow(NamedTuple):
    """A person as the roster needs them; `skills` are levels by name."""

    name: str
    manager: str
    roles: list[str]
    groups: list[str]
    queues: list[str]
    skills: dict[str, int]
    disabled: bool


class TeamRow(NamedTuple):
    """A group, role or work queue. `members`: "user:x", "group:x", "role:x", "roleAndSubordinates:x"; `parent`: the
    role above; `skills`: the levels that a person needs for its tasks."""

    kind: str
    name: str
    label: str
    lead: str
    parent: str
    members: list[str]
    rule: str
    calendar: str
    skills: dict[str, int]
    created_at: int


class DeputyRow(NamedTuple):
    """From `from_at` until before `until_at` (ms; 0: open) `deputy` stands in for `person`: in all tasks, or those of
    one process (its name) or queue. Without a deputy the person is away."""

    id: str
    person: str
    deputy: str
    from_at: int
    until_at: int
    definition: str
    queue: str
    rule: str
    created_by: str
    created_at: int


class PermitRow(NamedTuple):
    """`who` ("user:x", "group:x", "role:x") may do `actions` with the definitions of that name, "*" for any."""

    definition: str
    who: str
    actions: list[str]
    created_by: str
    created_at: int


TEAM: Final = "select kind, name, label, lead, parent, members, rule, calendar, skills, created_at from team"
DEPUTY: Final = (
    "select id, person, deputy, from_at, until_at, definition, queue, rule, created_by, created_at from deputy"
)
PERMIT: Final = "select definition, who, actions, created_by, created_at from permit"


async def revision(store: Store) -> Revision:
    row = await store.get(
        "select r.revision, (select count(*) from person), (select count(*) from team), (select count(*) from deputy),"
        " (select count(*) from permit) from roster r"
    )
    if row is None:
        raise AssertionError("the roster has no revision")
    return Revision(*row)


async def persons_since(store: Store, revision: int) -> list[PersonRow]:
    """Who was changed after that revision; -1 is before all."""
    rows = await store.read(
        'select name, manager, roles, "groups", queues, skills, disabled from person where revision>?', (revision,)
    )
    return [
        PersonRow(name, manager, _strings(roles), _strings(groups), _strings(queues), _levels(skills), bool(disabled))
        for name, manager, roles, groups, queues, skills, disabled in rows
    ]


def team_row(row: tuple[object, ...]) -> TeamRow:
    """Of what `TEAM` selects."""
    kind, name, label, lead, parent, members, rule, calendar, skills, created_at = row
    return msgspec.convert(
        (kind, name, label, lead, parent, _strings(str(members)), rule, calendar, _levels(str(skills)), created_at),
        TeamRow,
    )


async def teams_since(store: Store, revision: int) -> list[TeamRow]:
    return [team_row(row) for row in await store.read(f"{TEAM} where revision>?", (revision,))]


async def deputies_since(store: Store, revision: int) -> list[DeputyRow]:
    return [DeputyRow(*row) for row in await store.read(f"{DEPUTY} where revision>?", (revision,))]


def permit_row(row: tuple[object, ...]) -> PermitRow:
    """Of what `PERMIT` selects."""
    definition, who, actions, created_by, created_at = row
    return msgspec.convert((definition, who, _strings(str(actions)), created_by, created_at), PermitRow)


async def permits_since(store: Store, revision: int) -> list[PermitRow]:
    return [permit_row(row) for row in await store.read(f"{PERMIT} where revision>?", (revision,))]
