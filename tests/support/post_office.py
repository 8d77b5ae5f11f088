"""A mail server that keeps what it gets and refuses what it is told to."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """`letters` holds (recipient, message); `refusing` maps an address to the answer that its RCPT gets."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refusing: dict[str, str] = {}
        self.content_answer = "250 OK"

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=False), "0.0.0.0", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def letter(self, recipient: str) -> EmailMessage:
        """The one letter that came for the recipient."""
        (letter,) = [letter for address, letter in self.letters if address == recipient]
        return letter

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusing:
            return self.refusing[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.content_answer.startswith("250"):
            return self.content_answer
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters += [(address, letter) for address in envelope.rcpt_tos]
        return self.content_answer
