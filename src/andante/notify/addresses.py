"""Whom a recipient stands for, and the mail addresses of these people."""

from collections.abc import Sequence
from typing import Any, Final, Protocol, final

SETS: Final = ("group", "role", "queue")


class People(Protocol):
    """The part of the roster this room needs."""

    def members(self, name: str) -> tuple[str, ...]: ...
    def manager(self, user: str) -> str: ...
    def lead(self, queue: str) -> str: ...
    def exists(self, user: str) -> bool: ...


class Tables(Protocol):
    """The part of the store this room needs."""

    async def get(self, sql: str, parameters: Sequence[object] = ()) -> tuple[Any, ...] | None: ...


@final
class AddressBook:
    """Looks recipients up among the persons; those who are disabled get nothing."""

    def __init__(self, people: People, tables: Tables) -> None:
        self._people = people
        self._tables = tables

    def people(self, recipient: str) -> list[str]:
        """Names of those a recipient stands for.

        `user:x` or `x` is a person, `group:x`, `role:x` and `queue:x` their members, `lead:queue:x` who leads the
        queue, `manager:` before any of these the managers of these people.
        """
        kind, colon, name = recipient.partition(":")
        if colon and kind == "manager":
            return sorted({boss for each in self.people(name) if (boss := self._known(self._people.manager(each)))})
        if colon and kind == "lead":
            return [lead] if (lead := self._known(self._people.lead(name))) else []
        if colon and kind in SETS:
            return list(self._people.members(recipient))
        person = self._known(name if colon and kind == "user" else recipient)
        return [person] if person else []

    def _known(self, name: str) -> str:
        return name if name and self._people.exists(name) else ""

    async def mail_of(self, person: str) -> str:
        """Their mail address; "" for none, and for somebody who is disabled or not there."""
        row = await self._tables.get("select email from person where name=? and disabled=0", (person,))
        return str(row[0]) if row is not None else ""
