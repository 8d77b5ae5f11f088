"""Settings that are risky, or do not go together."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from andante.runtime.doctor.finding import ERROR, HINT, POSTGRES, WARNING, Finding

SHORT: Final = 16  # characters of a secret that one can guess


class Given:
    """The settings by name, and the database's address."""

    def __init__(self, url: str, settings: Mapping[str, object]) -> None:
        self.url = url
        self.settings = settings

    def text(self, name: str) -> str:
        """The setting as text; "" where it is none."""
        value = self.settings.get(name, "")
        return value if isinstance(value, str) else ""


def settings_of(url: str, settings: Mapping[str, object]) -> list[Finding]:
    """By their names (docs/reference/settings.md); `url` is the database's address."""
    given = Given(url, settings)
    return [*_safety(given), *_addresses(given), *_room(given)]


def is_local(host: str) -> bool:
    """Whether only programs of the same machine get there."""
    if host in ("localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _safety(given: Given) -> Iterator[Finding]:
    if given.settings.get("test_clock"):
        what = "Time stands still until somebody sets it: nothing falls due, and no token ever expires."
        yield Finding(ERROR, "settings.testClock", "test_clock", what, "Leave it out, but in tests.")
    if given.settings.get("private_addresses"):
        what = "Webhooks, connectors and Apprise may call whatever is inside your network, metadata services too."
        yield Finding(
            WARNING, "settings.private", "private_addresses", what, "Leave it out, or put a firewall before it."
        )
    secret = given.text("bootstrap_client_secret")
    if secret and len(secret) < SHORT:
        what = f"The administrator's secret has fewer than {SHORT} characters."
        remedy = "Give a longer one, as `openssl rand -hex 32` makes it."
        yield Finding(WARNING, "settings.secret", "bootstrap_client_secret", what, remedy)
    for network in given.text("trusted_proxies").replace(",", " ").split():
        if network.endswith("/0"):
            what = "Everybody is believed to be a proxy: who calls may name any address as theirs."
            yield Finding(
                WARNING, "settings.proxies", "trusted_proxies", what, "Name the addresses of your proxies alone."
            )


def _addresses(given: Given) -> Iterator[Finding]:
    host, base = given.text("host"), urlsplit(given.text("base_url"))
    if given.text("smtp_url") and not base.hostname:
        what = f"Mail is sent, and its links lead to http://{host}:{given.settings.get('port', '')}."
        remedy = "Set base_url to the address by which people reach the server."
        yield Finding(WARNING, "settings.links", "base_url", what, remedy)
    if base.scheme == "http" and not is_local(base.hostname or ""):
        what = "People reach the server without TLS: passwords and tokens can be read on the way."
        remedy = "Put a proxy with TLS in front of it, and give its https address."
        yield Finding(WARNING, "settings.plain", "base_url", what, remedy)
    elif host and not is_local(host) and base.scheme != "https":
        what = f"It listens on {host} and speaks plain HTTP; no base_url says that a proxy with TLS is before it."
        remedy = "Put a proxy with TLS in front of it and give its https address as base_url."
        yield Finding(WARNING, "settings.plain", "host", what, remedy)
    if base.scheme == "https" and not given.text("trusted_proxies"):
        what = "A proxy is before the server, and the audit log and limits have its address for everybody's."
        yield Finding(HINT, "settings.proxy", "trusted_proxies", what, "Name the proxy's address there.")
    if given.text("smtp_url") and given.text("mail_from").endswith("@localhost"):
        what = "Mail comes from an address that nobody can answer; most servers refuse it."
        yield Finding(WARNING, "settings.sender", "mail_from", what, "Give an address of your domain.")


def _room(given: Given) -> Iterator[Finding]:
    if not given.text("audit_retention"):
        what = "Rows of the audit log are kept for ever."
        yield Finding(
            HINT, "settings.audit", "audit_retention", what, 'Say how long they must be kept, as P2Y, or "forever".'
        )
    if not given.text("retention"):
        what = "Finished instances are kept for ever: the database only grows."
        remedy = 'Say how long they are wanted at hand, as P90D, or "forever"; then they go to the archive.'
        yield Finding(HINT, "settings.retention", "retention", what, remedy)
    body, file = given.settings.get("max_body"), given.settings.get("attachment_max")
    if isinstance(body, int) and isinstance(file, int) and file > body:
        what = f"Attachments may have {file} bytes, but a request only {body}."
        yield Finding(WARNING, "settings.attachments", "max_body", what, "Raise max_body above attachment_max.")
    if given.text("replica") and not given.url.startswith(POSTGRES):
        what = "A replica is named, and the database is SQLite: it is never asked."
        yield Finding(HINT, "settings.replica", "replica", what, "Leave it out, or use PostgreSQL.")
