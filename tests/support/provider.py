"""An OpenID Connect provider for tests, a process of its own: real HTTP, real keys and signatures. What it says can be
bent: `PUT /bend` with claims that replace those of the next ID token (null takes one away), or `key`: "foreign".

Run as `python provider.py PORT`. It logs everybody in at once, as the person that was last put at `/person`; after
`PUT /asks` with {"asks": true} it first shows a page, as a browser needs one.
"""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT: Final = "andante"
SECRET: Final = "kept by both"
KEY: Final = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
FOREIGN: Final = RSAKey.generate_key(2048, {"kid": "one"}, private=True)


PAGE: Final = """<!doctype html><html lang="en"><title>The house's log-in</title><h1>Who are you?</h1>
<p><a href="%s">It is me</a></p><p><a href="%s">I had rather not</a></p></html>"""


class State:
    """What the provider knows: codes given out, and how the next token is bent."""

    codes: ClassVar[dict[str, dict[str, str]]] = {}
    person: ClassVar[dict[str, Any]] = {}
    bend: ClassVar[dict[str, Any]] = {}
    asks: bool = False
    now: int = 0
    issuer: str = ""


class Provider(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the output is for the address."""

    def _send(self, status: int, body: Any, **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _send_page(self, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/.well-known/openid-configuration":
            own = State.issuer
            self._send(200, {
                "issuer": own, "authorization_endpoint": f"{own}/authorize", "token_endpoint": f"{own}/token",
                "jwks_uri": f"{own}/keys", "userinfo_endpoint": f"{own}/me", "end_session_endpoint": f"{own}/out",
                "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
            })  # fmt: skip
        elif url.path == "/keys":
            self._send(200, {"keys": [KEY.as_dict(private=False)]})
        elif url.path == "/authorize":
            code = secrets.token_urlsafe(16)
            State.codes[code] = asked
            back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            no = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
            if State.asks:
                self._send_page(PAGE % (escape(back), escape(no)))
            else:
                self._send(302, {}, Location=back)
        elif url.path == "/out":
            self._send_page("<!doctype html><html lang='en'><title>Out</title><h1>You are out here, too</h1></html>")
        elif url.path == "/me":
            self._send(200, State.person)
        else:
            self._send(200, {})

    def do_PUT(self) -> None:
        given = json.loads(self._body())
        if self.path == "/person":
            State.person = given
        elif self.path == "/bend":
            State.bend = given
        elif self.path == "/asks":
            State.asks = given["asks"]
        else:
            State.now = given["now"]
        self._send(200, {})

    def do_POST(self) -> None:
        form = {name: values[0] for name, values in parse_qs(self._body().decode()).items()}
        asked = State.codes.pop(form.get("code", ""), None)
        own = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '%20')}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        good = (
            asked is not None
            and self.headers.get("Authorization") == f"Basic {own}"
            and asked["code_challenge_method"] == "S256"
            and asked["code_challenge"] == challenge.rstrip(b"=").decode()
            and asked["redirect_uri"] == form.get("redirect_uri")
        )
        if asked is None or not good:
            self._send(400, {"error": "invalid_grant"})
            return
        now = State.now
        claims = {
            "iss": State.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **State.person,
        }  # fmt: skip
        bend, State.bend = State.bend, {}
        key = FOREIGN if bend.pop("key", "") == "foreign" else KEY
        claims = {name: value for name, value in {**claims, **bend}.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        self._send(200, {"access_token": "opaque", "token_type": "Bearer", "id_token": token})


class Running:
    """The provider as tests see it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, str(Path(__file__)), "0"], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().strip()

    def put(self, path: str, body: dict[str, Any]) -> None:
        assert httpx.put(f"{self.issuer}/{path}", json=body).status_code == 200

    def person(self, sub: str, **claims: Any) -> None:
        """Who logs in from now on."""
        self.put("person", {"sub": sub, **claims})

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Provider)
    State.issuer = f"http://127.0.0.1:{server.server_port}"
    print(State.issuer, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
