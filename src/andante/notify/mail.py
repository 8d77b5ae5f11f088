"""Notes as mail, and other letters: text and HTML in one message."""

import asyncio
from collections.abc import Mapping, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from typing import Final, NamedTuple, final

from aiosmtplib import SMTPDataError, SMTPNotSupported, SMTPRecipientsRefused

from andante.notify.faults import NotNow, Undeliverable
from andante.notify.smtp import SmtpServer
from andante.notify.wording import Rendered
from andante.runtime import Clock
from andante.timing.instants import local

AT_ONCE: Final = 4
"""Connections open to the mail server at the same time."""


class Enclosure(NamedTuple):
    """A file in a letter; `type` is its media type."""

    name: str
    type: str
    data: bytes


class Letter(NamedTuple):
    """What somebody writes to somebody: `text`, `html`, or both."""

    to: Sequence[Address]
    subject: str
    text: str = ""
    html: str = ""
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    reply_to: Sequence[Address] = ()
    enclosures: Sequence[Enclosure] = ()


@final
class Mail:
    """Sends by SMTP. `sender` is the From header, "Name <address>" or an address.

    Raises ValueError for a sender that is no address.
    """

    def __init__(self, server: SmtpServer, *, sender: str, clock: Clock) -> None:
        try:
            [(display, addr_spec)] = getaddresses([sender])
            self._sender = Address(display, addr_spec=addr_spec)
        except (ValueError, IndexError, MessageError):
            raise ValueError(f"the mail sender {sender!r} is no address: write Andante <andante@example.com>") from None
        if not self._sender.username or not self._sender.domain:
            raise ValueError(f"the mail sender {sender!r} is no full address: write Andante <andante@example.com>")
        self._server = server
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def post(self, address: str, rendered: Rendered, id: str) -> None:
        """Send it. The same `id` makes the same Message-ID. Raises Undeliverable for an address that is none or that
        the server refuses for good; NotNow and network errors when it is to be tried again."""
        try:
            letter = Letter([Address(addr_spec=address)], rendered.subject, rendered.text, rendered.html)
            message = self._message(letter, id)
        except (ValueError, IndexError, MessageError):
            raise Undeliverable(f"{address!r} is no mail address") from None
        await self._send(message, [address])

    async def send(self, letter: Letter, id: str) -> Mapping[str, str]:
        """The same with all that a letter may have; the addresses that were refused, and why, where others were not.
        Raises as `post` does, and Undeliverable for what cannot be in a header."""
        try:
            message = self._message(letter, id)
        except (ValueError, IndexError, MessageError) as fault:
            raise Undeliverable(f"it cannot be written as a mail: {fault}") from None
        return await self._send(message, [each.addr_spec for each in (*letter.to, *letter.cc, *letter.bcc)])

    def message_id(self, id: str) -> str:
        """The header of the letter with this `id`."""
        return f"<{id}@{self._sender.domain}>"

    async def _send(self, message: EmailMessage, addresses: Sequence[str]) -> Mapping[str, str]:
        who = ", ".join(addresses)
        async with self._slots, self._server.connection() as smtp:
            try:
                refused_by, _ = await smtp.send_message(message, recipients=list(addresses))
            except SMTPRecipientsRefused as refused:
                codes = [one.code for one in refused.recipients]
                if min(codes) < 500:
                    raise NotNow(f"{who} refused for now ({codes[0]})") from None
                raise Undeliverable(f"{who} refused ({codes[0]})") from None
            except SMTPNotSupported as fault:
                # An address beyond ASCII and a server without SMTPUTF8: no later try helps.
                raise Undeliverable(f"{who} refused ({fault.message})") from None
            except SMTPDataError as fault:
                raise NotNow(f"message to {who} refused ({fault.code} {fault.message})") from None
        return {address: f"{answer.code} {answer.message}" for address, answer in refused_by.items()}

    def _message(self, letter: Letter, id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        for name, addresses in (("To", letter.to), ("Cc", letter.cc), ("Reply-To", letter.reply_to)):
            if addresses:
                message[name] = tuple(addresses)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(local(self._clock.now(), "UTC"))
        message["Message-ID"] = self.message_id(id)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        if letter.text or not letter.html:
            message.set_content(letter.text)
            if letter.html:
                message.add_alternative(letter.html, subtype="html")
        else:
            message.set_content(letter.html, subtype="html")
        for each in letter.enclosures:
            kind, _, subtype = each.type.partition("/")
            message.add_attachment(each.data, maintype=kind, subtype=subtype or "octet-stream", filename=each.name)
        return message
