"""Which mail server, and how to reach it: the URL of ANDANTE_SMTP_URL."""

from typing import Final, final
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP

_PORTS: Final = {"smtp": 587, "smtps": 465}
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")


@final
class SmtpServer:
    """A mail server. `tls` from the first byte (smtps); else `start_tls`: True demands STARTTLS, None takes it where
    the server offers it. `timeout_s` bounds each network operation."""

    __slots__ = ("host", "password", "port", "start_tls", "timeout_s", "tls", "user")

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: bool = False,
        start_tls: bool | None = None,
        user: str = "",
        password: str = "",
        timeout_s: float = 20.0,
    ) -> None:
        self.host = host
        self.port = port
        self.tls = tls
        self.start_tls = start_tls
        self.user = user
        self.password = password
        self.timeout_s = timeout_s

    def connection(self) -> SMTP:
        """A new connection, not yet opened: an async context manager."""
        return SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls,
            start_tls=False if self.tls else self.start_tls,
            username=self.user or None,
            password=self.password or None,
            timeout=self.timeout_s,
        )


def parse_smtp_url(url: str) -> SmtpServer:
    """The server of `smtp://[user:password@]host[:port]` (port 587) or `smtps://...` (TLS at once, port 465).

    With a password the connection must be encrypted, unless the server is on this machine; a password is never sent in
    the clear over a network. Raises ValueError; its message does not repeat the URL, which may hold the password.
    """
    form = "write it as smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as fault:
        raise ValueError(f"the SMTP URL is not valid ({fault}): {form}") from None
    if parts.scheme not in _PORTS:
        raise ValueError(f"the SMTP URL begins with {parts.scheme + '://'!r}: {form}")
    if not host:
        raise ValueError(f"the SMTP URL names no host: {form}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"the SMTP URL has something after the host and port: {form}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError(f"the SMTP URL has a user without a password or a password without a user: {form}")
    demanded = True if user and host not in _LOCAL else None
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host, port or _PORTS[parts.scheme], tls=tls, start_tls=None if tls else demanded, user=user, password=password
    )
