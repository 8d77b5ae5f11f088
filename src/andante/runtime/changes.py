"""Which instances have changed, for those who look on: the pages, without asking again and again."""

import asyncio
from collections.abc import Iterable
from typing import Final, final

from andante.runtime.executor import Executor
from andante.store.store import SharedStore, Store

PAUSE: Final = 0.3  # seconds in which changes are gathered
MOST: Final = 100  # instances told of one by one; more are "many"
ANY: Final = "*"


@final
class Changes:
    """One object a server. Those who look on hear of what this server wrote, and of what others tell that they wrote:
    a hint that may be lost or come twice, never a record. For one event loop."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._watchers: set[Watcher] = set()
        self._gathered: set[str] = set()
        self._planned = False
        self._closed = False
        if isinstance(store, SharedStore):
            executor.watched = self._wrote

    def watch(self, instance_id: str = "", who: str = "") -> "Watcher":
        """`who` looks at one instance, or (with "") at all, until `stop`."""
        watcher = Watcher(self, instance_id, who)
        if self._closed:
            watcher.end()
        else:
            self._watchers.add(watcher)
            self._executor.watched = self._wrote
        return watcher

    def watching(self, who: str = "") -> int:
        """How many look on; how often somebody does."""
        return sum(each.who == who for each in self._watchers) if who else len(self._watchers)

    def touched(self, instances: Iterable[str]) -> None:
        """Something that is shown beside these has changed, though not they themselves."""
        self._wrote(instances)

    def forget(self, watcher: "Watcher") -> None:
        self._watchers.discard(watcher)
        if not self._watchers and not isinstance(self._store, SharedStore):
            self._executor.watched = None

    def heard(self, text: str) -> None:
        """What another server told, or this one: its name, then the instances."""
        node, _, rest = text.partition(" ")
        if node != self._executor.node:
            self._tell(set(rest.split()))

    def close(self) -> None:
        """Those who look on are told that there is no more."""
        self._closed = True
        for watcher in list(self._watchers):
            watcher.end()

    def _wrote(self, instances: Iterable[str]) -> None:
        if len(self._gathered) <= MOST:
            self._gathered.update(instances)
        if not self._planned:
            self._planned = True
            asyncio.get_running_loop().call_later(PAUSE, self._pass_on)

    def _pass_on(self) -> None:
        self._planned = False
        gathered, self._gathered = self._gathered, set()
        if len(gathered) > MOST:
            gathered = {ANY}
        self._tell(gathered)
        if isinstance(self._store, SharedStore) and not self._executor.alone and not self._closed:
            self._store.tell(f"changed {self._executor.node} {' '.join(sorted(gathered))}")

    def _tell(self, instances: set[str]) -> None:
        for watcher in self._watchers:
            watcher.note(instances)


@final
class Watcher:
    """Somebody who looks on, at one instance or (with "") at all."""

    def __init__(self, changes: Changes, instance_id: str, who: str) -> None:
        self.who = who
        self._changes = changes
        self._instance_id = instance_id
        self._changed = asyncio.Event()
        self._over = False

    def note(self, instances: set[str]) -> None:
        if not self._instance_id or self._instance_id in instances or ANY in instances:
            self._changed.set()

    def end(self) -> None:
        self._over = True
        self._changed.set()

    def stop(self) -> None:
        """Look no longer."""
        self._changes.forget(self)

    @property
    def over(self) -> bool:
        """Whether the server is about to end: nothing more will come."""
        return self._over

    async def changed(self, seconds: float) -> bool:
        """Wait until something may have changed, at most so long; False when nothing has, or the server ends."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        return not self._over
