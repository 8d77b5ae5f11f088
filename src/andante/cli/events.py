"""Events of instances and tasks on their way to programs."""

from andante.cli.connection import Server
from andante.cli.output import print_json, print_table
from andante.cli.remote import LOCAL, minute
from andante.client.telling import EventSink


def list_events(*, server: Server = LOCAL) -> None:
    """List where events go, and how many wait."""
    with server.connect() as client:
        _print(client.events().items, server)


def retry_events(sink: str, *, instance: str = "", server: Server = LOCAL) -> None:
    """Send now what has failed: of one instance, or all."""
    with server.connect() as client:
        _print([client.event_action(sink, "retry", instance_id=instance)], server)


def discard_events(sink: str, *, instance: str = "", server: Server = LOCAL) -> None:
    """Never send what waits: of one instance, or all."""
    with server.connect() as client:
        _print([client.event_action(sink, "discard", instance_id=instance)], server)


def _print(found: list[EventSink], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = [
        (e.sink, str(e.waiting), str(e.failing), minute(e.oldest_at), "away" if e.away else "", e.error) for e in found
    ]
    print_table(("sink", "waiting", "failing", "oldest", "state", "error"), rows)
