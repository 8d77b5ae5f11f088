"""Keys, on one's settings and for administrators; what clients are limited to."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import AccessProblem, demand, may
from andante.people import permissions as allow
from andante.people.faults import KEY_NOT_FOUND
from andante.runtime import Problem
from andante.web.admin import clients_view, names_in, text_of
from andante.web.desk import Desk, go, said
from andante.web.session import Asked, caller, form, kept_as
from andante.web.settings import instant_of, settings_view

Fault = Problem | AccessProblem


def limits(desk: Desk, given: FormMultiDict) -> dict[str, Any]:
    """Scopes, addresses and end, as a form says. Raises Problem 400."""
    return {
        "scopes": names_in(given, "scopes"),
        "ranges": names_in(given, "ranges"),
        "expires_at": instant_of("expires", text_of(given, "expires"), desk.zone),
    }


@post("/settings/keys", opt=kept_as("key.add"), status_code=200)
async def add_key(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """The answer is the only page that ever shows the key."""
    who, given = caller(request), await form(request)
    try:
        demand(who, allow.KEY_OWN)
        made = await desk.services.keys.add(
            who.user, text_of(given, "name"), **limits(desk, given), by=who.user
        )  # fmt: skip
    except (Problem, AccessProblem) as problem:
        return await settings_view(request, desk, "keys", problem, given)
    return await settings_view(request, desk, made=made)


@post("/settings/keys/{key_id:str}/revoke", opt=kept_as("key.revoke"), status_code=200)
async def revoke_key(request: Asked, desk: NamedDependency[Desk], key_id: FromPath[str]) -> Response[str]:
    who = caller(request)
    demand(who, allow.KEY_OWN)
    record = await desk.services.keys.one(key_id)
    if record.person != who.user and not may(who, allow.PEOPLE_MANAGE):
        raise AccessProblem(KEY_NOT_FOUND, 404, f"There is no key '{key_id}'.")
    await desk.services.keys.revoke(key_id)
    back = "/admin/keys" if (await form(request)).get("back") == "admin" else "/settings#own-keys"
    return go(request, back, said(request, _("The key is revoked.")))


# For administrators.


@get("/admin/keys")
async def keys(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await _keys(request, desk)


async def _keys(
    request: Asked, desk: Desk, problem: Fault | None = None, made: tuple[str, str] | None = None
) -> Response[str]:
    """`made`: what a key that was just made is for, and itself."""
    demand(caller(request), allow.PEOPLE_MANAGE)
    return desk.page(
        request, "admin_keys.html", status=problem.status if problem else 200, problem=problem, made=made,
        keys=await desk.services.keys.many(), names=sorted(desk.runtime.roster.known.persons),
    )  # fmt: skip


@post("/admin/keys", opt=kept_as("key.add"), status_code=200)
async def add_key_of(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, given = caller(request), await form(request)
    demand(who, allow.PEOPLE_MANAGE)
    try:
        record, key = await desk.services.keys.add(
            text_of(given, "user"), text_of(given, "name"), **limits(desk, given), by=who.user
        )
    except (Problem, AccessProblem) as problem:
        return await _keys(request, desk, problem)
    return await _keys(request, desk, made=(record.name, key))


@post("/admin/clients/{client_id:str}/limits", opt=kept_as("client.change"), status_code=200)
async def limit_client(request: Asked, desk: NamedDependency[Desk], client_id: FromPath[str]) -> Response[str]:
    given = await form(request)
    demand(caller(request), allow.PEOPLE_MANAGE)
    try:
        await desk.services.clients.change(client_id, **limits(desk, given))
    except (Problem, AccessProblem) as problem:
        return await clients_view(request, desk, problem)
    return go(request, "/admin/clients", said(request, _("Saved.")))


@post("/admin/clients/{client_id:str}/renew", opt=kept_as("client.renew"), status_code=200)
async def renew(request: Asked, desk: NamedDependency[Desk], client_id: FromPath[str]) -> Response[str]:
    """A new secret; the one before is good for a day more."""
    demand(caller(request), allow.PEOPLE_MANAGE)
    made = await desk.services.clients.renew(client_id)
    return await clients_view(request, desk, made=(made.client_id, made.client_secret))


HANDLERS: Final = (add_key, revoke_key, keys, add_key_of, limit_client, renew)
