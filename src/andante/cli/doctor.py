"""`andante doctor`: what is wrong, where, and what to do about it."""

import asyncio
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import plain, print_json
from andante.cli.remote import LOCAL
from andante.runtime.doctor import diagnose_database
from andante.settings import SettingsProblem, gather
from andante.store.faults import StoreProblem
from andante.timing.instants import iso

EXIT: Final = {"error": 2, "warning": 1}


@Parameter(name="*")
@dataclass(frozen=True)
class Asked(Server):
    """The server that is to look: where its address is given here, not where ANDANTE_URL has one for all commands."""

    url: Annotated[str, Parameter(help="Let the server at this address look, by its own settings.")] = ""


HERE: Final = Asked()


def doctor(
    *,
    db: str = "",
    tenants: str = "",
    config: Path | None = None,
    ask: Annotated[bool, Parameter(negative=())] = False,
    server: Asked = HERE,
) -> int:
    """See what is wrong and what to do. Exit 0: nothing, 1: warnings, 2: errors.

    Looks at database, clock, servers, settings, calendars and work that stands still, and changes nothing. It needs no
    server, and disturbs none that is at work.

    Parameters
    ----------
    db
        The database (sqlite:///FILE or postgresql://...); else that of the settings, as `andante serve` has them.
    tenants
        Where tenants are (sqlite:///FOLDER or postgresql://...), to look at all of them, as without `--db` where the
        settings name such a place.
    config
        A file with settings, as `andante serve` takes it.
    ask
        Let the server look that other commands speak to (ANDANTE_URL).
    """
    if not ask and not server.url:
        return report(_directly(db, tenants, config), server.json)
    if db or tenants or config:
        raise ValueError(
            "a server looks by its own settings. Leave out --db, --tenants and --config; or --url and --ask, to look "
            "from here"
        )
    seen = _asking(replace(server, url=server.url or os.environ.get("ANDANTE_URL") or LOCAL.url))
    return report(seen, server.json)


def report(seen: dict[str, Any], as_json: bool) -> int:
    """Print what was seen; the exit code."""
    worst = max((EXIT.get(each["severity"], 0) for each in seen["findings"]), default=0)
    if as_json:
        print_json(seen)
        return worst
    for each in seen["findings"]:
        whose = f"{each['tenant']}: " if each.get("tenant") else ""
        print(plain(f"{each['severity']}: {whose}{each['where']}: {each['what']} [{each['code']}]"))
        print(plain(f"    {each['remedy']}"))
    counts = [sum(each["severity"] == kind for each in seen["findings"]) for kind in ("error", "warning", "hint")]
    print(plain(f"{seen['database']}: {', '.join(seen['checks'])} looked at:"), end=" ")
    print(f"{counts[0]} errors, {counts[1]} warnings, {counts[2]} hints.")
    return worst


def _directly(db: str, tenants: str, config: Path | None) -> dict[str, Any]:
    try:
        settings = gather(config=config, db=db or None, tenants=tenants or None).settings
    except SettingsProblem as problem:
        raise ValueError(str(problem)) from None
    if settings.tenants and not db:
        from andante.tenants.doctor import diagnose_places

        try:
            seen = asyncio.run(diagnose_places(settings))
        except StoreProblem as problem:
            raise ValueError(str(problem)) from None
    else:
        seen = asyncio.run(diagnose_database(settings.db, msgspec.structs.asdict(settings)))
    return {**msgspec.to_builtins(seen), "at": iso(seen.at)}


def _asking(server: Server) -> dict[str, Any]:
    with server.connect() as client:
        found: dict[str, Any] = msgspec.to_builtins(client.diagnose())
        return found
