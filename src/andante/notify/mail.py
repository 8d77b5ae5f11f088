"""Notes as mail: one message a recipient, as text and HTML, with a link that opens the task."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses
from pathlib import Path
from typing import Final, final
from urllib.parse import quote

import structlog
from aiosmtplib import SMTP, SMTPDataError, SMTPNotSupported, SMTPRecipientsRefused
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from andante.notify.smtp import SmtpServer
from andante.runtime.clock import Clock
from andante.runtime.outbox import Note
from andante.timing.instants import contract_time, local

log: Final = structlog.get_logger("andante.notify")
HEADLINES: Final = {"reminder": "Reminder", "slaGoal": "Goal passed", "slaDeadline": "Overdue"}
AT_ONCE: Final = 4
"""Connections open to the mail server at the same time."""
_REMEMBERED: Final = 10_000
_LONGEST_SUBJECT: Final = 200

_templates: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class MailError(Exception):
    """Some messages of a note could not be sent; the note is to be sent again, only they go out then."""


@final
class MailChannel:
    """Sends notes by SMTP.

    `sender` is the From header, "Name <address>" or an address; `base_url` where people reach the server's pages;
    `addresses` gives the mail addresses a recipient stands for (AddressBook does). A recipient without any, or whose
    address the server refuses for good, is left out and logged. `zone` is the IANA zone due times are shown in.

    Message-ID is made of the note's key and the address: a message that comes twice has the same one.
    Raises ValueError for a sender that is no address, and for a base URL that is none.
    """

    name: str = "mail"

    def __init__(
        self,
        server: SmtpServer,
        *,
        sender: str,
        base_url: str,
        addresses: Callable[[str], Awaitable[list[str]]],
        clock: Clock,
        zone: str = "UTC",
    ) -> None:
        try:
            [(display, addr_spec)] = getaddresses([sender])
            self._sender = Address(display, addr_spec=addr_spec)
        except (ValueError, IndexError, MessageError):
            raise ValueError(f"the mail sender {sender!r} is no address: write Andante <andante@example.com>") from None
        if not self._sender.username or not self._sender.domain:
            raise ValueError(f"the mail sender {sender!r} is no full address: write Andante <andante@example.com>")
        if not base_url.startswith(("http://", "https://")):
            raise ValueError(f"the base URL {base_url!r} is none: write https://andante.example.com")
        self._server = server
        self._base_url = base_url.rstrip("/")
        self._addresses = addresses
        self._clock = clock
        self._zone = zone
        self._slots = asyncio.Semaphore(AT_ONCE)
        # What went out already, so that a note sent again for one recipient's sake does not reach the others twice.
        self._sent: OrderedDict[str, None] = OrderedDict()

    async def send(self, note: Note) -> None:
        """Send it to each recipient. Raises MailError or an SMTP or network error when it is to be tried again."""
        messages = [message for message in await self._messages(note) if message["Message-ID"] not in self._sent]
        if not messages:
            return
        faults: list[str] = []
        async with self._slots, self._server.connection() as smtp:
            for message in messages:
                fault = await self._post(smtp, message, note.key)
                if fault:
                    faults.append(fault)
                    continue
                self._sent[message["Message-ID"]] = None
                if len(self._sent) > _REMEMBERED:
                    self._sent.popitem(last=False)
        if faults:
            raise MailError("; ".join(faults))

    async def _messages(self, note: Note) -> list[EmailMessage]:
        messages: dict[str, EmailMessage] = {}
        for recipient in note.recipients:
            addresses = await self._addresses(recipient)
            if not addresses:
                log.info("nobody to write to", recipient=recipient, key=note.key)
            for address in addresses:
                if address in messages:
                    continue
                try:
                    messages[address] = self._message(note, Address(addr_spec=address))
                except (ValueError, IndexError, MessageError):
                    log.warning("bad mail address", address=address, recipient=recipient, key=note.key)
        return list(messages.values())

    def _message(self, note: Note, recipient: Address) -> EmailMessage:
        headline = HEADLINES.get(note.kind, "Notice")
        # A name may hold line breaks; a header must not.
        subject = " ".join(f"{headline}: {note.task_name or note.definition}".split())
        words = {
            "headline": headline,
            "note": note,
            "subject": subject,
            "link": self._link(note),
            "due": f"{contract_time(note.due_at, self._zone)[:16]} ({self._zone})" if note.due_at else "",
        }
        digest = hashlib.sha256(f"{note.key}\n{recipient.addr_spec}".encode()).hexdigest()
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = recipient
        message["Subject"] = subject[:_LONGEST_SUBJECT]
        message["Date"] = format_datetime(local(self._clock.now(), "UTC"))
        message["Message-ID"] = f"<{digest[:40]}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(_templates.get_template("note.txt").render(words))
        message.add_alternative(_templates.get_template("note.html").render(words), subtype="html")
        return message

    def _link(self, note: Note) -> str:
        if note.task_id:
            return f"{self._base_url}/tasks/{quote(note.task_id, safe='')}"
        return f"{self._base_url}/instances/{quote(note.instance_id, safe='')}"

    async def _post(self, smtp: SMTP, message: EmailMessage, key: str) -> str:
        """Post one message. Returns why it is to be tried again, "" if it is not."""
        try:
            await smtp.send_message(message)
        except SMTPRecipientsRefused as refused:
            codes = [one.code for one in refused.recipients]
            if min(codes) < 500:
                return f"{message['To']} refused for now ({codes[0]})"
            log.warning("mail address refused", address=str(message["To"]), codes=codes, key=key)
        except SMTPNotSupported as fault:
            # An address beyond ASCII and a server without SMTPUTF8: no later try helps.
            log.warning("mail address refused", address=str(message["To"]), why=fault.message, key=key)
        except SMTPDataError as fault:
            return f"message to {message['To']} refused ({fault.code} {fault.message})"
        return ""
