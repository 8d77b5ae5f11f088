"""How tenants are called, what of the settings may be their own, and whom an address names."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from andante.api.errors import bad_parameter
from andante.settings import PREFIX, Settings, SettingsProblem, from_environment

HEADER: Final = "x-andante-tenant"
# A label of a host name, with room for what stands before and after it in the name of a database.
NAME: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?")
# What a tenant may have otherwise than the others. Not what belongs to the process, the machine, or its neighbours.
OWN: Final = frozenset(
    (
        "base_url", "title", "zone", "language", "note_channels", "smtp_url", "mail_from", "retention", "archive",
        "audit_retention", "two_persons", "approval_lifetime", "remind_every", "attachment_max",
        "attachment_types", "data_sources", "token_lifetime", "session_lifetime", "client_requests",
        "tenant_requests", "starts", "open_instances", "connectors", "python_scripts", "oidc_issuer", "oidc_client_id",
        "oidc_client_secret", "oidc_label", "oidc_scopes", "oidc_name_claim", "oidc_groups_claim",
        "oidc_roles_claim", "oidc_roles", "oidc_create", "oidc_link", "nats_url", "nats_subject",
        "nats_credentials", "kafka_servers", "kafka_topic", "kafka_options", "events", "events_mode",
    )
)  # fmt: skip
SECRET: Final = frozenset(("oidc_client_secret", "smtp_url", "nats_url", "kafka_options"))
# What leads to data elsewhere, or tells others: the server's is not every tenant's.
APART: Final = ("data_sources", "nats_url", "nats_credentials", "kafka_servers", "kafka_options")
HIDDEN: Final = "***"


def checked_name(name: str) -> str:
    """Raises Problem (400)."""
    if not NAME.fullmatch(name):
        raise bad_parameter("name", "small letters, digits and -, first a letter, not - at the end, at most 30.")
    return name


def checked_settings(base: Settings, own: Mapping[str, str]) -> dict[str, str]:
    """As they can be. Raises Problem (400) that names the one that cannot."""
    for name in own:
        if name not in OWN:
            raise bad_parameter(f"settings.{name}", f"a tenant has none of its own of it. It may have {sorted(OWN)}.")
    try:
        with_own(base, own)
    except SettingsProblem as problem:
        raise bad_parameter("settings", str(problem)) from None
    return dict(sorted(own.items()))


def with_own(base: Settings, own: Mapping[str, str]) -> Settings:
    """The server's settings, with a tenant's own over them. Raises SettingsProblem."""
    known = from_environment({PREFIX + name.upper(): value for name, value in own.items() if name in OWN})
    return msgspec.structs.replace(base, **{name: getattr(known, name) for name in own if name in OWN})


def tenant_settings(base: Settings, name: str, own: Mapping[str, str], db: str, replica: str) -> Settings:
    """What a tenant's part of the server runs with. Raises SettingsProblem."""
    found = with_own(base, own)
    address = found.base_url if "base_url" in own else address_of(base, name)
    own_only = {"db": db, "replica": replica, "base_url": address, "bootstrap_client_secret": ""}
    own_only |= {each: "" for each in APART if each not in own}
    return msgspec.structs.replace(found, **own_only)


def address_of(base: Settings, name: str) -> str:
    """By which people reach a tenant that has no `base_url` of its own."""
    if not base.tenant_domain:
        return base.base_url
    server = urlsplit(base.base_url or f"http://{base.host}:{base.port}")
    port = f":{server.port}" if server.port else ""
    return f"{server.scheme}://{name}.{base.tenant_domain}{port}"


def host_of(header: str) -> str:
    """The host that a Host header, or an address, names: without port, in small letters."""
    host = header.strip().lower()
    if not host.startswith("["):
        host = host.partition(":")[0]
    return host.rstrip(".")


def shown(own: Mapping[str, str]) -> dict[str, str]:
    """A tenant's settings for people: of secrets only that there are."""
    return {name: HIDDEN if name in SECRET and value else value for name, value in own.items()}
