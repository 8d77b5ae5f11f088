"""`andante doctor`: what is wrong, where, and what to do about it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import plain, print_json
from andante.cli.remote import LOCAL
from andante.runtime.doctor import diagnose_database
from andante.settings import SettingsProblem, gather
from andante.timing.instants import iso

EXIT: Final = {"error": 2, "warning": 1}


def doctor(
    *,
    db: str = "",
    config: Path | None = None,
    ask: Annotated[bool, Parameter(negative=())] = False,
    server: Server = LOCAL,
) -> int:
    """See what is wrong and what to do. Exit 0: nothing, 1: warnings, 2: errors.

    Looks at database, clock, servers, settings, calendars and work that stands still, and changes nothing. It needs no
    server, and disturbs none that is at work.

    Parameters
    ----------
    db
        The database (sqlite:///FILE or postgresql://...); else that of the settings, as `andante serve` has them.
    config
        A file with settings, as `andante serve` takes it.
    ask
        Let the server at --url look, by its own settings.
    """
    seen = _asking(server) if ask else _directly(db, config)
    worst = max((EXIT.get(each["severity"], 0) for each in seen["findings"]), default=0)
    if server.json:
        print_json(seen)
        return worst
    for each in seen["findings"]:
        print(plain(f"{each['severity']}: {each['where']}: {each['what']} [{each['code']}]"))
        print(plain(f"    {each['remedy']}"))
    counts = [sum(each["severity"] == kind for each in seen["findings"]) for kind in ("error", "warning", "hint")]
    print(plain(f"{seen['database']}: {', '.join(seen['checks'])} looked at:"), end=" ")
    print(f"{counts[0]} errors, {counts[1]} warnings, {counts[2]} hints.")
    return worst


def _directly(db: str, config: Path | None) -> dict[str, Any]:
    try:
        settings = gather(config=config, db=db or None).settings
    except SettingsProblem as problem:
        raise ValueError(str(problem)) from None
    seen = asyncio.run(diagnose_database(settings.db, msgspec.structs.asdict(settings)))
    return {**msgspec.to_builtins(seen), "at": iso(seen.at)}


def _asking(server: Server) -> dict[str, Any]:
    with server.connect() as client:
        found: dict[str, Any] = msgspec.to_builtins(client.diagnose())
        return found
