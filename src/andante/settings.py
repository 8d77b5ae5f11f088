"""The server's settings: of a file; over it `ANDANTE_...` in the environment; over both the command line's options."""

import difflib
import os
import re
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from andante.people.origins import checked_networks
from andante.timing.instants import TimingError, zone_of
from andante.timing.keeping import checked_keeping

PREFIX: Final = "ANDANTE_"
FILE: Final = "andante.toml"
# They may be given as a file that has them, as Docker and Kubernetes hand secrets out; and are never shown.
SECRETS: Final = (
    "db", "replica", "tenants", "operator_secret", "bootstrap_client_secret", "oidc_client_secret", "smtp_url",
    "nats_url", "kafka_options",
)  # fmt: skip
# Variables for those who speak to a server, and those that Kubernetes sets for a service which is called andante.
CLIENTS: Final = {f"{PREFIX}{name}" for name in ("URL", "CLIENT_ID", "CLIENT_SECRET", "WHY", "KEY", "CONFIG", "TENANT")}
SERVICE_LINK: Final = re.compile(f"{PREFIX}(SERVICE_|PORT_)")
USER: Final = re.compile(r"(://[^:@/]*):[^@]*@")
PASSWORD: Final = re.compile(r"(password=)[^&\s]*")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a server can be told. Each field is also an environment variable: `test_clock` is
    ANDANTE_TEST_CLOCK. Raises nothing by itself; see `from_environment`."""

    host: Annotated[str, Meta(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")] = 8080
    db: Annotated[str, Meta(min_length=1, description="Database: sqlite:///FILE, or postgresql://USER@HOST/NAME.")] = (
        "sqlite:///andante.db"
    )
    tenants: Annotated[
        str,
        Meta(
            description="Where tenants are, a database each: sqlite:///FOLDER, or postgresql://USER@HOST/NAME beside"
            " which they are called NAME_TENANT; empty: there are none, and db is all."
        ),
    ] = ""
    tenant_domain: Annotated[
        str, Meta(description="Tenants are at TENANT.this; empty: the header X-Andante-Tenant names them.")
    ] = ""
    tenant_requests: Annotated[
        int, Meta(ge=0, description="Requests of one tenant that may be in hand at a time; 0: half of requests.")
    ] = 0
    operator_secret: Annotated[
        str, Meta(description="What who manages tenants over HTTP sends as Bearer token; empty: nobody does.")
    ] = ""
    replica: Annotated[
        str, Meta(description="A PostgreSQL that follows db and may lag: lists and counts are read from it.")
    ] = ""
    apart: Annotated[
        bool, Meta(description="On PostgreSQL, let each transaction be of one instance: for Citus, see scale-out.")
    ] = False
    base_url: Annotated[str, Meta(description="The address people reach the server by, for links in mail.")] = ""
    title: Annotated[str, Meta(max_length=60, description="What people see it called, on its pages.")] = "Andante"
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
    starts: Annotated[
        int, Meta(ge=0, description="Instances started a second before 429, of each tenant at all servers; 0: any.")
    ] = 0
    open_instances: Annotated[int, Meta(ge=0, description="Open instances from which on starts get 429; 0: any.")] = 0
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
    connectors: Annotated[
        bool, Meta(description="Carry out service tasks that call by HTTP, ask databases or send mail.")
    ] = True
    data_sources: Annotated[
        str, Meta(description="File (TOML) with the databases that service tasks may ask; empty: none.")
    ] = ""
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
    drain: Annotated[
        int,
        Meta(ge=0, le=3_600, description="Seconds to go on serving after SIGTERM, while /health/ready says no."),
    ] = 0
    traces: Annotated[
        str,
        Meta(description="Where traces go: an OTLP collector's address, or env for what OTEL_... says; empty: none."),
    ] = ""
    log_format: Annotated[
        Literal["logfmt", "json"], Meta(description="How lines of the log are written: logfmt or json.")
    ] = "logfmt"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="Which lines: from debug, info, warning or error on."),
    ] = "info"
    access_log: Annotated[bool, Meta(description="Write a line for each request, without its query.")] = False
    events: Annotated[
        str,
        Meta(description="Which events go to NATS and Kafka, with commas: task.*, Leave/*, instance.started."),
    ] = "*"
    events_mode: Annotated[
        str, Meta(description="How CloudEvents are written for NATS and Kafka: binary or structured.")
    ] = "binary"
    nats_url: Annotated[
        str, Meta(description="Where events go by NATS JetStream: nats://host:4222, several with commas; empty: none.")
    ] = ""
    nats_subject: Annotated[str, Meta(description="The subject of events, of {definition}, {type} and {instance}.")] = (
        "andante.{definition}.{type}"
    )
    nats_credentials: Annotated[str, Meta(description="A file with credentials (.creds) for NATS.")] = ""
    kafka_servers: Annotated[
        str, Meta(description="Where events go by Kafka: host:9092, several with commas; empty: none.")
    ] = ""
    kafka_topic: Annotated[str, Meta(description="The topic of events; it may have {definition}.")] = "andante.events"
    kafka_options: Annotated[
        str,
        Meta(description="More for Kafka, a JSON object: security_protocol, sasl_mechanism, sasl_plain_username, ..."),
    ] = "{}"
    templates: Annotated[str, Meta(description="Folder with templates and words of your own for notes.")] = ""


class SettingsProblem(Exception):
    """A setting that cannot be: the message names it and what it may be."""


class Gathered(NamedTuple):
    """The settings, where each that is not the default came from, the file that was read ("": none), and variables of
    the environment that look like settings and are none."""

    settings: Settings
    origins: dict[str, str]
    file: str = ""
    unknown: Sequence[str] = ()


def from_environment(environment: Mapping[str, str] | None = None, **options: Any) -> Settings:
    """The settings of `ANDANTE_...`, with `options` (None: not given) over them. Raises SettingsProblem."""
    return gather(environment, folder=None, **options).settings


def gather(
    environment: Mapping[str, str] | None = None, *, config: Path | None = None, folder: Path | None = Path(),
    **options: Any,
) -> Gathered:  # fmt: skip
    """The settings of a file, the environment over them, and `options` (None: not given) over both. The file is
    `config`, else the one that ANDANTE_CONFIG names, else FILE in `folder` if it is there. Raises SettingsProblem."""
    environment = os.environ if environment is None else environment
    unknown = [key for key in options if key not in Settings.__struct_fields__]
    if unknown:
        raise SettingsProblem(f"{unknown[0]}: there is no such setting.")
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    path = _chosen(environment, config, folder)
    if path is not None:
        _put(values, origins, _of_file(path), lambda key: f"{path}: {key}")
    known = {f"{PREFIX}{key.upper()}": key for key in _keys()}
    given = {known[name]: text for name, text in environment.items() if name in known}
    _put(values, origins, given, _place)
    chosen = {name: value for name, value in options.items() if value is not None}
    _put(values, origins, chosen, _place)
    told = {name: f"--{name.replace('_', '-')}" if name in chosen else origins[name].split(" (")[0] for name in values}
    others = [
        name for name in environment
        if name.startswith(PREFIX) and name not in known and name not in CLIENTS and not SERVICE_LINK.match(name)
    ]  # fmt: skip
    return Gathered(_checked(values, origins), told, str(path or ""), sorted(others))


def _place(key: str) -> str:
    variable = f"{PREFIX}{key.upper()}"
    return f"{variable} (--{key.replace('_', '-')})" if key in Settings.__struct_fields__ else variable


def _keys() -> list[str]:
    """All that may be said: each setting, and for secrets a file that has it."""
    return [*Settings.__struct_fields__, *(f"{name}_file" for name in SECRETS)]


def _chosen(environment: Mapping[str, str], config: Path | None, folder: Path | None) -> Path | None:
    if config is not None:
        return config
    named = environment.get(f"{PREFIX}CONFIG", "")
    if named and folder is not None:
        return Path(named)
    return folder / FILE if folder is not None and (folder / FILE).is_file() else None


def _of_file(path: Path) -> dict[str, Any]:
    """What the file says, by the settings' names. Raises SettingsProblem for what is none."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise SettingsProblem(f"{path}: it cannot be read: {fault.strerror}. Name another with --config.") from None
    except ValueError as fault:  # not UTF-8, or not TOML
        raise SettingsProblem(f"{path}: {fault}. Write it as TOML, each setting on a line: port = 8080") from None
    known = _keys()
    for key, value in found.items():
        if key not in known:
            like = difflib.get_close_matches(key.replace("-", "_"), known, 1)
            remedy = f"Did you mean {like[0]}?" if like else "`andante config --example` shows all there are."
            raise SettingsProblem(f"{path}: {key}: there is no such setting. {remedy}")
        if not isinstance(value, str | int | bool):
            raise SettingsProblem(
                f"{path}: {key}: give one text, number, true or false; several go with commas between."
            )
    return found


