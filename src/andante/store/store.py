"""What the runtime asks of a database, whichever it is, and how one is opened.

SQL is written once for all: `?` marks a parameter, flags are 0 and 1, and what databases say differently is a name
here.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from andante.store.projection import Batch

Row = tuple[Any, ...]
Answer = Callable[[BaseException | None], None]
Stored = tuple[int, bytes | None, str]  # seq, state, definition id


class Store(ABC):
    """An open database; for one event loop. Reads see what is committed. `like`: the operator that compares with a
    pattern and takes capitals and small letters for the same. `at_once`: how many batches may be on their way;
    `apart`: each is to be of one instance. `url`: what it was opened by."""

    like: ClassVar[str]
    # The search of words: a query that takes an expression, what stands between its words, and after a beginning.
    matching: ClassVar[str] = "select instance_id, key from search_index where search_index match ?"
    all_of: ClassVar[str] = " AND "
    begins: ClassVar[str] = "*"
    # A query of what a JSON array of arrays has, each of an instance and a key.
    given: ClassVar[str] = "select value->>0 as instance_id, value->>1 as key from json_each(?)"
    at_once: int = 1
    apart: bool = False
    url: str

    @abstractmethod
    async def get(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """The first row: for look-ups by key."""

    @abstractmethod
    async def get_all(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows: for look-ups by an index that give few rows."""

    @abstractmethod
    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of a query that may take long."""

    async def browse(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """As `read`, of what may be a little behind: for lists and counts, which a replica can give."""
        return await self.read(sql, parameters)

    @abstractmethod
    async def states(self, known: Sequence[tuple[str, int]]) -> dict[str, Stored]:
        """Instances by id; the state is left out where the number is the one that is known already (0: none is)."""

    @abstractmethod
    async def write(self, statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        """One durable transaction outside the commands' own batches. Raises Duplicate for a key that is taken, and
        StoreProblem else; then nothing changed."""

    @abstractmethod
    def submit(self, batch: Batch, answer: Answer) -> None:
        """Write a sealed batch in one durable transaction. `answer` gets None, or what went wrong; then nothing
        changed, but for StoreLost, which leaves it open. It may be called in another thread."""

    @abstractmethod
    async def close(self) -> None:
        """Write what is queued, then let go of the database."""


class SharedStore(Store):
    """A database that other servers may use at the same time. `heard` is called with what they `tell`; `parted` when a
    connection was lost, before there is another: what answers then may be a standby that lacks the last commits. `now`:
    the database's time in ms; `unlocked`: with the name of a table, leaves out its rows that others are changing."""

    now: ClassVar[str]
    unlocked: ClassVar[str]
    heard: Callable[[str], None] | None = None
    parted: Callable[[], None] | None = None

    @abstractmethod
    async def change(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """One durable statement that gives rows (`returning`). Raises StoreProblem."""

    @abstractmethod
    def tell(self, text: str) -> None:
        """Let the other servers know, soon; it may get lost."""

    def known_as(self, node: str) -> None:
        """Under this name the server is a member from now on."""

    async def fence(self) -> None:
        """Call off what servers have under way that are members no longer: it may keep rows locked. Raises
        StoreProblem."""
