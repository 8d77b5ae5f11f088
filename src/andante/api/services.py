"""What the handlers work with, kept in the application's state."""

from typing import TYPE_CHECKING, Any, final

from litestar import Request

from andante.notify import EventPost, NotePost
from andante.people import Access, Accounts, Caller, Clients, Deputies, Grants, Keys, Teams
from andante.people.oidc import Oidc
from andante.people.served import services_of
from andante.runtime import Runtime

if TYPE_CHECKING:
    from andante.api.metrics import Metrics


@final
class Services:
    """One object a database that is served. `zone` is the IANA zone of the contract's times."""

    __slots__ = (
        "access",
        "accounts",
        "clients",
        "deputies",
        "grants",
        "keys",
        "metrics",
        "oidc",
        "pages",
        "post",
        "runtime",
        "settings",
        "teams",
        "tenant",
        "zone",
    )

    def __init__(
        self, runtime: Runtime, accounts: Accounts, access: Access, metrics: "Metrics", zone: str, post: NotePost,
        oidc: Oidc | None = None,
    ) -> None:  # fmt: skip
        self.runtime = runtime
        self.accounts = accounts
        self.access = access
        self.metrics = metrics
        self.zone = zone
        self.post = post
        self.oidc = oidc
        self.tenant = ""  # whose it is, where there are tenants
        self.settings: Any = None  # of what is served: with tenants the server's, with the tenant's own over them
        self.pages: Any = None  # the desk of those who look by a browser, once somebody does
        self.teams = Teams(runtime.store, runtime.clock.now, runtime.roster.changed, runtime.audit.log)
        self.clients = Clients(runtime.store, runtime.clock.now, accounts, runtime.audit.log)
        self.keys = Keys(runtime.store, runtime.clock.now, runtime.audit.log)
        self.grants = Grants(runtime.store, runtime.clock.now, runtime.roster.changed, runtime.audit.log)
        self.deputies = Deputies(runtime.store, runtime.clock.now, runtime.roster.changed, audit=runtime.audit.log)

    @property
    def events(self) -> EventPost | None:
        """What tells programs of instances and tasks, where the runtime has it."""
        return next((each for each in self.runtime.channels if isinstance(each, EventPost)), None)


Call = Request[Any, Any, Any]


def services(request: Call) -> Services:
    """What this request is for: its tenant's, or the application's own."""
    found: Services = services_of(request.scope)
    return found


def caller(request: Call) -> Caller:
    """Who asks, as the guard found out."""
    found: Caller = request.scope["user"]
    return found
