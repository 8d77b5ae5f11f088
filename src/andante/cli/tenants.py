"""Tenants: at a running server with its operator's secret, or where they are (`--tenants`)."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

import msgspec
from cyclopts import Parameter

from andante.cli.output import print_gone, print_json, print_table
from andante.client import Client, ClientError, Refused, because, operating
from andante.client.operating import TenantLogged, TenantNumbers, TenantShown

T = TypeVar("T")


@Parameter(name="*")
@dataclass(frozen=True)
class Operated:
    """Where tenants are, and who asks."""

    url: Annotated[str, Parameter(env_var="ANDANTE_URL", help="The server's address.")] = "http://127.0.0.1:8080"
    operator_secret: Annotated[
        str, Parameter(env_var="ANDANTE_OPERATOR_SECRET", show_default=False, help="The secret of its operator.")
    ] = ""
    tenants: Annotated[
        str,
        Parameter(
            env_var="ANDANTE_TENANTS",
            help="Where tenants are, instead of a server: sqlite:///FOLDER or postgresql://USER@HOST/NAME. Servers "
            "follow within seconds.",
        ),
    ] = ""
    why: Annotated[str, Parameter(env_var="ANDANTE_WHY", help="Why, for the log.")] = ""
    json: Annotated[bool, Parameter(negative=(), help="Print JSON instead of a table.")] = False

    @contextmanager
    def connect(self) -> Iterator[Client]:
        """Raises ValueError where there is neither secret nor place."""
        if not self.operator_secret:
            raise ValueError("give --operator-secret (ANDANTE_OPERATOR_SECRET), or --tenants (ANDANTE_TENANTS)")
        try:
            client = Client(self.url, token=self.operator_secret)
        except ClientError as fault:
            raise ValueError(f"--url: {fault}") from None
        with client, because(self.why):
            yield client


HERE: Final = Operated()


def _there(at: Operated, work: Callable[[Any, Any, Any], Awaitable[T]]) -> T:
    """Do it where tenants are; what the server would refuse is refused as it would."""
    from andante.runtime import Problem, StoreProblem
    from andante.settings import from_environment
    from andante.tenants import Registry, place_of

    async def run() -> T:
        place = place_of(at.tenants)
        registry = await Registry.open(place)
        try:
            return await work(registry, place, from_environment(os.environ, tenants=at.tenants))
        finally:
            await registry.close()

    try:
        return asyncio.run(run())
    except Problem as problem:
        raise Refused(problem.status, problem.code, problem.message, problem.details) from None
    except StoreProblem as problem:
        raise Refused(503, "bpm.server.unavailable", str(problem), []) from None


def _why(at: Operated) -> Any:
    from andante.tenants.registry import Why

    return Why(reason=at.why)


def _shown(record: Any) -> TenantShown:
    from andante.tenants.names import shown
    from andante.timing.instants import iso

    return TenantShown(
        name=record.name, state=record.state, serving=False, why="", address=record.settings.get("base_url", ""),
        settings=shown(record.settings), created_at=iso(record.created_at), changed_at=iso(record.changed_at),
    )  # fmt: skip


def _print(found: Sequence[TenantShown], at: Operated) -> None:
    if at.json:
        print_json(found)
        return
    rows = [
        (
            each.name, each.state, "" if at.tenants else "yes" if each.serving else each.why or "no",
            *_numbers(each.numbers), each.address, " ".join(f"{name}={value}" for name, value in each.settings.items()),
            each.created_at,
        )
        for each in found
    ]  # fmt: skip
    print_table(("name", "state", "served", "open", "incidents", "tasks", "address", "settings", "created"), rows)


def _numbers(has: TenantNumbers | None) -> tuple[str, str, str]:
    return ("", "", "") if has is None else (str(has.open_instances), str(has.broken_instances), str(has.open_tasks))


def list_tenants(*, at: Operated = HERE) -> None:
    """List tenants."""
    if at.tenants:

        async def work(registry: Any, *_: Any) -> list[TenantShown]:
            return [_shown(each) for each in await registry.all()]

        _print(_there(at, work), at)
        return
    with at.connect() as client:
        _print(client.send(operating.tenants()).items, at)


def create_tenant(
    name: str, *settings: str, administrator: str = "admin", secret: str = "", at: Operated = HERE
) -> None:
    """Make a tenant, with its first administrator.

    Parameters
    ----------
    name
        Small letters, digits and -; the first part of its host name.
    settings
        What is its own: name=value.
    administrator
        Name and client id of its first administrator.
    secret
        Their secret; generated and printed this once unless given.
    """
    own = {key: value for key, value in _given(settings).items() if value is not None}
    if at.tenants:

        async def work(registry: Any, place: Any, base: Any) -> tuple[str, str]:
            from andante.tenants.tenants import create

            made = await create(registry, place, base, name, own, _why(at), administrator, secret)
            return made.client_id, made.client_secret

        client_id, client_secret = _there(at, work)
    else:
        with at.connect() as client:
            call = operating.create_tenant(
                name, settings=own, client_id=administrator, client_secret=secret, reason=at.why
            )  # fmt: skip
            made = client.send(call)
            client_id, client_secret = made.client_id, made.client_secret
    if at.json:
        print_json({"name": name, "clientId": client_id, "clientSecret": client_secret})
        return
    print(f"The tenant {name} is there. Keep this, it is not shown again:")
    print(f"  client id      {client_id}\n  client secret  {client_secret}")


def _change(name: str, action: str, at: Operated) -> Callable[..., Awaitable[TenantShown]]:
    async def work(registry: Any, *_: Any) -> TenantShown:
        from andante.tenants.tenants import act

        return _shown(await act(registry, name, action, _why(at)))

    return work


def _act(name: str, action: str, at: Operated) -> None:
    if at.tenants:
        _print([_there(at, _change(name, action, at))], at)
        return
    with at.connect() as client:
        _print([client.send(operating.change_tenant(name, action, reason=at.why))], at)


def suspend_tenant(name: str, *, at: Operated = HERE) -> None:
    """Let a tenant stand still."""
    _act(name, "suspend", at)


def resume_tenant(name: str, *, at: Operated = HERE) -> None:
    """Let a suspended tenant go on."""
    _act(name, "resume", at)


def set_tenant(name: str, *settings: str, at: Operated = HERE) -> None:
    """Set what of the settings is a tenant's own: name=value; name= takes one back."""
    changes = _given(settings)
    if not changes:
        raise ValueError("say which: name=value, or name= to take one back")
    if at.tenants:

        async def work(registry: Any, _: Any, base: Any) -> TenantShown:
            from andante.tenants.tenants import configure

            return _shown(await configure(registry, base, name, changes, _why(at)))

        _print([_there(at, work)], at)
        return
    with at.connect() as client:
        _print([client.send(operating.change_tenant(name, settings=changes, reason=at.why))], at)


