"""Whom a recipient stands for, and the mail addresses of these people."""

import json
from collections.abc import Sequence
from typing import Any, Final, Protocol, final

import structlog

log: Final = structlog.get_logger("andante.notify")

# Which columns of a person hold the name after the prefix. A task is offered to groups and roles alike.
_COLUMNS: Final = {"group": ("groups", "roles"), "role": ("groups", "roles"), "queue": ("queues",)}
_PERSON: Final = 'select name, email, manager, "groups", roles, queues from person where disabled=0'


class Tables(Protocol):
    """The part of the store this room needs."""

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...


@final
class AddressBook:
    """Looks recipients up among the persons; those who are disabled get nothing."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def addresses(self, recipient: str) -> list[str]:
        """The addresses a recipient stands for, by the names of the people; who has none is left out and logged.

        `user:x` or `x` is a person, `group:x`, `role:x` and `queue:x` their members, `manager:` before any of these
        the managers of these people.
        """
        found: list[str] = []
        for name, email, *_ in await self._people(recipient):
            if email:
                found.append(email)
            else:
                log.info("no mail address", user=name, recipient=recipient)
        return found

    async def _people(self, recipient: str) -> list[tuple[Any, ...]]:
        kind, colon, name = recipient.partition(":")
        if colon and kind == "manager":
            names = sorted({manager for _, _, manager, *_ in await self._people(name) if manager})
            return [person for manager in names for person in await self._named(manager)]
        if colon and kind in _COLUMNS:
            return await self._members(_COLUMNS[kind], name)
        return await self._named(name if colon and kind == "user" else recipient)

    async def _named(self, name: str) -> list[tuple[Any, ...]]:
        return await self._tables.read(f"{_PERSON} and name=?", (name,))

    async def _members(self, columns: tuple[str, ...], name: str) -> list[tuple[Any, ...]]:
        """The lists are JSON texts: the database picks those with the name somewhere, here it is looked at exactly."""
        pattern = f"%{json.dumps(name, ensure_ascii=False)}%"
        condition = " or ".join(f'"{column}" like ?' for column in columns)
        rows = await self._tables.read(f"{_PERSON} and ({condition}) order by name", [pattern] * len(columns))
        places = [("groups", "roles", "queues").index(column) + 3 for column in columns]
        return [row for row in rows if any(name in json.loads(row[place]) for place in places)]
