"""Log-in at an OpenID Connect provider: the authorization code flow with PKCE, state and nonce, with any provider that
tells about itself (Discovery 1.0). Persons may be made when they come for the first time.

What was begun is kept by the browser that began it, in a cookie, and nowhere else: any server ends it, once and within
ten minutes, and who never comes back leaves nothing behind. State, nonce and verifier are made of the cookie's secret,
so that none of them fits another browser, time or page.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, final
from urllib.parse import quote, urlencode

import httpx
import msgspec

from andante.people.access import Access
from andante.people.accounts import NAME, Accounts
from andante.people.attempts import Attempts
from andante.people.changes import Tables
from andante.people.faults import LAST_ADMINISTRATOR, LOGIN_REFUSED, PROVIDER, TOO_FAST, AccessProblem
from andante.people.permissions import ROLES, USER
from andante.people.secrets import digest, new_secret
from andante.store.audit import Entry
from andante.store.faults import Duplicate

PATIENCE_MS: Final = 600_000  # to log in at the provider
TIMEOUT_S: Final = 10.0
KNOWN_S: Final = 3_600.0  # how long what a provider tells about itself is good
PAUSE_S: Final = 5.0  # after a provider did not answer, before it is asked again
AGAIN_S: Final = 30.0  # before keys are read again because of one that is not among them
LEEWAY_S: Final = 60  # that clocks may differ
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEPT_MS: Final = 2 * PATIENCE_MS  # of a log-in that ended, so that it does not end again
USED: Final = "This log-in was used already. Begin anew."
NOT_BEGUN: Final = "This log-in was not begun here, or too long ago. Begin anew."
SESSION_OF: Final = ":oidc"  # the client of its sessions; no client can be named so
LONGEST: Final = 200
LONGEST_PAGE: Final = 2_000  # to come back to: browsers take cookies of 4096 bytes


class OidcOptions(msgspec.Struct, frozen=True):
    """`roles` maps values of the claim `roles_claim` to roles; a claim within another is named with a dot. `create`:
    make persons who are not there; `link`: let who is there under the same name log in. `redirect`: where the provider
    sends people back to, `home` our log-in page."""

    issuer: str
    client_id: str
    client_secret: str
    redirect: str
    home: str
    label: str = ""
    scopes: str = "openid profile email"
    name_claim: str = "preferred_username"
    groups_claim: str = ""
    roles_claim: str = "roles"
    roles: Mapping[str, str] = {}
    create: bool = True
    link: bool = False


class Begun(NamedTuple):
    """Where the browser goes, and what it keeps meanwhile."""

    url: str
    kept: str


class Pending(NamedTuple):
    """A log-in under way: the browser's secret, since when (ms), and the page to come back to."""

    secret: str
    since: int
    to: str

    @classmethod
    def read(cls, kept: str) -> "Pending":
        """Of what `kept` gives; raises AccessProblem."""
        secret, _, rest = kept.partition(".")
        since, _, to = rest.partition(".")
        if not secret or not (since.isascii() and since.isdigit()) or len(since) > len("1767258000000"):
            raise _refused(NOT_BEGUN)
        return cls(secret, int(since), to)

    @property
    def kept(self) -> str:
        return f"{self.secret}.{self.since}.{self.to}"

    def proof(self, of: str) -> str:
        """What the provider gets to see; 64 signs, from which nobody finds the secret."""
        return hmac.new(self.secret.encode(), f"{of} {self.since} {self.to}".encode(), hashlib.sha256).hexdigest()


class Ended(NamedTuple):
    """The token of the session, and the page to go to."""

    token: str
    next: str


def roles_map(text: str) -> dict[str, str]:
    """Of "it-admins=administrator, it-ops=operator". Raises ValueError."""
    found: dict[str, str] = {}
    for part in text.split(","):
        value, sign, role = (each.strip() for each in part.partition("="))
        if not part.strip():
            continue
        if not sign or not value or role not in ROLES:
            raise ValueError(f"'{part.strip()}' is no VALUE=ROLE; roles are {', '.join(ROLES)}")
        found[value] = role
    return found


