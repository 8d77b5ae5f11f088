"""Keys: tokens for long, for programs of one's own."""

from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import print_gone, print_json, print_table
from andante.client.people import Key

LOCAL: Final = Server()
Several = Annotated[list[str], Parameter(negative=(), consume_multiple=True)]


def _show(found: Sequence[Key], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = [
        (k.id, k.name, k.person, " ".join(k.scopes) or "all", " ".join(k.ranges) or "any", k.expires_at, k.last_used_at)
        for k in found
    ]
    print_table(("id", "name", "person", "scopes", "from", "expires", "last used"), rows)


def list_keys(*, person: str = "", server: Server = LOCAL) -> None:
    """List keys.

    Parameters
    ----------
    person
        Another's, or "*" for everybody's; administrators see these.
    """
    with server.connect() as client:
        _show(client.keys(person).items, server)


def add_key(
    name: str,
    *,
    person: str = "",
    scope: Several | None = None,
    range_: Annotated[Several | None, Parameter(name="--range")] = None,
    expires: str = "",
    server: Server = LOCAL,
) -> None:
    """Make a key; it is shown this once.

    Parameters
    ----------
    name
        What it is for.
    scope
        A permission such as task.read, or task.*; several are possible. Without one: all that the person may.
    range_
        An address or network that it may come from; several are possible.
    expires
        ISO 8601 date-time; never unless given.
    """
    with server.connect() as client:
        made = client.add_key(name, person=person, scopes=scope or [], ranges=range_ or [], expires_at=expires)
    if server.json:
        print_json(made)
        return
    _show([made], server)
    print(made.key)


def revoke_key(key_id: str, *, server: Server = LOCAL) -> None:
    """Revoke a key: it is worth nothing from now on."""
    with server.connect() as client:
        client.revoke_key(key_id)
    print_gone(key_id, server, "revoked")
