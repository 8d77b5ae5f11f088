"""What Apprise reaches: chats, phones, tickets. Its addresses hold secrets, so nothing here repeats them; it is large,
so it is imported when it is first used.
"""

import asyncio
import hashlib
import logging
from typing import TYPE_CHECKING, Any, Final, final

from andante.notify.faults import NotNow, Undeliverable
from andante.notify.wording import Rendered

if TYPE_CHECKING:
    from apprise import NotifyBase

AT_ONCE: Final = 8
LONGEST: Final = 2_000
# These are about this machine, or may be led to any: not for everybody to name.
_LOCAL: Final = frozenset(("dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"))


def checked_address(url: str, *, any_host: bool) -> None:
    """Raises ValueError for what Apprise does not know, and without `any_host` for services whose host the address
    names: behind such a name may be a machine that is nobody's business. The message does not repeat the address."""
    if len(url) > LONGEST:
        raise ValueError(f"an Apprise address has at most {LONGEST} characters")
    found = _made(url)
    if found is None:
        raise ValueError(
            "this is no address that Apprise knows: see its documentation, for instance tgram://TOKEN/CHAT"
        )
    scheme = scheme_of(url)
    if not any_host and (scheme in _LOCAL or _names_a_host(found)):
        raise ValueError(
            f"{scheme}:// leads to a host that the address names: only an administrator may set it, or the server "
            "allows private_addresses"
        )


def scheme_of(url: str) -> str:
    return url.partition("://")[0].lower()


def mark(url: str) -> str:
    """Tells the addresses of a person apart, and tells nothing."""
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def masked(url: str) -> str:
    """What may be shown of an address."""
    return f"{scheme_of(url)}://****"


def _names_a_host(found: "NotifyBase") -> bool:
    templates: tuple[str, ...] = found.templates
    return any("{host}" in template or template == "{schema}://" for template in templates)


def _made(url: str) -> "NotifyBase | None":
    from apprise import Apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it would tell addresses
    made: Any = Apprise.instantiate(url, suppress_exceptions=True)
    return made  # type: ignore[no-any-return]


@final
class Apprises:
    """Sends in threads, a few at a time."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def post(self, url: str, rendered: Rendered) -> None:
        """Raises Undeliverable for an address that Apprise does not know, NotNow when it is to be tried again."""
        async with self._slots:
            await asyncio.to_thread(_send, url, rendered)


def _send(url: str, rendered: Rendered) -> None:
    from apprise import NotifyFormat

    found = _made(url)
    if found is None:
        raise Undeliverable(f"{masked(url)} is no address that Apprise knows")
    try:
        sent = found.notify(body=rendered.text, title=rendered.subject, body_format=NotifyFormat.TEXT)
    except Exception as fault:
        raise NotNow(f"{masked(url)} failed ({type(fault).__name__})") from None  # its words may hold the address
    if not sent:
        raise NotNow(f"{masked(url)} did not take it")
