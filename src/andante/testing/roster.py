"""The people of a scenario."""

from collections.abc import Iterable, Mapping

from andante.runtime.known import Known
from andante.store.roster import DeputyRow, PersonRow, TeamRow
from andante.timing.instants import parse_instant


def roster(
    persons: Iterable[str] = (),
    *,
    managers: Mapping[str, str] | None = None,
    groups: Mapping[str, Iterable[str]] | None = None,
    roles: Mapping[str, Iterable[str]] | None = None,
    queues: Mapping[str, Iterable[str]] | None = None,
    leads: Mapping[str, str] | None = None,
    deputies: Iterable[tuple[str, str, str, str] | tuple[str, str, str, str, str]] = (),
    disabled: Iterable[str] = (),
) -> Known:
    """A roster for `EngineSettings(roster=...)`: `managers` says who reports to whom; `groups`, `roles`, `queues` who
    is in them; `leads` who leads a queue; `deputies` gives person, deputy, from, until (ISO texts, "" open) and, if
    not `assign`, the rule. Whoever is named anywhere exists, unless they are in `disabled`. One example:

    `roster(managers={"ann": "mo"}, queues={"claims": ["ann", "bob"]}, leads={"claims": "mo"})`
    """
    sets = [("group", groups or {}), ("role", roles or {}), ("queue", queues or {})]
    of: dict[str, dict[str, list[str]]] = {}
    for name in (*persons, *(managers or {}), *(managers or {}).values(), *(leads or {}).values(), *disabled):
        of.setdefault(name, {})
    for kind, named in sets:
        for name, members in named.items():
            for member in members:
                of.setdefault(member, {}).setdefault(kind, []).append(name)
    entries = [_deputy(n, *entry) for n, entry in enumerate(deputies)]
    for entry in entries:
        of.setdefault(entry.person, {})
        if entry.deputy:
            of.setdefault(entry.deputy, {})
    gone = set(disabled)
    return Known(
        (
            PersonRow(
                name, (managers or {}).get(name, ""), what.get("role", []), what.get("group", []),
                what.get("queue", []), {}, name in gone,
            )
            for name, what in of.items()
        ),
        (TeamRow("queue", name, name, lead, "", [], "", "", {}, 0) for name, lead in (leads or {}).items()),
        entries,
    )  # fmt: skip


def _deputy(n: int, person: str, deputy: str, since: str, until: str, rule: str = "assign") -> DeputyRow:
    start, end = (parse_instant(text, "UTC") if text else 0 for text in (since, until))
    return DeputyRow(f"deputy-{n}", person, deputy, start, end, "", "", rule, "", 0)
