"""The calls that change open instances: moving tokens, and migration to another version."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from andante.client import shapes
from andante.client.calls import BASE, Call, given


def move(
    instance_id: str, source: str, target: str, *, reason: str = "", token: int | None = None
) -> Call[shapes.Instance]:
    """Take what stands at element `source` to `target`; `token` tells which where several stand there."""
    body = {"action": "move", "from": source, "to": target, **given(reason=reason, token=token)}
    return Call("PUT", f"{BASE}/runtime/instances/{quote(instance_id, safe='')}", shapes.Instance, body)


def modify(
    instance_id: str,
    moves: Sequence[Mapping[str, Any]],
    *,
    variables: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Call[shapes.Instance]:
    """Several moves at once, all or none: each with `from` and `to`; with `from` alone, whatever stands there is taken
    out; with `to` alone it is begun beside the rest. `token` tells which where several stand there."""
    body = given(action="move", moves=list(moves), variables=variables, reason=reason)
    return Call("PUT", f"{BASE}/runtime/instances/{quote(instance_id, safe='')}", shapes.Instance, body)


def migrate(
    instance_id: str, version: str, *, map: Mapping[str, str] | None = None, reason: str = ""
) -> Call[shapes.Instance]:
    """Let an instance go on by another version; `map` names elements that are called otherwise there."""
    body = given(action="migrate", version=version, map=map, reason=reason)
    return Call("PUT", f"{BASE}/runtime/instances/{quote(instance_id, safe='')}", shapes.Instance, body)


def check_migration(
    instance_id: str, version: str, *, map: Mapping[str, str] | None = None
) -> Call[shapes.MigrationPlan]:
    """Whether `migrate` would be carried out, and which element becomes which. Changes nothing."""
    body = given(version=version, map=map)
    return Call("POST", f"{BASE}/runtime/instances/{quote(instance_id, safe='')}/migration", shapes.MigrationPlan, body)