def _put(
    values: dict[str, Any], origins: dict[str, str], given: Mapping[str, Any], place: Callable[[str], str]
) -> None:
    """Over what was said before. Raises SettingsProblem where a secret is said twice, or its file cannot be read."""
    for key, value in given.items():
        name = key.removesuffix("_file") if key not in Settings.__struct_fields__ else key
        if name != key:
            if name in given:
                raise SettingsProblem(f"{place(key)}: {name} is given as well. Keep one of them.")
            value = _secret(place(key), str(value))
        values[name], origins[name] = value, place(key)


def _secret(place: str, path: str) -> str:
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8"
        raise SettingsProblem(f"{place}: {path} cannot be read: {why}.") from None
    if not text.strip():
        raise SettingsProblem(f"{place}: {path} is empty.")
    return text.rstrip("\r\n")


def _checked(values: dict[str, Any], origins: Mapping[str, str]) -> Settings:
    def wrong(name: str, text: object) -> SettingsProblem:
        return SettingsProblem(f"{origins.get(name) or _place(name)}: {text}.")

    try:
        settings = msgspec.convert(values, Settings, strict=False)
        zone_of(settings.zone)
    except msgspec.ValidationError as fault:
        text, _, place = str(fault).partition(" - at `$.")
        name = place.rstrip("`")
        if str(values.get(name, "")).startswith("tcp://"):  # what Kubernetes says of a service that is called andante
            text += ". Kubernetes sets it for a service of this name: let the pod have enableServiceLinks: false"
        raise wrong(name, text) from None
    except TimingError as fault:
        raise wrong("zone", fault) from None
    try:
        checked_networks(settings.trusted_proxies)
    except ValueError as fault:
        raise wrong("trusted_proxies", fault) from None
    for name in ("retention", "audit_retention"):
        try:
            kept = checked_keeping(getattr(settings, name))
        except TimingError as fault:
            raise wrong(name, fault) from None
        settings = msgspec.structs.replace(settings, **{name: kept})
    return settings