def delete_tenant(name: str, *, confirm: str, at: Operated = HERE) -> None:
    """Delete a tenant: its database is put away by the server, or when one starts.

    Parameters
    ----------
    confirm
        Its name once more.
    """
    if confirm != name:
        raise ValueError("--confirm must be the tenant's name")
    if at.tenants:
        _there(at, _change(name, "delete", at))
    else:
        with at.connect() as client:
            client.send(operating.delete_tenant(name))
    print_gone(name, at)


def tenant_log(*, at: Operated = HERE) -> None:
    """Show what was done with tenants."""
    if at.tenants:

        async def work(registry: Any, *_: Any) -> list[TenantLogged]:
            from andante.timing.instants import iso

            return [
                TenantLogged(
                    at=iso(row.at), action=row.action, tenant=row.tenant, address=row.address, reason=row.reason,
                    details=row.details,
                )
                for row in await registry.log()
            ]  # fmt: skip

        _logged(_there(at, work), at)
        return
    with at.connect() as client:
        _logged(client.send(operating.tenant_log()).items, at)


def diagnose(*, at: Operated = HERE) -> int:
    """See what is wrong with any tenant or with what they share, and what to do. Exit 0: nothing, 1: warnings, 2:
    errors."""
    from andante.cli.doctor import report
    from andante.timing.instants import iso

    if at.tenants:

        async def work(registry: Any, _: Any, base: Any) -> Any:
            from andante.tenants.doctor import diagnose_places

            return await diagnose_places(base)

        seen = _there(at, work)
        return report({**msgspec.to_builtins(seen), "at": iso(seen.at)}, at.json)
    with at.connect() as client:
        return report(msgspec.to_builtins(client.send(operating.diagnose_tenants())), at.json)


def _logged(found: Sequence[TenantLogged], at: Operated) -> None:
    if at.json:
        print_json(found)
        return
    rows = [(each.at, each.tenant, each.action, each.address, each.reason, each.details) for each in found]
    print_table(("at", "tenant", "action", "from", "reason", "details"), rows)


def _given(settings: Sequence[str]) -> Mapping[str, str | None]:
    """Raises ValueError for what is no name=value."""
    found: dict[str, str | None] = {}
    for each in settings:
        name, equals, value = each.partition("=")
        if not equals:
            raise ValueError(f"'{each}': write it as name=value")
        found[name.strip().replace("-", "_")] = value or None
    return found
