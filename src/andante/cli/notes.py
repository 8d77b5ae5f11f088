"""The commands about notes: one's own, how people are told, what is on its way, and who else is told."""

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from andante.cli.connection import Server
from andante.cli.output import complain, print_gone, print_json, print_table
from andante.cli.remote import LOCAL, Several, each_of, minute
from andante.client.telling import Endpoint, Letter, Preferences

Flag = Annotated[bool, Parameter(negative=())]


def list_notes(*, unread: Flag = False, limit: int = 100, server: Server = LOCAL) -> None:
    """List your notes, newest first.

    Parameters
    ----------
    unread
        Only what you have not read.
    """
    with server.connect() as client:
        page = client.notes(unread=unread, limit=limit)
    if server.json:
        print_json(page.items)
        return
    rows = [(n.id, minute(n.created_at), n.kind, n.task_name or n.definition, n.text) for n in page.items]
    print_table(("note", "at", "kind", "about", "text"), rows)
    complain(f"{page.total} unread")


def read_notes(*notes: str, server: Server = LOCAL) -> None:
    """Mark notes as read; without any named, all of yours."""
    with server.connect() as client:
        for each in notes or ("all",):
            left = client.mark_note(each)
    if server.json:
        print_json(left)
    else:
        print(f"{left.unread} unread")


def send_test(to: str, *, server: Server = LOCAL) -> int:
    """Send a test to a person by each of their channels, or to webhook:NAME. Exit 1 where one failed."""
    with server.connect() as client:
        found = client.test_notes(to).items
    if server.json:
        print_json(found)
    else:
        print_table(("channel", "result"), [(each.channel, each.error or "sent") for each in found])
    return 1 if not found or any(each.error for each in found) else 0


def list_letters(
    *, state: str = "dead", person: str = "", limit: int = 100, after: str = "", server: Server = LOCAL
) -> None:
    """List notes on their way.

    Parameters
    ----------
    state
        dead, waiting, sent or dropped; the latter two are there for a day.
    """
    with server.connect() as client:
        page = client.letters(state, person=person, limit=limit, after=after)
    _print_letters(page.items, server)


def retry_letters(*letters: str, server: Server = LOCAL) -> int:
    """Send dead or waiting letters again, now."""
    return _each(letters, "retry", server)


def discard_letters(*letters: str, server: Server = LOCAL) -> int:
    """Never send dead or waiting letters."""
    return _each(letters, "discard", server)


def _each(letters: Sequence[str], action: str, server: Server) -> int:
    if not letters:
        raise ValueError("name the letters")
    done: list[Letter] = []
    with server.connect() as client:
        each_of(letters, lambda each: done.append(client.letter_action(each, action)))
    _print_letters(done, server)
    return 1 if len(done) < len(letters) else 0


