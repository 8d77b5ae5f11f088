"""What a runtime can be told."""

import msgspec

from andante.runtime.file_types import USUAL
from andante.store.opening import open_store
from andante.store.store import Store


class RuntimeSettings(msgspec.Struct, frozen=True):
    """`zone`: IANA zone of times without one, and of labels. `cache`: instances kept in memory. `queue`: commands under
    way at a time. `max_steps`: elements passed in one command without waiting. `replica`: a PostgreSQL that follows
    the database, for lists. `retention`: how long instances are kept when they are over ("" or "forever": always);
    then they go to the archive, or without `archive` for good. `apart`: on PostgreSQL each transaction is of one
    instance. `remind_every`: seconds between two reminders of a task that somebody who waits for it asks for.
    `attachment_max` in bytes; `attachment_types` are media types, "*" any. `audit_retention`: how long rows of the
    audit log are kept, as `retention`. With `two_persons` terminating or deleting many waits until another person
    approves, for `approval_lifetime` seconds. `few`: as few connections to the
    database as will do. `starts`: instances that may be
    started a second from outside; `open_instances`: as many as may be open for more to be started from there; 0: any
    number."""

    zone: str = "UTC"
    cache: int = 10_000
    queue: int = 50_000
    max_steps: int = 50_000
    replica: str = ""
    apart: bool = False
    retention: str = ""
    archive: bool = True
    remind_every: int = 14_400
    attachment_max: int = 10 * 1024 * 1024
    attachment_types: tuple[str, ...] = USUAL
    audit_retention: str = ""
    two_persons: bool = False
    approval_lifetime: int = 86_400
    starts: int = 0
    open_instances: int = 0
    few: bool = False

    async def store(self, url: str) -> Store:
        """Open the database of that address. Raises StoreProblem."""
        return await open_store(url, self.replica, apart=self.apart, few=self.few)
