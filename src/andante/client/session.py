"""What both clients share: the token, when to try again, and how an answer becomes a result or an error."""

import functools
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeVar, final
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from andante.client import shapes
from andante.client.calls import TOKEN, Call
from andante.client.errors import ClientError, Refused
from andante.client.tracing import told

T = TypeVar("T")

TRY_AGAIN: Final = (429, 503)
LONGEST_WAIT_S: Final = 30.0
# A long poll is held for up to a minute by the server.
TIMEOUT: Final = httpx.Timeout(10.0, read=90.0)
EARLY_S: Final = 15.0


_reason: Final[ContextVar[str]] = ContextVar("andante_reason", default="")


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Within it, what this task or thread asks for is done for this reason: the audit log keeps it."""
    before = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(before)


class _Failure(msgspec.Struct, frozen=True):
    resCode: str = ""  # noqa: N815 - the contract's spelling
    resMsg: str = ""  # noqa: N815
    details: list[Any] = []
    error: str = ""
    error_description: str = ""


@final
class Session:
    """The credentials and the token of one client. `token` may be handed in, and read to keep it."""

    def __init__(
        self, url: str, client_id: str, client_secret: str, *, token: str, attempts: int, wait: float, tenant: str = ""
    ) -> None:
        if not _is_address(url):
            raise ClientError(f"'{url}' is no address of a server; it looks like http://127.0.0.1:8080.")
        if attempts < 1:
            raise ClientError("attempts must be 1 or more.")
        self.url = url.rstrip("/")
        self.named = {"x-andante-tenant": tenant} if tenant else {}  # where the address alone does not tell
        self.client_id = client_id
        self.client_secret = client_secret
        self.token = token
        self.token_until = float("inf") if token else 0.0
        self.attempts = attempts
        self.wait = wait
        self.via = ""  # what speaks for the person, for the audit log: mcp for an assistant

    @property
    def needs_token(self) -> bool:
        return time.monotonic() >= self.token_until

    def token_request(self) -> httpx.Request:
        """Raises Refused where there are no credentials to get a token with."""
        if not self.client_secret:
            raise Refused(401, "astrozero.0004", "There is no valid token, and no client secret to get one with.")
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        return httpx.Request("POST", self.url + TOKEN, data=form, headers=self.named)

    def take_token(self, response: httpx.Response) -> None:
        """Raises Refused, or ClientError for an answer that is none of Andante's."""
        if response.status_code != 200:
            raise failure(response)
        try:
            token = msgspec.json.decode(response.content, type=shapes.Token)
        except msgspec.DecodeError as fault:
            raise ClientError(f"{self.url} does not answer as Andante does: {fault}") from None
        self.token = token.access_token
        self.token_until = time.monotonic() + max(token.expires_in - EARLY_S, token.expires_in / 2)

    def drop_token(self) -> bool:
        """Forget a token the server does not take. Whether a new one can be had."""
        self.token_until = 0.0
        return bool(self.client_secret)

    def request(self, call: Call[Any]) -> httpx.Request:
        headers = {"access-token": self.token, "accept": "application/json", **self.named}
        if reason := _reason.get():
            headers["andante-reason"] = quote(reason)
        if self.via:
            headers["andante-via"] = self.via
        if call.content:
            headers["content-type"] = call.content_type
        told(headers)
        return httpx.Request(
            call.method, self.url + call.path, params=call.query or None, headers=headers, content=call.content or None
        )

    def pause(self, response: httpx.Response, attempt: int) -> float:
        """Seconds to wait before attempt `attempt` + 1: what the server asks for, else twice as long each time."""
        try:
            asked = float(response.headers.get("retry-after", ""))
        except ValueError:
            asked = self.wait * 2.0**attempt
        return max(asked, 0.0)


def certificates(url: str) -> ssl.SSLContext | bool:
    """What to know a server by. They are read once, and not at all where there is no TLS: it takes a command line
    longer than its call; nobody is redirected from there to anywhere else."""
    return _trusted() if urlsplit(url).scheme == "https" else False


@functools.cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _is_address(url: str) -> bool:
    """Whether httpx can send there; it would tell only when it does."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and bool(httpx.URL(url))
    except (ValueError, httpx.InvalidURL):
        return False


def result(call: Call[T], response: httpx.Response) -> T:
    """Raises Refused, or ClientError for an answer that is none of Andante's."""
    if response.status_code >= 400:
        raise failure(response)
    try:
        return call.read(response.content)
    except msgspec.DecodeError as fault:
        raise ClientError(f"{call.method} {call.path}: the answer is not what this version expects: {fault}") from None


def failure(response: httpx.Response) -> Refused:
    """The error an answer tells of."""
    try:
        told = msgspec.json.decode(response.content, type=_Failure)
    except msgspec.DecodeError:
        told = _Failure()
    other = f"The server answered {response.status_code}, and not as Andante does. Look at the address."
    message = told.resMsg or told.error_description or other
    return Refused(response.status_code, told.resCode or told.error, message, told.details)


def said(fault: httpx.RequestError) -> str:
    """What went wrong on the way; some faults have no text."""
    return str(fault).rstrip(".") or type(fault).__name__
