"""The server's settings: from `ANDANTE_...` in the environment, overridden by options of the command line."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from andante.people.origins import checked_networks
from andante.timing.instants import TimingError, zone_of
from andante.timing.keeping import checked_keeping

PREFIX: Final = "ANDANTE_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a server can be told. Each field is also an environment variable: `test_clock` is
    ANDANTE_TEST_CLOCK. Raises nothing by itself; see `from_environment`."""

    host: Annotated[str, Meta(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")] = 8080
    db: Annotated[str, Meta(min_length=1, description="Database: sqlite:///FILE, or postgresql://USER@HOST/NAME.")] = (
        "sqlite:///andante.db"
    )
    replica: Annotated[
        str, Meta(description="A PostgreSQL that follows db and may lag: lists and counts are read from it.")
    ] = ""
    apart: Annotated[
        bool, Meta(description="On PostgreSQL, let each transaction be of one instance: for Citus, see scale-out.")
    ] = False
    base_url: Annotated[str, Meta(description="The address people reach the server by, for links in mail.")] = ""
    zone: Annotated[
        str, Meta(min_length=1, description="IANA zone of the times in answers and of times without a zone.")
    ] = "UTC"
    test_clock: Annotated[
        bool, Meta(description="A clock that stands still until PUT /test/clock. For tests only.")
    ] = False
    bootstrap_client_id: Annotated[str, Meta(description="The first administrator's name and client id.")] = "admin"
    bootstrap_client_secret: Annotated[
        str, Meta(description="Their secret, for tokens and to log in; generated and printed once if absent.")
    ] = ""
    oidc_issuer: Annotated[
        str,
        Meta(description="Issuer of the OpenID Connect provider to log in at, an https address; empty: none."),
    ] = ""
    oidc_client_id: Annotated[str, Meta(description="Our client id there.")] = ""
    oidc_client_secret: Annotated[str, Meta(description="Our secret there; empty: a public client.")] = ""
    oidc_label: Annotated[str, Meta(description="What the provider is called on the button; empty: its host.")] = ""
    oidc_scopes: Annotated[str, Meta(description="Scopes that are asked for.")] = "openid profile email"
    oidc_name_claim: Annotated[str, Meta(description="The claim that is a person's name here.")] = "preferred_username"
    oidc_groups_claim: Annotated[
        str, Meta(description="The claim with a person's groups, a.b for b within a; empty: groups are kept here.")
    ] = ""
    oidc_roles_claim: Annotated[str, Meta(description="The claim that oidc_roles looks at.")] = "roles"
    oidc_roles: Annotated[
        str,
        Meta(description="Roles by its values, as it-ops=operator, it-admins=administrator; empty: kept here."),
    ] = ""
    oidc_create: Annotated[bool, Meta(description="Make persons who log in for the first time.")] = True
    oidc_link: Annotated[
        bool, Meta(description="Let persons who are here already log in by the provider, if it gives the same name.")
    ] = False
    token_lifetime: Annotated[int, Meta(ge=10, le=86_400, description="Seconds an access token is good for.")] = 600
    session_lifetime: Annotated[
        int, Meta(ge=60, le=2_592_000, description="Seconds a log-in to the pages is good for.")
    ] = 43_200
    max_body: Annotated[int, Meta(ge=1_024, description="Largest request body in bytes.")] = 16 * 1024 * 1024
    max_steps: Annotated[int, Meta(ge=100, description="Elements one command may pass without waiting.")] = 50_000
    cache: Annotated[int, Meta(ge=1, description="Instances kept in memory.")] = 10_000
    queue: Annotated[int, Meta(ge=1, description="Commands that may be under way at a time before 503.")] = 50_000
    requests: Annotated[int, Meta(ge=1, description="HTTP requests that may be in hand at a time before 503.")] = 10_000
    client_requests: Annotated[
        int, Meta(ge=0, description="Requests a second of each OAuth client that has no number of its own; 0: any.")
    ] = 0
    retention: Annotated[
        str, Meta(description="How long finished instances are kept, as P90D; empty: for ever. Definitions may differ.")
    ] = ""
    archive: Annotated[bool, Meta(description="What was kept long enough goes to the archive, else it is deleted.")] = (
        True
    )
    audit_retention: Annotated[
        str, Meta(description="How long rows of the audit log are kept, as P2Y; empty: for ever.")
    ] = ""
    trusted_proxies: Annotated[
        str, Meta(description="Addresses or networks of proxies whose X-Forwarded-For is believed, with commas.")
    ] = ""
    two_persons: Annotated[
        bool, Meta(description="Terminating or deleting many instances waits until a second person approves.")
    ] = False
    approval_lifetime: Annotated[
        int, Meta(ge=60, le=31_536_000, description="Seconds that something waits for a second person's approval.")
    ] = 86_400
    remind_every: Annotated[
        int, Meta(ge=0, le=31_536_000, description="Seconds between two reminders that who waits for a task asks for.")
    ] = 14_400
    attachment_max: Annotated[
        int, Meta(ge=1_024, le=2**30, description="Largest attachment in bytes; max_body must have room for it.")
    ] = 10 * 1024 * 1024
    attachment_types: Annotated[
        str, Meta(description="Media types of attachments, with commas; empty: documents, pictures, texts; *: any.")
    ] = ""
    camunda_rest: Annotated[bool, Meta(description="Serve Camunda 7's REST API below /engine-rest.")] = True
    mcp: Annotated[
        bool, Meta(description="Let assistants work by the Model Context Protocol at /mcp; needs the extra mcp.")
    ] = False
    connectors: Annotated[bool, Meta(description="Carry out service tasks that call by HTTP.")] = True
    python_scripts: Annotated[bool, Meta(description="Run script tasks in Python, each in a sandbox.")] = True
    smtp_url: Annotated[
        str, Meta(description="Where mail goes: smtp://user:password@host:port, smtps://...; empty: no mail.")
    ] = ""
    mail_from: Annotated[str, Meta(description="Sender of mail.")] = "andante@localhost"
    language: Annotated[str, Meta(description="Language of notes to who has not chosen one: en or zh.")] = "en"
    note_channels: Annotated[
        str, Meta(description="Channels for who has not chosen any, with commas: mail, app, apprise.")
    ] = "mail,app"
    private_addresses: Annotated[
        bool, Meta(description="Webhooks and connectors may go to private addresses, people may name hosts in Apprise.")
    ] = False
    templates: Annotated[str, Meta(description="Folder with templates and words of your own for notes.")] = ""


class SettingsProblem(Exception):
    """A setting that cannot be: the message names it and what it may be."""


def from_environment(environment: Mapping[str, str] | None = None, **options: Any) -> Settings:
    """The settings of `ANDANTE_...`, with `options` (None: not given) over them. Raises SettingsProblem."""
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        text = environment.get(PREFIX + name.upper())
        if text is not None:
            values[name] = text
    unknown = [key for key in options if key not in Settings.__struct_fields__]
    if unknown:
        raise SettingsProblem(f"{unknown[0]}: there is no such setting.")
    values.update({name: value for name, value in options.items() if value is not None})
    try:
        settings = msgspec.convert(values, Settings, strict=False)
        zone_of(settings.zone)
    except msgspec.ValidationError as fault:
        text, _, place = str(fault).partition(" - at `$.")
        name = place.rstrip("`")
        raise SettingsProblem(f"{PREFIX}{name.upper()} (--{name.replace('_', '-')}): {text}.") from None
    except TimingError as fault:
        raise SettingsProblem(f"{PREFIX}ZONE (--zone): {fault}.") from None
    try:
        checked_networks(settings.trusted_proxies)
    except ValueError as fault:
        raise SettingsProblem(f"{PREFIX}TRUSTED_PROXIES (--trusted-proxies): {fault}.") from None
    for name in ("retention", "audit_retention"):
        try:
            kept = checked_keeping(getattr(settings, name))
        except TimingError as fault:
            raise SettingsProblem(f"{PREFIX}{name.upper()} (--{name.replace('_', '-')}): {fault}.") from None
        settings = msgspec.structs.replace(settings, **{name: kept})
    return settings


def reference() -> str:
    """docs/reference/settings.md."""
    lines = [
        "# Settings",
        "",
        "<!-- Made from src/andante/settings.py by `python -m andante.settings`. -->",
        "",
        "Options of `andante serve` win over the environment.",
        "",
        "| option | environment | default | what |",
        "|---|---|---|---|",
    ]
    (schema,) = msgspec.json.schema(Settings)["$defs"].values()
    for name, field in schema["properties"].items():
        default = field["default"]
        shown = f"`{str(default).lower() if isinstance(default, bool) else default}`" if default != "" else ""
        lines.append(f"| `--{name.replace('_', '-')}` | `{PREFIX}{name.upper()}` | {shown} | {field['description']} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
