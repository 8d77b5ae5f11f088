"""`andante serve --examples`: a server that has something to show. Its passwords are known to everybody, so it serves
this machine alone."""

import ipaddress
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from andante.assembly import open_runtime
from andante.cli.demonstration import DAY, DAYS, demonstrate
from andante.people import Accounts
from andante.runtime import Problem, Runtime, SystemClock, TestClock
from andante.runtime.note import Note
from andante.settings import Settings, SettingsProblem

PASSWORD: Final = "andante-demo"  # noqa: S105 - no secret: it is printed
# What each may do follows from the groups and queues that the models name.
PERSONS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "ada",
        {
            "email": "ada@example.org",
            "groups": ["managers", "directors", "duty-managers", "finance"],
            "queues": ["Travel.Approvers"],
            "roles": ["user", "operator"],
        },
    ),
    (
        "ben",
        {
            "email": "ben@example.org",
            "manager": "ada",
            "groups": ["legal", "engineers", "sales"],
            "queues": ["personnel", "service-desk", "Travel.Office"],
        },
    ),
)
# Those who did the made-up work together with them.
COLLEAGUES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("carla", {"manager": "ada", "groups": ["managers", "sales"]}),
    ("deniz", {"manager": "carla", "groups": ["engineers"], "queues": ["service-desk"]}),
    ("emma", {"manager": "greta", "groups": ["finance"], "queues": ["personnel"]}),
    ("feng", {"manager": "greta", "groups": ["legal"]}),
    ("greta", {"manager": "ada", "groups": ["directors"]}),
)


def with_demo_secret(settings: Settings) -> Settings:
    """The settings with a first administrator whose secret is PASSWORD, unless they have one.

    Raises SettingsProblem where other machines could reach the server.
    """
    if not _loopback(settings.host):
        raise SettingsProblem(
            f"--examples: it makes persons whose password everybody knows, so it does not serve {settings.host}; "
            "leave out --host, or deploy the files with `andante deploy`."
        )
    if settings.bootstrap_client_secret:
        return settings
    return msgspec.structs.replace(settings, bootstrap_client_secret=PASSWORD)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read(folder: Path) -> list[tuple[str, bytes]]:
    """The models of a folder: names and contents. Raises SettingsProblem where there are none."""
    files = sorted(folder.glob("*.form"))
    files += sorted([*folder.glob("*.dmn"), *folder.glob("*.bpmn"), *folder.glob("*.json")])
    if not files:
        raise SettingsProblem(f"--examples: there are no *.bpmn, *.dmn and *.json files in {folder}.")
    return [(file.name, file.read_bytes()) for file in files]


async def prepare(settings: Settings, models: list[tuple[str, bytes]]) -> None:
    """Deploy the models and add the persons, as far as they are not there. A model that is refused is told of and left
    out. Raises StoreProblem."""
    runtime = await open_runtime(settings)
    try:
        accounts = Accounts(runtime.store, runtime.clock.now, told=runtime.roster.changed)
        known = {person.name for person in await accounts.persons()}
        for name, about in PERSONS:
            if name not in known:
                await accounts.add_person(name, password=PASSWORD, **about)
        for name, data in models:
            try:
                await _deploy(runtime, name, data)
            except (Problem, msgspec.DecodeError) as problem:
                print(f"{name}: {problem}", file=sys.stderr)
    finally:
        await runtime.close()


async def fill(settings: Settings) -> None:
    """Let three weeks of made-up work happen, unless there are instances already. Raises StoreProblem."""
    now = SystemClock().now()
    clock = TestClock(now - DAYS * DAY)
    runtime = await open_runtime(settings, clock, timers=False)
    runtime.channels[:] = [_Silence()]  # nobody is written to about what was made up
    try:
        accounts = Accounts(runtime.store, runtime.clock.now, told=runtime.roster.changed)
        known = {person.name for person in await accounts.persons()}
        for name, about in COLLEAGUES:
            if name not in known:
                await accounts.add_person(name, password=PASSWORD, email=f"{name}@example.org", roles=["user"], **about)
        if await demonstrate(runtime, clock, now):
            print("Three weeks of made-up work are in it.", flush=True)
    finally:
        await runtime.close()


class _Silence:
    """A way to nobody."""

    name = "silence"

    async def send(self, note: Note) -> None:
        """It has been said to nobody."""


async def _deploy(runtime: Runtime, name: str, data: bytes) -> None:
    if name.endswith(".json"):  # a JSON definition is a new version each time
        body = msgspec.json.decode(data, type=dict[str, Any])
        if await runtime.definitions(name=str(body.get("name", ""))):
            return
    await runtime.deploy({name: data}, who="admin")


def greeting(settings: Settings) -> str:
    """Where to go and how to get in."""
    names = " or ".join(name for name, _ in PERSONS)
    client = settings.bootstrap_client_id
    secret = settings.bootstrap_client_secret if settings.bootstrap_client_secret == PASSWORD else "as you set it"
    return (
        f"The examples are deployed in {settings.db}.\n"
        f"  pages     log in as {names}, password {PASSWORD}\n"
        f"  programs  client id {client}, client secret {secret}; the API is described at /docs"
    )
