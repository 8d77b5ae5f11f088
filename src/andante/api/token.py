"""The token endpoint (contract 1.4): OAuth 2.0 client credentials, RFC 6749 sections 2.3.1, 4.4 and 5."""

import base64
import binascii
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, unquote_plus

import msgspec
from litestar import Response, post

from andante.api.operation import Operation, address
from andante.api.services import Call, services
from andante.api.wire import as_json, choice
from andante.people import AccessProblem
from andante.people.permissions import PUBLIC

PATH: Final = "/baas/auth/v1.0/oauth2/token"
GRANT: Final = "client_credentials"
UNKNOWN: Final = "The client is unknown, revoked or expired, the secret is wrong, or it may not come from this address."


class TokenBody(msgspec.Struct, frozen=True):
    """As a form or as JSON; id and secret may come by HTTP Basic instead. `scope`: permissions, with
    blanks between, that the token is for."""

    grant_type: Annotated[str, choice(GRANT)] = GRANT
    client_id: str = ""
    client_secret: str = ""
    scope: str = ""


class TokenAnswer(msgspec.Struct, frozen=True):
    """`expires_in` in seconds; `scope` where the token is not for all that its person may."""

    access_token: str
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - a type, not a secret
    scope: str | msgspec.UnsetType = msgspec.UNSET


class TokenError(msgspec.Struct, frozen=True):
    """RFC 6749 section 5.2; `unauthorized_client` for a wrong id or secret, as the contract has it."""

    error: str
    error_description: str


class _Refused(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.answer = TokenError(error, description)


@post(
    PATH,
    status_code=200,
    operation=Operation(
        "Get an access token", PUBLIC, None, TokenBody, own=False, tag="access", bare=TokenAnswer,
        raw_body="application/x-www-form-urlencoded",
        description="Client credentials grant. The body is a form or JSON; HTTP Basic is taken too.",
    ),
)  # fmt: skip
async def token(request: Call) -> Response[bytes]:
    try:
        asked = await _asked(request)
        if asked.grant_type != GRANT:
            raise _Refused("unsupported_grant_type", f"grant_type must be {GRANT}.")
        if not asked.client_id or not asked.client_secret:
            raise _Refused("invalid_request", "client_id and client_secret are required.")
        grant = await services(request).access.grant(
            asked.client_id, asked.client_secret, address(request), asked.scope.split() or None
        )
        if grant is None:
            raise _Refused(
                "unauthorized_client",
                UNKNOWN,
            )
    except _Refused as refused:
        return _uncached(as_json(refused.answer, 400))
    except AccessProblem as problem:
        if problem.status == 400:
            return _uncached(as_json(TokenError("invalid_scope", problem.message), 400))
        refusal = _uncached(as_json(TokenError("slow_down", problem.message), problem.status))
        if problem.wait:
            refusal.headers["Retry-After"] = str(problem.wait)
        return refusal
    return _uncached(as_json(TokenAnswer(grant.token, grant.expires_in, scope=" ".join(grant.scopes) or msgspec.UNSET)))


async def _asked(request: Call) -> TokenBody:
    body = await request.body()
    kind, _ = request.content_type
    fields: dict[str, Any] = {}
    if kind == "application/json":
        try:
            return _with_basic(request, msgspec.json.decode(body or b"{}", type=TokenBody))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise _Refused("invalid_request", f"The body is no JSON object of strings: {fault}") from None
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as fault:
        raise _Refused("invalid_request", f"The body is no form: {fault}") from None
    for name, values in found.items():
        if len(values) > 1:
            raise _Refused("invalid_request", f"{name} is there twice.")
        fields[name] = values[0]
    return _with_basic(request, msgspec.convert(fields, type=TokenBody))


def _with_basic(request: Call, asked: TokenBody) -> TokenBody:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return asked
    try:
        name, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if not colon:
        raise _Refused("invalid_request", "The Authorization header is no HTTP Basic.")
    return TokenBody(asked.grant_type, unquote_plus(name), unquote_plus(secret), asked.scope)


def _uncached(response: Response[bytes]) -> Response[bytes]:
    response.headers["Cache-Control"] = "no-store"
    return response


HANDLERS: Final = (token,)
