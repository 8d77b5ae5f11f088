"""Files that people attach to a task or an instance. Who may is decided by the caller (people).

The content is kept first; then the attachment is a fact of its instance, and its row is written with that fact."""

import asyncio
import contextlib
import hashlib
import unicodedata
from collections.abc import Callable
from random import Random
from typing import Final, final

import structlog

from andante.engine import commands as cmd
from andante.engine.step import Step
from andante.engine.waits import Task
from andante.runtime.bundle import nothing
from andante.runtime.clock import Clock
from andante.runtime.executor import Executor
from andante.runtime.file_types import EXTENSIONS, extension, named_otherwise, type_of
from andante.runtime.options import RuntimeSettings
from andante.runtime.problem import (
    ATTACHMENT_NOT_FOUND,
    ATTACHMENT_TOO_LARGE,
    ATTACHMENT_TYPE,
    ATTACHMENTS_FULL,
    INSTANCE_NOT_FOUND,
    PARAMETER,
    Problem,
)
from andante.store import attachments as rows
from andante.store.attachments import AttachmentRow
from andante.store.faults import StoreProblem
from andante.store.store import Store

log: Final = structlog.get_logger("andante.attachments")
SWEEP: Final = 3_600.0  # seconds
AT_ONCE: Final = 4  # files in memory at a time
MOST: Final = 500  # of one instance
LONGEST_NAME: Final = 200
ANY_TYPE: Final = "*"


@final
class Attachments:
    """One object a server. `mine` says whether to tidy up is this server's."""

    def __init__(
        self, store: Store, clock: Clock, executor: Executor, chance: Random, settings: RuntimeSettings,
        mine: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._store = store
        self._executor = executor
        self._removing = asyncio.Lock()
        self._clock = clock
        self._chance = chance
        self._mine = mine
        self.largest = settings.attachment_max
        self.types = frozenset(settings.attachment_types)
        self.gate = asyncio.Semaphore(AT_ONCE)  # hold it while a whole file is in memory

    async def add(self, instance_id: str, task: int, name: str, data: bytes, *, who: str) -> AttachmentRow:
        """Keep a file at the instance, or its task of this key. Raises Problem: 400 for a bad name or no content, 409
        too many or the instance is over, 413 too large, 415 of a kind that is not taken or not what its name says."""
        name = clean_name(name)
        if not data:
            raise Problem(PARAMETER, 400, "file: it is empty.")
        if len(data) > self.largest:
            raise self.too_large()
        kind, digest = await asyncio.to_thread(_looked_at, data, name)
        if ANY_TYPE not in self.types:
            if named_otherwise(kind, name):
                raise Problem(
                    ATTACHMENT_TYPE, 415, f"'{name}' is no .{extension(name)} file: its content is {kind}. Rename it."
                )
            if kind not in self.types:
                endings = ", ".join(end for each in sorted(self.types) for end in EXTENSIONS.get(each, (each,)))
                raise Problem(
                    ATTACHMENT_TYPE, 415, f"'{name}' is {kind}, which this server does not take. It takes {endings}."
                )
        if await rows.count(self._store, instance_id) >= MOST:
            raise Problem(ATTACHMENTS_FULL, 409, f"The instance has {MOST} attachments already. Delete some first.")
        id = self._chance.randbytes(16).hex()
        await self._store.write(rows.brought(digest, data, self._clock.now()))
        command = cmd.AddAttachment(id, task, name, kind, len(data), digest)
        at = await self._executor.submit(instance_id, command, who, _when)
        return AttachmentRow(instance_id, id, task, name, kind, len(data), digest, at, who)

    def too_large(self) -> Problem:
        return Problem(ATTACHMENT_TOO_LARGE, 413, f"The file is larger than {self.largest} bytes (attachment_max).")

    async def many(self, instance_id: str, task: int | None = None) -> list[AttachmentRow]:
        """Those of the instance and all its tasks, or of its task of this key."""
        return await rows.many(self._store, instance_id, task)

    async def one(self, id: str) -> AttachmentRow:
        """Raises Problem (404)."""
        row = await rows.one(self._store, id)
        if row is None:
            raise Problem(ATTACHMENT_NOT_FOUND, 404, f"There is no attachment '{id}'.")
        return row

    async def content(self, row: AttachmentRow) -> bytes:
        """Raises Problem (404) where it was deleted meanwhile."""
        data = await rows.content(self._store, row.hash)
        if data is None:
            raise Problem(ATTACHMENT_NOT_FOUND, 404, f"There is no attachment '{row.id}'.")
        return data

    async def remove(self, id: str, *, who: str) -> None:
        """Raises Problem (404)."""
        async with self._removing:  # of two at the same time one finds it gone
            row = await self.one(id)
            command = cmd.RemoveAttachment(row.id, row.task, row.name, row.size)
            try:
                await self._executor.submit(row.instance_id, command, who, nothing)
            except Problem as problem:
                if problem.code != INSTANCE_NOT_FOUND:
                    raise
                await self._store.write(rows.orphaned(row))
        with contextlib.suppress(StoreProblem):  # it goes with the next sweep
            await self._store.write(rows.released(row.hash, self._clock.now()))

    async def sweep(self) -> None:
        """Take away what is of no instance, and contents that nobody refers to. Raises StoreProblem."""
        await self._store.write(rows.sweep(self._clock.now()))

    async def run(self) -> None:
        """Sweep now and then."""
        while True:
            await asyncio.sleep(SWEEP)
            try:
                if self._mine():
                    await self.sweep()
            except StoreProblem as fault:
                log.warning("attachments have to wait", why=str(fault))


def _when(step: Step, _: Task | None) -> int:
    return step.now


def _looked_at(data: bytes, name: str) -> tuple[str, str]:
    return type_of(data, name), hashlib.sha256(data).hexdigest()


def clean_name(name: str) -> str:
    """The last part of a path, without signs that steer a terminal or a file system. Raises Problem (400)."""
    last = name.replace("\\", "/").rpartition("/")[2].strip().strip(".")
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    if not kept or len(kept) > LONGEST_NAME:
        raise Problem(PARAMETER, 400, f"filename: 1 to {LONGEST_NAME} characters, not '{name[:50]}'.")
    return kept
