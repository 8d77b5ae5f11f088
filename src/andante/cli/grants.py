"""Who may do what with which definitions."""

from typing import Final

from andante.cli.connection import Server
from andante.cli.output import print_gone, print_json, print_table
from andante.client.people import Grant

LOCAL: Final = Server()


def _show(found: list[Grant], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = [(g.definition, g.who, ", ".join(g.actions), g.created_by, g.created_at) for g in found]
    print_table(("definition", "who", "actions", "by", "at"), rows)


def list_grants(*, definition: str = "", who: str = "", server: Server = LOCAL) -> None:
    """List grants: of a definition, to somebody, or all.

    Parameters
    ----------
    who
        user:NAME, group:NAME or role:NAME.
    """
    with server.connect() as client:
        _show(client.grants(definition, who).items, server)


def grant(definition: str, who: str, actions: list[str], /, *, server: Server = LOCAL) -> None:
    """Grant ACTIONS (start, view, work, operate, administer) with DEFINITION to WHO, instead of what was before.

    Parameters
    ----------
    definition
        The name of a definition, or "*" for any.
    who
        user:NAME, group:NAME or role:NAME.
    """
    with server.connect() as client:
        _show([client.grant(definition, who, actions)], server)


def withdraw(definition: str, who: str, /, *, server: Server = LOCAL) -> None:
    """Take back what was granted with DEFINITION to WHO."""
    with server.connect() as client:
        client.withdraw_grant(definition, who)
    print_gone(f"{definition} {who}", server)