def _print_letters(found: Sequence[Letter], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = [
        (e.id, e.state, e.channel, e.person or e.endpoint, e.kind, str(e.attempts), minute(e.next_at), e.error)
        for e in found
    ]
    print_table(("letter", "state", "channel", "to", "kind", "tries", "next", "error"), rows)


def preferences(
    name: str,
    *,
    channels: Annotated[
        Several | None, Parameter(help="KIND=mail,app: channels for a kind of note; *=... for all others.")
    ] = None,
    language: str | None = None,
    zone: str | None = None,
    quiet_from: str | None = None,
    quiet_until: str | None = None,
    urgent: Several | None = None,
    digest: str | None = None,
    digest_at: str | None = None,
    digest_day: str | None = None,
    apprise: Several | None = None,
    server: Server = LOCAL,
) -> None:
    """Show how a person is told, or change what is given.

    Parameters
    ----------
    language
        en or zh.
    quiet_from
        HH:MM in the person's zone; notes that come until --quiet-until wait for that.
    urgent
        Kinds of notes that neither quiet hours nor a digest hold up.
    digest
        immediately, hourly, daily or weekly.
    digest_at
        HH:MM of a daily or weekly digest.
    digest_day
        monday to sunday, of a weekly one.
    apprise
        Addresses for Apprise, as tgram://TOKEN/CHAT.
    """
    given = {
        "language": language, "zone": zone, "quietFrom": quiet_from, "quietUntil": quiet_until, "urgent": urgent,
        "digest": digest, "digestAt": digest_at, "digestDay": digest_day, "apprise": apprise,
    }  # fmt: skip
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    if channels is not None:
        changes["channels"] = dict(_channels(each) for each in channels)
    with server.connect() as client:
        found = client.set_preferences(name, changes) if changes else client.preferences(name)
    _print_preferences(found, server)


def _channels(text: str) -> tuple[str, list[str]]:
    kind, equals, names = text.partition("=")
    if not kind or not equals:
        raise ValueError(f"--channels {text}: it must be KIND=channel,channel or *=channel")
    return kind, [each.strip() for each in names.split(",") if each.strip()]


def _print_preferences(found: Preferences, server: Server) -> None:
    if server.json:
        print_json(found)
        return
    quiet = f"{found.quiet_from} to {found.quiet_until}" if found.quiet_from else ""
    digest = found.digest
    if digest in ("daily", "weekly"):
        digest += f" at {found.digest_at}" + (f" on {found.digest_day}" if digest == "weekly" else "")
    rows = [
        *((f"channels {kind}", ", ".join(names)) for kind, names in found.channels.items()),
        ("language", found.language), ("zone", found.zone), ("quiet hours", quiet), ("digest", digest),
        ("urgent", ", ".join(found.urgent)), ("apprise", ", ".join(found.apprise)),
    ]  # fmt: skip
    print_table(("what", "how"), rows)


def list_endpoints(*, server: Server = LOCAL) -> None:
    """List webhooks and Apprise addresses."""
    with server.connect() as client:
        _print_endpoints(client.endpoints().items, server)


def add_endpoint(
    name: str,
    url: str,
    *,
    kind: str = "webhook",
    kinds: Several | None = None,
    secret: Annotated[str, Parameter(allow_leading_hyphen=True)] = "",
    server: Server = LOCAL,
) -> None:
    """Add a webhook, or with --kind apprise an address for Apprise. Its secret is printed once.

    Parameters
    ----------
    kinds
        Of notes that it gets without being named as webhook:NAME; * for all.
    secret
        whsec_ and base64; made where it is not given.
    """
    with server.connect() as client:
        _print_endpoints([client.add_endpoint(name, url, kind=kind, kinds=kinds or [], secret=secret)], server)


def change_endpoint(
    name: str,
    *,
    url: str | None = None,
    kinds: Several | None = None,
    enable: Flag = False,
    disable: Flag = False,
    rotate: Flag = False,
    server: Server = LOCAL,
) -> None:
    """Change an endpoint.

    Parameters
    ----------
    rotate
        A new secret, printed once; the one before signs too for a day.
    """
    changes: dict[str, Any] = {"url": url, "kinds": kinds, "rotate": rotate or None}
    if enable or disable:
        changes["disabled"] = disable
    with server.connect() as client:
        changed = client.change_endpoint(name, {field: value for field, value in changes.items() if value is not None})
    _print_endpoints([changed], server)


def remove_endpoint(name: str, *, server: Server = LOCAL) -> None:
    """Take an endpoint away."""
    with server.connect() as client:
        client.remove_endpoint(name)
    print_gone(name, server)


def _print_endpoints(found: Sequence[Endpoint], server: Server) -> None:
    if server.json:
        print_json(found)
        return
    rows = [
        (e.name, e.kind, e.url, ", ".join(e.kinds), "disabled" if e.disabled else f"{e.secrets} secrets") for e in found
    ]
    print_table(("endpoint", "kind", "url", "gets", "state"), rows)
    for each in found:
        if each.secret:
            print(f"The secret of {each.name}; keep it, it is not shown again: {each.secret}")