@final
class Oidc:
    """One provider. `now` gives ms since the epoch. Every method that fails raises AccessProblem."""

    def __init__(
        self, options: OidcOptions, tables: Tables, accounts: Accounts, access: Access, now: Callable[[], int],
        session_s: int,
    ) -> None:  # fmt: skip
        self.options = options
        self._tables = tables
        self._accounts = accounts
        self._access = access
        self._now = now
        self._session_s = session_s
        self._one = asyncio.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._known_until = 0.0
        self._away = ""  # why it is not asked until then
        self._away_until = 0.0
        self._keys_at = 0.0
        self._attempts = Attempts()  # codes that the provider did not take

    async def begin(self, to: str) -> Begun:
        """Where to log in; `to` is the page to come back to. Raises AccessProblem (503) when the provider is away."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        metadata = await self._discovered()
        pending = Pending(new_secret(), self._now(), to if len(to) <= LONGEST_PAGE else "")
        url: str = prepare_grant_uri(
            _endpoint(metadata, "authorization_endpoint"), self.options.client_id, "code", self.options.redirect,
            self.options.scopes, pending.proof("state"), nonce=pending.proof("nonce"),
            code_challenge=create_s256_code_challenge(pending.proof("verifier")), code_challenge_method="S256",
        )  # fmt: skip
        return Begun(url, pending.kept)

    async def end(self, answer: Mapping[str, str], kept: str, address: str = "") -> Ended:
        """The provider has sent the browser back with `answer`; `kept` is what the browser has of the beginning.
        Nothing is written before the provider has said who it is."""
        metadata = await self._discovered()
        pending, now = Pending.read(kept), self._now()
        state = pending.proof("state")
        there = hmac.compare_digest(state.encode(), answer.get("state", "").encode())
        if not there or not -LEEWAY_S * 1_000 <= now - pending.since < PATIENCE_MS:
            raise _refused(NOT_BEGUN)
        used = ("select 1 from login where state=? and used=1", (digest(state),))
        if await self._tables.get(*used) is not None:
            raise _refused(USED)
        if "error" in answer:
            said = _printable(answer.get("error_description") or answer["error"])
            raise _refused(f"The provider did not log you in; it says: {said}")
        if answer.get("iss", metadata["issuer"]) != metadata["issuer"]:
            raise _refused("The answer is from another provider.")
        token = await self._exchanged(metadata, answer.get("code", ""), pending.proof("verifier"), address)
        claims = await self._verified(token, pending.proof("nonce"))
        if self.options.name_claim not in claims and "userinfo_endpoint" in metadata:
            told = await self._userinfo(metadata["userinfo_endpoint"], str(token.get("access_token", "")))
            if told.get("sub") != claims["sub"]:
                raise _refused("The provider tells of somebody else.")
            claims = {**told, **claims}
        try:
            await self._tables.write([
                ("delete from login where expires_at<=?", (now,)),
                ("insert into login (state, used, expires_at) values (?,1,?)", (digest(state), now + KEPT_MS)),
            ])  # fmt: skip
        except Duplicate:
            raise _refused(USED) from None
        name = await self._person(claims)
        entry = Entry("login", name, {"provider": self.options.issuer}, kind="person", actor=name)
        return Ended(await self._access.issue(name, SESSION_OF, self._session_s, entry), pending.to)

    async def out(self) -> str:
        """Where one logs out at the provider, too; "" where it has no such page."""
        metadata = await self._discovered()
        page = metadata.get("end_session_endpoint")
        if not isinstance(page, str):
            return ""
        sign = "&" if "?" in page else "?"
        own = urlencode({"client_id": self.options.client_id, "post_logout_redirect_uri": self.options.home})
        return f"{page}{sign}{own}"

    # The provider.

    async def _discovered(self) -> dict[str, Any]:
        async with self._one:
            now = time.monotonic()
            if now >= self._known_until:
                if now < self._away_until:
                    raise AccessProblem(PROVIDER, 503, self._away)
                try:
                    self._metadata = await self._described()
                except AccessProblem as fault:
                    # Who waits behind this one is not to wait as long, one after the other.
                    self._away, self._away_until = fault.message, time.monotonic() + PAUSE_S
                    raise
                self._known_until = time.monotonic() + KNOWN_S
            return self._metadata

    async def _described(self) -> dict[str, Any]:
        found = await self._asked("GET", f"{self.options.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.options.issuer:
            raise AccessProblem(PROVIDER, 503, "The provider says that it is another than the setting names.")
        return found

    async def _keys_with(self, kid: str) -> dict[str, Any]:
        """The provider's keys; read again where `kid` is not among them, though not all the time."""
        async with self._one:
            known = any(key.get("kid") == kid for key in self._keys.get("keys", ()))
            if not known and time.monotonic() >= self._keys_at:
                self._keys = await self._asked("GET", _endpoint(self._metadata, "jwks_uri"))
                self._keys_at = time.monotonic() + AGAIN_S
            return self._keys

    async def _exchanged(
        self, metadata: Mapping[str, Any], code: str, verifier: str, address: str
    ) -> dict[str, Any]:  # fmt: skip
        """The tokens for a code. Codes that are none count against the address as wrong passwords do, for the provider
        would shut us out for them."""
        wait = -(-self._attempts.wait_ms(address, "", self._now()) // 1_000)
        if wait:
            raise AccessProblem(TOO_FAST, 429, f"Too many log-ins that failed. Try again in {wait} seconds.", wait)
        try:
            return await self._traded(_endpoint(metadata, "token_endpoint"), code, verifier)
        except AccessProblem as problem:
            if problem.code == LOGIN_REFUSED:
                self._attempts.failed(address, now=self._now())
            raise

    async def _traded(self, endpoint: str, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.options.redirect,
            "code_verifier": verifier,
        }  # fmt: skip
        methods = self._metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        own = (quote(self.options.client_id, safe=""), quote(self.options.client_secret, safe=""))
        if not self.options.client_secret:
            return await self._asked("POST", endpoint, data={**form, "client_id": self.options.client_id})
        if "client_secret_basic" in methods:
            return await self._asked("POST", endpoint, data=form, auth=own)
        own_form = {"client_id": self.options.client_id, "client_secret": self.options.client_secret}
        return await self._asked("POST", endpoint, data={**form, **own_form})

    async def _userinfo(self, endpoint: str, token: str) -> dict[str, Any]:
        return await self._asked("GET", endpoint, headers={"Authorization": f"Bearer {token}"})

    async def _asked(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
                own = {"Accept": "application/json"} | more.pop("headers", {})
                answer = await http.request(method, url, headers=own, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            text = f"The provider does not answer ({type(fault).__name__}). Try again in a minute."
            raise AccessProblem(PROVIDER, 503, text) from None
        if answer.status_code == 400 and method == "POST":
            raise _refused("The provider does not take the code.")
        if answer.status_code != 200:
            raise AccessProblem(PROVIDER, 503, f"The provider answers {answer.status_code} instead of what was asked.")
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise AccessProblem(PROVIDER, 503, "The provider's answer cannot be read.") from None

    async def _verified(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token, which is the provider's own, for us, of now, and of this log-in."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jws, jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        text = token.get("id_token")
        if not isinstance(text, str):
            raise _refused("The provider sends no ID token. Is the scope openid among those asked for?")
        try:
            kid = str(jws.extract_compact(text.encode()).headers().get("kid", ""))
            known: Any = await self._keys_with(kid)
            keys = KeySet.import_key_set(known)
            read = jwt.decode(text, keys, algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                read.claims, read.header,
                options={
                    "iss": {"essential": True, "value": self.options.issuer},
                    "aud": {"essential": True, "value": self.options.client_id},
                },
                params={
                    "nonce": nonce, "client_id": self.options.client_id, "access_token": token.get("access_token"),
                },
            )  # fmt: skip
            claims.validate(now=self._now() // 1_000, leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise _refused(f"The provider's ID token is not good ({type(fault).__name__}: {fault}).") from None
        return dict(claims)

    # The person.

    async def _person(self, claims: Mapping[str, Any]) -> str:
        """Who it is, made or brought up to date as the claims say."""
        own = self.options
        subject = f"{own.issuer} {claims['sub']}"
        row = await self._tables.get("select name, disabled from person where subject=?", (subject,))
        if row is not None and row[1]:
            raise AccessProblem(LOGIN_REFUSED, 403, f"The person '{row[0]}' is disabled. Ask an administrator.")
        email = claims.get("email")
        given: dict[str, Any] = {"email": email[:320] if isinstance(email, str) else ""}
        if own.groups_claim:
            given["groups"] = [each[:LONGEST] for each in _values(claims, own.groups_claim)]
        if own.roles:
            known = {own.roles[each] for each in _values(claims, own.roles_claim) if each in own.roles}
            given["roles"] = sorted({USER, *known})
        if row is not None:
            await self._brought_up_to_date(row[0], given)
            return str(row[0])
        name = str(claims.get(own.name_claim) or "")
        if not NAME.fullmatch(name):
            raise AccessProblem(LOGIN_REFUSED, 403, f"The claim '{own.name_claim}' gives no name that can be used.")
        there = await self._tables.get("select subject, disabled from person where name=?", (name,))
        if there is None and not own.create:
            raise AccessProblem(LOGIN_REFUSED, 403, f"There is no person '{name}' here. Ask an administrator.")
        if there is not None and (there[0] or there[1] or not own.link):
            raise AccessProblem(
                LOGIN_REFUSED, 403, f"There is a person '{name}' already, who logs in otherwise. Ask an administrator."
            )
        if there is None:
            await self._accounts.add_person(name, **given, subject=subject)
        else:
            await self._accounts.change_person(name, subject=subject)
            await self._brought_up_to_date(name, given)
        return name

    async def _brought_up_to_date(self, name: str, given: Mapping[str, Any]) -> None:
        person = await self._accounts.person(name)
        changes = {field: value for field, value in given.items() if _set(value) != _set(getattr(person, field))}
        try:
            if changes:
                await self._accounts.change_person(name, **changes)
        except AccessProblem as problem:
            if problem.code != LAST_ADMINISTRATOR:
                raise
            changes.pop("roles")  # somebody must be able to put it right
            await self._accounts.change_person(name, **changes)


def _set(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def _values(claims: Mapping[str, Any], path: str) -> list[str]:
    """The texts of a claim that is a list, or one text; `a.b` is b within a."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found]
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    found = metadata.get(name)
    if not isinstance(found, str) or not found.startswith(("https://", "http://")):
        raise AccessProblem(PROVIDER, 503, f"The provider does not tell its {name}.")
    return found


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:LONGEST]


def _refused(text: str) -> AccessProblem:
    return AccessProblem(LOGIN_REFUSED, 401, text)
