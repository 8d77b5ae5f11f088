"""A call by HTTP, from a job's inputs to what its model makes of the answer. Only what the model maps is looked at: no
variable of the process gets out by its name alone.

Three spellings of the same: Andante's own (`andante:http`), Camunda 7's `http-connector` and Camunda 8's
`io.camunda:http-json:1`.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlencode

import msgspec

from andante.connectors.faults import Wrong
from andante.connectors.results import set_by
from andante.notify.outbound import Answer, checked_url

OWN: Final = "andante:http"
CAMUNDA_7: Final = "http-connector"
CAMUNDA_8: Final = "io.camunda:http-json:1"
TYPES: Final = (OWN, CAMUNDA_7, CAMUNDA_8)
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
SECONDS: Final = 20.0
MOST_SECONDS: Final = 60.0
NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")  # RFC 9110, in small letters
VALUE: Final = re.compile(r"[\t -~]*")
AGAIN: Final = (408, 425, 429)  # beside 5xx: another try may help

Variables = Mapping[str, Any]


class Call(msgspec.Struct, frozen=True):
    """What to send, and for how many seconds to wait for each step."""

    method: str
    parts: SplitResult
    headers: dict[str, str]
    body: bytes
    seconds: float


def _within(variables: Variables, name: str) -> Any:
    """A part of an input, which modelers write as `authentication.token` or as an object."""
    if name in variables:
        return variables[name]
    outer, dot, inner = name.rpartition(".")
    found = _within(variables, outer) if dot else None
    return found.get(inner) if isinstance(found, Mapping) else None


def _texts(name: str, value: Any) -> dict[str, str]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise Wrong(f"{name}: it should be an object of texts")
    return {str(key): each if isinstance(each, str) else _text(each) for key, each in value.items() if each is not None}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def call_of(kind: str, variables: Variables, key: str) -> Call:
    """`key` names the job, and stays the same when it is tried again. Raises Wrong."""
    url = variables.get("url")
    if not isinstance(url, str) or not url:
        raise Wrong("url: it is missing")
    query = urlencode(_texts("queryParameters", variables.get("queryParameters")))
    try:
        parts = checked_url(f"{url}{('&' if '?' in url else '?') + query if query else ''}")
    except ValueError as fault:
        raise Wrong(f"url: {fault}") from None
    method = str(variables.get("method") or "GET").upper()
    if method not in METHODS:
        raise Wrong(f"method: it is none of {', '.join(METHODS)}")
    payload = variables.get("payload" if kind == CAMUNDA_7 else "body")
    headers = {name.lower(): value for name, value in _texts("headers", variables.get("headers")).items()}
    headers.pop("host", None)
    headers.setdefault("user-agent", "andante")
    headers.setdefault("idempotency-key", key)
    body = b""
    if payload not in (None, ""):
        body = payload.encode() if isinstance(payload, str) else msgspec.json.encode(payload)
        headers.setdefault("content-type", "application/json")
    headers.update(_authentication(variables))
    for name, value in headers.items():
        if not NAME.fullmatch(name) or not VALUE.fullmatch(value):
            raise Wrong(f"headers: {name[:60]!r} has characters that no header may have")
    return Call(method, parts, headers, body, _seconds(variables))


def _authentication(variables: Variables) -> dict[str, str]:
    kind = str(_within(variables, "authentication.type") or "noAuth")
    if kind == "noAuth":
        return {}
    if kind == "basic":
        pair = f"{_within(variables, 'authentication.username')}:{_within(variables, 'authentication.password')}"
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    if kind == "bearer":
        return {"authorization": f"Bearer {_within(variables, 'authentication.token')}"}
    if kind == "apiKey" and str(_within(variables, "authentication.apiKeyLocation") or "headers").lower() != "query":
        return {str(_within(variables, "authentication.name")).lower(): str(_within(variables, "authentication.value"))}
    raise Wrong(f"authentication: Andante knows noAuth, basic, bearer and apiKey in a header, not '{kind}'")


def _seconds(variables: Variables) -> float:
    found = variables.get("readTimeoutInSeconds") or variables.get("timeout") or SECONDS
    try:
        return min(max(float(found), 1.0), MOST_SECONDS)
    except (TypeError, ValueError):
        raise Wrong("readTimeoutInSeconds: it should be a number") from None


def brought(
    kind: str, answer: Answer, headers: Mapping[str, str], now: int
) -> tuple[dict[str, object], dict[str, object]]:
    """The variables that the answer sets, and those that only output mappings see. Raises Wrong."""
    text = answer.body.decode(errors="replace")
    if kind == CAMUNDA_7:
        return {}, {"statusCode": answer.status, "response": text, "headers": dict(answer.headers)}
    try:
        body = msgspec.json.decode(answer.body) if answer.body else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = text
    response: dict[str, object] = {"status": answer.status, "headers": dict(answer.headers), "body": body}
    known = {"response": response, **response}
    return set_by(headers, response, known, now, "={total: response.body.total}"), known