def masked(name: str, value: object) -> str:
    """A setting as people may see it: without what is secret in it."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if name not in SECRETS or not text:
        return text
    if "://" not in text:
        return "(set)"
    return PASSWORD.sub(r"\1***", USER.sub(r"\1:***@", text))


def described() -> dict[str, str]:
    """What each setting is."""
    (schema,) = msgspec.json.schema(Settings)["$defs"].values()
    return {name: field["description"] for name, field in schema["properties"].items()}


def example() -> str:
    """A file with every setting at its default, none of them said."""
    lines = ["# Settings of Andante: take the # away from what is to be otherwise.", ""]
    for name, text in described().items():
        value = getattr(Settings(), name)
        shown = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else value
        lines += [f"# {text}", f"# {name} = {shown}"]
        if name in SECRETS:
            lines.append(f'# {name}_file = "/run/secrets/{name}"')
        lines.append("")
    return "\n".join(lines)


def reference() -> str:
    """docs/reference/settings.md."""
    lines = [
        "# Settings",
        "",
        "<!-- Made from src/andante/settings.py by `python -m andante.settings`. -->",
        "",
        "Each may be said in a file, in the environment, and as an option of `andante serve`. An option wins over",
        "the environment, the environment over the file, the file over the default. The file is what `--config` names,",
        f"else `{PREFIX}CONFIG`, else `{FILE}` in the working directory if there is one. It is TOML, with the names of",
        "the first column; `andante config --example` prints one. What it has that is no setting, or cannot be, is",
        "refused.",
        "",
        f"What is secret (marked *) may be given as a file that has it: `NAME_file` in the file, `{PREFIX}NAME_FILE`",
        "in the environment. `andante config` prints what is in force and where each came from, with secrets masked.",
        "",
        "| name in the file | option | environment | default | what |",
        "|---|---|---|---|---|",
    ]
    for name, text in described().items():
        value = getattr(Settings(), name)
        shown = f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != "" else ""
        mark = " *" if name in SECRETS else ""
        lines.append(f"| `{name}`{mark} | `--{name.replace('_', '-')}` | `{PREFIX}{name.upper()}` | {shown} | {text} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
