"""The ways out of the house: one letter, or several for one box, by their channel."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final, final

import msgspec

from andante.notify.addresses import AddressBook
from andante.notify.apprises import Apprises, mark
from andante.notify.cloud_events import CloudEvent, cloud_event
from andante.notify.endpoints import EVENT_KINDS, Endpoint, Endpoints
from andante.notify.event_sinks import HttpSink
from andante.notify.faults import Undeliverable
from andante.notify.mail import Mail
from andante.notify.webhook import Webhooks
from andante.notify.wording import Item, Rendered, Wording
from andante.people.preferences import Preferences
from andante.runtime import Clock
from andante.runtime.telling import Told as Event
from andante.store.letters import Letter
from andante.timing.instants import iso

WEBHOOK: Final = "webhook"


def item_of(letter: Letter) -> Item:
    told = letter.content
    return Item(
        letter.kind, letter.instance_id, letter.task_id, told.task_name, told.definition, told.text, told.due_at,
        told.called,
    )  # fmt: skip


def message_id(letters: Sequence[Letter]) -> str:
    """The letter's own id; of several one that is the same for the same."""
    if len(letters) == 1:
        return letters[0].id
    return hashlib.sha256("\n".join(sorted(each.id for each in letters)).encode()).hexdigest()[:32]


@final
class Ways:
    """`mail` None: there is no mail server. `house`: language and zone of what goes to no person."""

    def __init__(
        self, *, mail: Mail | None, webhooks: Webhooks, apprises: Apprises, wording: Wording, book: AddressBook,
        endpoints: Endpoints, clock: Clock, house: Preferences,
    ) -> None:  # fmt: skip
        self.mail = mail
        self._webhooks = webhooks
        self._apprises = apprises
        self._wording = wording
        self._book = book
        self._endpoints = endpoints
        self._clock = clock
        self._house = house

    async def send(self, letters: Sequence[Letter], said: Preferences | None) -> None:
        """Send letters for one box; `said`: how the person wants it, None for an endpoint. Raises Undeliverable, or any
        exception when it is to be tried again."""
        first = letters[0]
        if said is None:
            await self._to_endpoint(await self._endpoints.find(first.address), letters)
        elif first.channel == "mail":
            address = await self._book.mail_of(first.person)
            if self.mail is None or not address:
                raise Undeliverable("the person has no mail address, or the server sends no mail")
            await self.mail.post(address, self.rendered(letters, said), message_id(letters))
        else:
            urls = [url for url in said.apprise if mark(url) == first.address]
            if not urls:
                raise Undeliverable("the person has taken this Apprise address back")
            await self._apprises.post(urls[0], self.rendered(letters, said))

    async def _to_endpoint(self, found: Endpoint | None, letters: Sequence[Letter]) -> None:
        if found is None or found.disabled:
            raise Undeliverable("the endpoint was removed or disabled")
        for letter in letters:
            if found.kind in EVENT_KINDS:  # only as a test: events go by a way of their own
                await HttpSink(found, self._webhooks, self._clock).send(self._test_event(letter))
            elif found.kind == WEBHOOK:
                secrets = found.signing(self._clock.now())
                await self._webhooks.post(found.url, secrets, letter.id, letter.kind, self.payload(letter))
            else:
                await self._apprises.post(found.url, self.rendered([letter], self._house))

    def _test_event(self, letter: Letter) -> CloudEvent:
        made = cloud_event(self._wording.link("", "").rstrip("/"), "test", 0, letter.created_at, Event(0, "test", {}))
        return msgspec.structs.replace(made, id=letter.id)

    def rendered(self, letters: Sequence[Letter], said: Preferences) -> Rendered:
        items = [item_of(each) for each in letters]
        if len(items) == 1:
            return self._wording.note(items[0], said.language, said.zone)
        return self._wording.digest(items, said.language, said.zone)

    def payload(self, letter: Letter) -> dict[str, Any]:
        """What a webhook says of a note (docs/how-to/webhooks.md)."""
        told = letter.content
        return {
            "key": told.key,
            "kind": letter.kind,
            "instanceId": letter.instance_id,
            "taskId": letter.task_id,
            "taskName": told.task_name,
            "definition": told.definition,
            "recipients": told.recipients,
            "text": told.text,
            "dueAt": iso(told.due_at) if told.due_at else "",
            "createdAt": iso(letter.created_at) if letter.created_at else "",
            "link": self._wording.link(letter.task_id, letter.instance_id),
        }
