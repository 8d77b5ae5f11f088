"""The calls about people: persons and clients; groups, roles and work queues; who stands in for whom."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from andante.client import shapes
from andante.client.calls import BASE, Call, given


def _id(value: str) -> str:
    return quote(value, safe="")


class Team(shapes.Shape, frozen=True, kw_only=True):
    """A group, role or work queue: `kind`. `members` as written, `persons` everybody who is in it."""

    kind: str
    name: str
    label: str
    lead: str
    parent: str
    members: list[str]
    persons: list[str]
    rule: str
    calendar: str
    skills: dict[str, int]
    created_at: str


class Deputy(
    shapes.Shape,
    frozen=True,
    kw_only=True,
    rename={"since": "from", "created_by": "createdBy", "created_at": "createdAt", "in_force": "inForce"},
):
    """From `since` until `until` (ISO 8601, "" open) `deputy` stands in for `person`; rule assign or share."""

    id: str
    person: str
    deputy: str
    since: str
    until: str
    definition: str
    queue: str
    rule: str
    created_by: str
    created_at: str
    in_force: bool


class Grant(shapes.Shape, frozen=True, kw_only=True, rename={"created_by": "createdBy", "created_at": "createdAt"}):
    """`who` (user:x, group:x, role:x) may do `actions` with the definitions of that name, "*" for any."""

    definition: str
    who: str
    actions: list[str]
    created_by: str
    created_at: str


# Persons and clients.


def persons() -> Call[shapes.Recs[shapes.Person]]:
    """All persons."""
    return Call("GET", f"{BASE}/admin/persons", shapes.Recs[shapes.Person])


def person(name: str) -> Call[shapes.Person]:
    """One person."""
    return Call("GET", f"{BASE}/admin/persons/{_id(name)}", shapes.Person)


def add_person(
    name: str,
    *,
    password: str = "",
    email: str = "",
    manager: str = "",
    roles: Sequence[str] = ("user",),
    groups: Sequence[str] = (),
    queues: Sequence[str] = (),
    kind: str = "User",
    skills: Mapping[str, int] | None = None,
) -> Call[shapes.Person]:
    """A new person; without a password nobody can log in as them."""
    body = given(
        name=name, password=password, email=email, manager=manager, roles=list(roles), groups=list(groups),
        queues=list(queues), kind=kind, skills=dict(skills or {}),
    )  # fmt: skip
    return Call("POST", f"{BASE}/admin/persons", shapes.Person, body)


def change_person(name: str, changes: Mapping[str, Any]) -> Call[shapes.Person]:
    """Change what `changes` names (password, email, manager, roles, groups, queues, kind, skills, disabled)."""
    return Call("PUT", f"{BASE}/admin/persons/{_id(name)}", shapes.Person, changes)


def clients() -> Call[shapes.Recs[shapes.OAuthClient]]:
    """All OAuth clients."""
    return Call("GET", f"{BASE}/admin/clients", shapes.Recs[shapes.OAuthClient])


def add_client(
    user: str,
    *,
    client_id: str = "",
    client_secret: str = "",
    scopes: Sequence[str] = (),
    ranges: Sequence[str] = (),
    expires_at: str = "",
    requests: int = 0,
) -> Call[shapes.NewClient]:
    """An OAuth client acting as `user`; what is not given is generated. `scopes` are permissions, `ranges` networks
    that it may come from; `requests` a second."""
    body = given(
        user=user, clientId=client_id, clientSecret=client_secret, scopes=list(scopes), ranges=list(ranges),
        expiresAt=expires_at, requests=requests or "",
    )  # fmt: skip
    return Call("POST", f"{BASE}/admin/clients", shapes.NewClient, body)


def change_client(client_id: str, changes: Mapping[str, Any]) -> Call[shapes.OAuthClient]:
    """Change scopes, ranges, expiresAt or requests of a client."""
    return Call("PUT", f"{BASE}/admin/clients/{_id(client_id)}", shapes.OAuthClient, dict(changes))


def renew_secret(client_id: str, keep_for: str = "P1D") -> Call[shapes.NewClient]:
    """A new secret of a client; the one before is good for so long beside it (ISO 8601, PT0S: it ends now)."""
    return Call("POST", f"{BASE}/admin/clients/{_id(client_id)}/secret", shapes.NewClient, {"keepFor": keep_for})


def end_former_secret(client_id: str) -> Call[None]:
    """End the secret before the present one."""
    return Call("DELETE", f"{BASE}/admin/clients/{_id(client_id)}/secret", None)


def revoke_client(client_id: str) -> Call[None]:
    """End a client and its tokens."""
    return Call("DELETE", f"{BASE}/admin/clients/{_id(client_id)}", None)


# Groups, roles and work queues; `kind` is one of these words in the plural.


def teams(kind: str = "queues") -> Call[shapes.Recs[Team]]:
    """All queues, groups or roles."""
    return Call("GET", f"{BASE}/runtime/{_id(kind)}", shapes.Recs[Team])


def team(name: str, kind: str = "queues") -> Call[Team]:
    """One queue, group or role."""
    return Call("GET", f"{BASE}/runtime/{_id(kind)}/{_id(name)}", Team)


def add_team(
    name: str, kind: str = "queues", *, label: str = "", lead: str = "", parent: str = "", members: Sequence[str] = (),
    rule: str = "", calendar: str = "", skills: Mapping[str, int] | None = None,
) -> Call[Team]:  # fmt: skip
    """A new queue, group or role. `members`: "user:x", in a queue also "group:x", "role:x", "roleAndSubordinates:x";
    `rule` of a queue: roundRobin, leastLoaded, skill, or "" to offer its tasks to all."""
    body = given(
        name=name, label=label, lead=lead, parent=parent, members=list(members), rule=rule, calendar=calendar,
        skills=dict(skills or {}),
    )  # fmt: skip
    return Call("POST", f"{BASE}/runtime/{_id(kind)}", Team, body)


def change_team(name: str, changes: Mapping[str, Any], kind: str = "queues") -> Call[Team]:
    """Change what `changes` names (label, lead, parent, members, rule, calendar, skills)."""
    return Call("PUT", f"{BASE}/runtime/{_id(kind)}/{_id(name)}", Team, changes)


def delete_team(name: str, kind: str = "queues") -> Call[None]:
    """Delete a queue, group or role; what is written at the persons stays."""
    return Call("DELETE", f"{BASE}/runtime/{_id(kind)}/{_id(name)}", None)


# Deputies.


def deputies(person: str = "") -> Call[shapes.Recs[Deputy]]:
    """Entries in which that person is away or stands in; administrators see all without one."""
    return Call("GET", f"{BASE}/runtime/deputies", shapes.Recs[Deputy], query={"person": person})


def add_deputy(
    deputy: str, *, person: str = "", since: str = "", until: str = "", definition: str = "", queue: str = "",
    rule: str = "assign",
) -> Call[Deputy]:  # fmt: skip
    """Let `deputy` stand in for `person` (the caller) from `since` (now) until `until` (open)."""
    body = {
        "deputy": deputy,
        **given(person=person, until=until, definition=definition, queue=queue, rule=rule),
        **({"from": since} if since else {}),
    }
    return Call("POST", f"{BASE}/runtime/deputies", Deputy, body)


def change_deputy(deputy_id: str, *, since: str | None = None, until: str | None = None) -> Call[Deputy]:
    """Let it begin or end at another time; "" for `until` is open."""
    body = {name: value for name, value in (("from", since), ("until", until)) if value is not None}
    return Call("PUT", f"{BASE}/runtime/deputies/{_id(deputy_id)}", Deputy, body)


def delete_deputy(deputy_id: str) -> Call[None]:
    """End it at once."""
    return Call("DELETE", f"{BASE}/runtime/deputies/{_id(deputy_id)}", None)


# What may be done with which definitions.


def grants(definition: str = "", who: str = "") -> Call[shapes.Recs[Grant]]:
    """What is granted: of a definition, or to somebody (user:x, group:x, role:x), or all."""
    return Call("GET", f"{BASE}/admin/grants", shapes.Recs[Grant], query={"definition": definition, "who": who})


def grant(definition: str, who: str, actions: Sequence[str]) -> Call[Grant]:
    """Let them do these actions with a definition, "*" for any; what was granted them before is replaced."""
    return Call("PUT", f"{BASE}/admin/grants", Grant, {"definition": definition, "who": who, "actions": list(actions)})


def withdraw_grant(definition: str, who: str) -> Call[None]:
    """Take back what was granted to them with the definition."""
    return Call("DELETE", f"{BASE}/admin/grants", None, query={"definition": definition, "who": who})


# Keys.


class Key(
    shapes.Shape,
    frozen=True,
    kw_only=True,
    rename={
        "created_by": "createdBy",
        "created_at": "createdAt",
        "expires_at": "expiresAt",
        "last_used_at": "lastUsedAt",
    },
):
    """A token for long that acts as `person`; `key` is itself, where it was just made."""

    id: str
    name: str
    person: str
    scopes: list[str]
    ranges: list[str]
    created_at: str
    created_by: str
    expires_at: str
    last_used_at: str
    key: str = ""


def keys(person: str = "") -> Call[shapes.Recs[Key]]:
    """Your own keys; of another person, or "*" everybody, for administrators."""
    return Call("GET", f"{BASE}/runtime/keys", shapes.Recs[Key], query={"person": person})


def add_key(
    name: str, *, person: str = "", scopes: Sequence[str] = (), ranges: Sequence[str] = (), expires_at: str = ""
) -> Call[Key]:
    """A key, shown this once. `scopes` are permissions, none: all that the person may."""
    body = given(name=name, person=person, scopes=list(scopes), ranges=list(ranges), expiresAt=expires_at)
    return Call("POST", f"{BASE}/runtime/keys", Key, body)


def revoke_key(key_id: str) -> Call[None]:
    """End a key."""
    return Call("DELETE", f"{BASE}/runtime/keys/{_id(key_id)}", None)
