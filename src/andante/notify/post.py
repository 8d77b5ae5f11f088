"""The post: a note becomes letters, one for each receiver and channel, by how each person wants to be told.

What a note says of its recipients is looked up when it comes; whether a letter is still wanted, when it goes. The
letters of a note are kept in one transaction, so that a channel that fails repeats nothing of the others.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, final

import msgspec
import structlog

from andante.notify.addresses import AddressBook
from andante.notify.apprises import checked_address, mark, masked
from andante.notify.delivery import Delivery
from andante.notify.endpoints import EVENT_KINDS, Endpoint, Endpoints
from andante.notify.holders import holders, holds
from andante.notify.inbox import Inbox, insertion
from andante.people.faults import PARAMETER, AccessProblem
from andante.people.preferences import PreferenceBook, Preferences
from andante.runtime import Clock, Note, Post
from andante.store.letters import DROPPED, WAITING, Content, Letter, Letters, letter_id
from andante.store.store import Store

log: Final = structlog.get_logger("andante.notify")
WEBHOOK: Final = "webhook:"
TEST: Final = "This is a test. Notes for you arrive here."


def _untold(_instances: list[str]) -> None:
    """Nobody looks on."""


def addressed(
    note: Note, task: int, channel: str, *, now: int, next_at: int = 0, person: str = "", address: str = "",
    recipient: str = "", holder: bool = False,
) -> Letter:  # fmt: skip
    """A new letter. `next_at` later than `now` (ms): then it goes with all others that are due for the same box."""
    content = Content(
        note.key, note.task_name, note.definition, note.text, note.due_at or 0, note.recipients, note.anyway,
        note.process,
    )  # fmt: skip
    due = max(next_at, now)
    return Letter(
        letter_id(note.key, channel, person, address), person, channel, address, note.kind, note.instance_id, task,
        recipient, holder, WAITING, 0, due, due > now, "", now, 0, content,
    )  # fmt: skip


class Tested(msgspec.Struct, frozen=True):
    """By which channel a test went, and why it did not; "" if it did."""

    channel: str
    error: str


@final
class NotePost(Post):
    """A channel of the runtime. `letters`, `inbox`, `endpoints` and `preferences` are what people and operators see of
    it; `delivery` carries letters out; `shown` hears of which instances a note has come into somebody's list;
    `private`: everybody may name addresses that are not of the open internet."""

    name: str = "post"

    def __init__(
        self, store: Store, clock: Clock, book: AddressBook, letters: Letters, preferences: PreferenceBook,
        endpoints: Endpoints, inbox: Inbox, delivery: Delivery, *, private: bool,
    ) -> None:  # fmt: skip
        self._store = store
        self._clock = clock
        self._book = book
        self.letters = letters
        self.preferences = preferences
        self.endpoints = endpoints
        self.inbox = inbox
        self.private = private
        self.delivery = delivery
        self.shown: Callable[[list[str]], None] = _untold

    async def send(self, note: Note) -> None:
        """Keep a letter for each receiver and channel. Raises StoreProblem."""
        task = int(note.task_id.rpartition("-")[2]) if note.task_id else 0
        held_by = await holders(self._store, note.instance_id, task) if task else set()
        named = {each.removeprefix(WEBHOOK) for each in note.recipients if each.startswith(WEBHOOK)}
        persons: dict[str, str] = {}  # name, and by which recipient
        for recipient in note.recipients:
            if not recipient.startswith(WEBHOOK):
                found = self._book.people(recipient)
                if not found:
                    log.info("nobody to write to", recipient=recipient, key=note.key)
                for name in found:
                    persons.setdefault(name, recipient)
        letters = [
            *(await self._to_persons(note, task, persons, held_by)),
            *self._to_endpoints(note, task, named, await self.endpoints.all()),
        ]
        shown = [insertion(each) for each in letters if each.channel == "app"]
        going = [each for each in letters if each.channel != "app"]
        await self.letters.add(going, shown)
        if shown:
            self.shown([note.instance_id])
        if going:
            self.delivery.wake()

    async def _to_persons(self, note: Note, task: int, persons: dict[str, str], held_by: set[str]) -> Sequence[Letter]:
        now = self._clock.now()
        letters: list[Letter] = []
        for person, said in (await self.preferences.many(persons)).items():
            release = said.release(note.kind, now)
            recipient = persons[person]
            holder = not note.anyway and holds(recipient, held_by)
            for channel in said.ways(note.kind):
                addresses = [mark(url) for url in said.apprise] if channel == "apprise" else [""]
                if channel == "mail" and not await self._mailed(person, note.key):
                    continue
                letters += [
                    addressed(
                        note, task, channel, now=now, next_at=0 if channel == "app" else release, person=person,
                        address=address, recipient=recipient, holder=holder,
                    )
                    for address in addresses
                ]  # fmt: skip
        return letters

    async def _mailed(self, person: str, key: str) -> bool:
        if not self.delivery.mails:
            return False
        if await self._book.mail_of(person):
            return True
        log.info("no mail address", user=person, key=key)
        return False

    def _to_endpoints(self, note: Note, task: int, named: set[str], known: Sequence[Endpoint]) -> Sequence[Letter]:
        now = self._clock.now()
        for name in sorted(named - {each.name for each in known}):
            log.warning("there is no such endpoint", endpoint=name, key=note.key)
        return [
            addressed(note, task, each.kind, now=now, address=each.name)
            for each in known
            if not each.disabled and each.kind not in EVENT_KINDS and (each.name in named or each.gets(note.kind))
        ]

    async def look(self) -> int:
        return await self.delivery.look()

    async def next_at(self) -> int:
        return await self.letters.next_at(self._clock.now())

    async def drain(self) -> bool:
        return await self.delivery.drain()

    def close(self) -> None:
        self.delivery.close()

    async def prefer(self, person: str, changes: dict[str, Any], *, any_host: bool = False) -> Preferences:
        """The person wants to be told otherwise; all that they have said. Apprise addresses that come back as they were
        shown (masked) stay; `any_host`: their host is free to choose. Raises AccessProblem: 404, 400."""
        if "apprise" in changes:
            before = await self.preferences.said(person)
            changes = {**changes, "apprise": _addresses(before, changes["apprise"], self.private or any_host)}
        said = await self.preferences.change(person, changes)
        await self.retime(person)
        return said

    async def retime(self, person: str) -> None:
        """The person wants to be told otherwise from now on: what waits for them goes by that."""
        said = (await self.preferences.many([person]))[person]
        now = self._clock.now()
        for letter in await self.letters.waiting_for(person):
            if letter.channel not in said.ways(letter.kind):
                await self.letters.done([letter], DROPPED, now, "the person wants no such notes by this channel")
            elif letter.gathered:
                await self.letters.move(letter, said.release(letter.kind, now))
        self.delivery.wake()

    async def test(self, receiver: str) -> list[Tested]:
        """Send a test to a person by each of their channels, or to `webhook:NAME`, now; what became of it. Raises
        Problem, AccessProblem or StoreProblem."""
        now = self._clock.now()
        note = Note(f"test-{now}", "test", "", "", "", "Andante", [receiver], None, TEST)
        if receiver.startswith(WEBHOOK):
            found = await self.endpoints.one(receiver.removeprefix(WEBHOOK))
            return [await self._tested(addressed(note, 0, found.kind, now=now, address=found.name), None)]
        await self.preferences.said(receiver)
        said = (await self.preferences.many([receiver]))[receiver]
        done: list[Tested] = []
        for channel in sorted({each for channels in said.channels.values() for each in channels}):
            addresses = [mark(url) for url in said.apprise] if channel == "apprise" else [""]
            for address in addresses:
                letter = addressed(note, 0, channel, now=now, person=receiver, address=address)
                if channel == "app":
                    await self.letters.add([], [insertion(letter)])
                    done.append(Tested(channel, ""))
                else:
                    done.append(await self._tested(letter, said))
        return done

    async def _tested(self, letter: Letter, said: Preferences | None) -> Tested:
        try:
            await self.delivery.ways.send([letter], said)
        except Exception as fault:  # whatever it is, it is what was asked for
            return Tested(letter.channel, f"{fault}" or type(fault).__name__)
        return Tested(letter.channel, "")


def _addresses(before: Preferences, given: Sequence[str], any_host: bool) -> list[str]:
    """What comes back as it was shown stands for what is there, in its order."""
    kept = list(before.apprise)
    found: list[str] = []
    for url in given:
        same = next((each for each in kept if masked(each) == url), None)
        if same is not None:
            kept.remove(same)
            found.append(same)
            continue
        try:
            checked_address(url, any_host=any_host)
        except ValueError as fault:
            raise AccessProblem(PARAMETER, 400, f"apprise: {fault}.") from None
        found.append(url)
    return found
