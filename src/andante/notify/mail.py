"""Notes as mail: text and HTML in one message."""

import asyncio
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from typing import Final, final

from aiosmtplib import SMTPDataError, SMTPNotSupported, SMTPRecipientsRefused

from andante.notify.faults import NotNow, Undeliverable
from andante.notify.smtp import SmtpServer
from andante.notify.wording import Rendered
from andante.runtime import Clock
from andante.timing.instants import local

AT_ONCE: Final = 4
"""Connections open to the mail server at the same time."""


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
            message = self._message(rendered, Address(addr_spec=address), id)
        except (ValueError, IndexError, MessageError):
            raise Undeliverable(f"{address!r} is no mail address") from None
        async with self._slots, self._server.connection() as smtp:
            try:
                await smtp.send_message(message)
            except SMTPRecipientsRefused as refused:
                codes = [one.code for one in refused.recipients]
                if min(codes) < 500:
                    raise NotNow(f"{address} refused for now ({codes[0]})") from None
                raise Undeliverable(f"{address} refused ({codes[0]})") from None
            except SMTPNotSupported as fault:
                # An address beyond ASCII and a server without SMTPUTF8: no later try helps.
                raise Undeliverable(f"{address} refused ({fault.message})") from None
            except SMTPDataError as fault:
                raise NotNow(f"message to {address} refused ({fault.code} {fault.message})") from None

    def _message(self, rendered: Rendered, recipient: Address, id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = recipient
        message["Subject"] = rendered.subject
        message["Date"] = format_datetime(local(self._clock.now(), "UTC"))
        message["Message-ID"] = f"<{id}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(rendered.text)
        message.add_alternative(rendered.html, subtype="html")
        return message
