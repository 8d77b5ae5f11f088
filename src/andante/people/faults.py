"""What can be expected to go wrong with accounts and access; the codes are listed in docs/reference/errors.md."""

from typing import Final

PARAMETER: Final = "astrozero.0002"
UNAUTHORISED: Final = "astrozero.0004"
WRONG_PASSWORD: Final = "astrozero.0007"  # noqa: S105 - a code, not a secret
FORBIDDEN: Final = "bpm.access.forbidden"
TOO_FAST: Final = "bpm.access.tooFast"
TOO_MANY: Final = "bpm.access.tooMany"
PERSON_NOT_FOUND: Final = "bpm.person.notFound"
PERSON_EXISTS: Final = "bpm.person.exists"
LAST_ADMINISTRATOR: Final = "bpm.person.lastAdministrator"
CLIENT_NOT_FOUND: Final = "bpm.client.notFound"
CLIENT_EXISTS: Final = "bpm.client.exists"
TEAM_NOT_FOUND: Final = "bpm.team.notFound"
TEAM_EXISTS: Final = "bpm.team.exists"
GRANT_NOT_FOUND: Final = "bpm.grant.notFound"
LOGIN_REFUSED: Final = "bpm.login.refused"
PROVIDER: Final = "bpm.login.provider"
KEY_NOT_FOUND: Final = "bpm.key.notFound"
DEPUTY_NOT_FOUND: Final = "bpm.deputy.notFound"
DEPUTY_CYCLE: Final = "bpm.deputy.cycle"
TENANT_UNKNOWN: Final = "bpm.tenant.unknown"
TENANT_SUSPENDED: Final = "bpm.tenant.suspended"
TENANT_UNAVAILABLE: Final = "bpm.tenant.unavailable"
TENANT_BUSY: Final = "bpm.tenant.busy"
TENANT_EXISTS: Final = "bpm.tenant.exists"
TENANT_STATE: Final = "bpm.tenant.state"


class AccessProblem(Exception):
    """`status` is the HTTP status that fits; `message` says what was wrong and what to do; `wait`: seconds after which
    another try makes sense, 0 where that is no matter of time."""

    def __init__(self, code: str, status: int, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.wait = wait
