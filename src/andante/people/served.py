"""What stands behind a request: that of its tenant where there are tenants, else the application's only one."""

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from litestar.types import Scope

SERVICES: Final = "andante.services"  # in a request's scope, put there by who finds out whose request it is


def services_of(scope: "Scope") -> Any:
    """The services that this request is for; the rooms know of which kind they are. With tenants an application has
    none of its own: what a request without a tenant asked of one would fail, and not reach anybody's."""
    found = cast(dict[str, Any], scope).get(SERVICES)
    return scope["litestar_app"].state.services if found is None else found
