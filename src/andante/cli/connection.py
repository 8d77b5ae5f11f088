"""Which server a command speaks to, as whom, and where the token is kept between commands."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from andante.client import Client, ClientError, Refused, because


@Parameter(name="*")
@dataclass(frozen=True)
class Server:
    """Options of every command that speaks to a server."""

    url: Annotated[str, Parameter(env_var="ANDANTE_URL", help="The server's address.")] = "http://127.0.0.1:8080"
    client_id: Annotated[str, Parameter(env_var="ANDANTE_CLIENT_ID", help="OAuth client id.")] = "admin"
    client_secret: Annotated[
        str,
        Parameter(
            env_var="ANDANTE_CLIENT_SECRET",
            show_default=False,
            help="Its secret; not needed while the token of an earlier command is good.",
        ),
    ] = ""
    why: Annotated[str, Parameter(env_var="ANDANTE_WHY", help="Why, for the audit log.")] = ""
    key: Annotated[
        str,
        Parameter(env_var="ANDANTE_KEY", show_default=False, help="A key to use instead of a client and its secret."),
    ] = ""
    tenant: Annotated[
        str,
        Parameter(
            env_var="ANDANTE_TENANT", help="The tenant, where the server has some and the address does not tell."
        ),
    ] = ""
    json: Annotated[bool, Parameter(negative=(), help="Print JSON instead of a table.")] = False

    @contextmanager
    def connect(self) -> Iterator[Client]:
        """A client, whose token is kept for the next command. Raises ValueError for an address that is none."""
        kept = token_file(self.url, self.client_id, self.tenant)
        token = self.key or _read(kept)
        try:
            client = Client(self.url, self.client_id, self.client_secret, token=token, tenant=self.tenant)
        except ClientError as fault:
            raise ValueError(f"--url: {fault}") from None
        with client, because(self.why):
            try:
                yield client
            except Refused as refused:
                if refused.status == 401 and self.key:
                    raise ValueError("the key (--key, ANDANTE_KEY) is unknown, has expired or is revoked") from None
                if refused.status == 401 and not self.client_secret:
                    raise ValueError(
                        f"set ANDANTE_CLIENT_SECRET to the secret of the client '{self.client_id}' (--client-id), or "
                        "ANDANTE_KEY to a key of yours (`andante keys add` makes one)"
                    ) from None
                if refused.status == 401 or refused.code == "unauthorized_client":
                    remedy = "Look at --client-id and ANDANTE_CLIENT_SECRET."
                    said = f"{refused.message} {remedy}"
                    raise Refused(refused.status, refused.code, said, refused.details) from None
                raise
            finally:
                if client.session.token and client.session.token != token and not self.key:
                    _write(kept, client.session.token)


def token_file(url: str, client_id: str, tenant: str = "") -> Path:
    """One file for each server, tenant and client, readable by its owner alone."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    folder = Path(root) if os.path.isabs(root) else Path.home() / ".cache"
    whose = "\n".join((url.rstrip("/"), client_id, *filter(None, (tenant,))))
    name = hashlib.sha256(whose.encode()).hexdigest()[:24]
    return folder / "andante" / f"token-{name}"


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, token: str) -> None:
    """Where it cannot be kept, the next command gets one of its own."""
    fresh = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token)
        fresh.replace(path)
