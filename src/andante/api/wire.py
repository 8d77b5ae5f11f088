"""Bytes in, bytes out: bodies and queries are read into Structs, results go out in the contract's envelope (1.1)."""

import re
from typing import Annotated, Any, Final, TypeVar

import msgspec
from litestar import Response
from litestar.enums import MediaType
from msgspec import Meta

from andante.api.errors import CONTENT_TYPE, bad_parameter
from andante.api.services import Call
from andante.runtime import Problem, auditing
from andante.timing.duration import parse_duration, shift
from andante.timing.instants import TimingError, contract_time, iso, parse_instant

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

Variables = Annotated[
    dict[Annotated[str, Meta(min_length=1)], Any],
    Meta(description="Variable name to JSON value. A name is never empty."),
]
DEEPEST: Final = 100
_PLACE: Final = re.compile(r" - at `(?:key in )?\$\.?(.*?)`$")
_OPEN: Final = b'{"resCode":"0","resMsg":"Success"'
_encoder: Final = msgspec.json.Encoder(enc_hook=str)


def success(result: object, **more: object) -> Response[bytes]:
    """`result` in the envelope; `more` are further keys beside it."""
    body = _OPEN + b',"result":' + _encoder.encode(result)
    for key, value in more.items():
        body += b',"' + key.encode() + b'":' + _encoder.encode(value)
    return Response(body + b"}", status_code=200, media_type=MediaType.JSON)


def done() -> Response[bytes]:
    """The envelope without a result (contract APIs 4 and 5)."""
    return Response(_OPEN + b"}", status_code=200, media_type=MediaType.JSON)


def as_json(value: object, status: int = 200) -> Response[bytes]:
    """A bare JSON answer."""
    return Response(_encoder.encode(value), status_code=status, media_type=MediaType.JSON)


async def body_of(request: Call, kind: type[T]) -> T:
    """The JSON body as `kind`; keys it does not know are ignored (contract section 7 row 15).

    Raises Problem: 415 for another content type, 400 for what is no JSON or does not fit, naming the field.
    """
    data = await json_bytes(request)
    try:
        body = msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as fault:
        raise misfit(fault) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise bad_parameter("body", f"no JSON: {fault}") from None
    except RecursionError:
        raise bad_parameter("body", f"nested too deeply; at most {DEEPEST} levels.") from None
    if data.count(b"[") + data.count(b"{") > DEEPEST:
        _check_depth(msgspec.structs.astuple(body) if isinstance(body, msgspec.Struct) else body, DEEPEST)
    reason = getattr(body, "reason", "")
    if isinstance(reason, str) and reason:
        auditing.note(reason=reason)
    return body


async def json_bytes(request: Call) -> bytes:
    """The body, said to be JSON. Raises Problem 415 or 400 (empty)."""
    kind, _ = request.content_type
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Problem(CONTENT_TYPE, 415, f"This address takes application/json, not '{kind}'.")
    data = await request.body()
    if not data.strip():
        raise bad_parameter("body", "it is empty; send a JSON object.")
    return data


def _check_depth(value: object, left: int) -> None:
    if left < 0:
        raise bad_parameter("body", f"nested too deeply; at most {DEEPEST} levels.")
    if isinstance(value, dict):
        for each in value.values():
            _check_depth(each, left - 1)
    elif isinstance(value, list | tuple):
        for each in value:
            _check_depth(each, left - 1)


def query_of(request: Call, kind: type[S]) -> S:
    """The query parameters as a Struct. Raises Problem 400 naming the parameter."""
    return parsed(dict(request.query_params), kind)


def parsed(given: dict[str, Any], kind: type[S]) -> S:
    """Values that may be texts as a Struct. Raises Problem 400 naming the one that does not fit."""
    try:
        return msgspec.convert(given, type=kind, strict=False)
    except msgspec.ValidationError as fault:
        raise misfit(fault) from None


def misfit(fault: msgspec.ValidationError) -> Problem:
    """msgspec's words with the field in front."""
    text = str(fault)
    found = _PLACE.search(text)
    place = found.group(1) if found else ""
    missing = re.search(r"missing required field `(.*?)`", text)
    if missing:
        return bad_parameter(f"{place}.{missing.group(1)}".lstrip("."), "it is required.")
    return bad_parameter(place or "body", _PLACE.sub("", text))


def choice(*values: str, description: str = "") -> Meta:
    """Documents a text that must be one of `values`; `one_of` checks it in words of ours."""
    return Meta(description=description or " or ".join(v for v in values if v), extra_json_schema={"enum": [*values]})


ORDER_TYPE: Final = choice("", "asc", "desc", description="asc (when orderField is given) or desc")


def one_of(field: str, value: str, allowed: tuple[str, ...]) -> str:
    """`value`, if it is one of those; letter case counts. Raises Problem 400."""
    if value not in allowed:
        raise bad_parameter(field, f"'{value}' is none of {', '.join(filter(None, allowed))}.")
    return value


def duration_ms(field: str, text: str, now: int, zone: str, most: int) -> int:
    """An ISO 8601 duration in ms, from 0 to `most`; "" is 0. Raises Problem 400."""
    if not text:
        return 0
    try:
        length = shift(now, parse_duration(text), zone) - now
    except TimingError as fault:
        raise bad_parameter(field, str(fault)) from None
    if not 0 <= length <= most:
        raise bad_parameter(field, f"'{text}' must lie between PT0S and PT{most // 1000}S.")
    return length


def instant_ms(field: str, text: str, zone: str) -> int:
    """An ISO 8601 date or date-time in ms. Raises Problem 400."""
    try:
        return parse_instant(text, zone)
    except TimingError as fault:
        raise bad_parameter(field, str(fault)) from None


def at(ms: int) -> str:
    """ISO 8601, UTC, with milliseconds; "" for unset."""
    return iso(ms) if ms else ""


def clock_time(ms: int, zone: str) -> str:
    """The contract's own form (1.1), "" for unset."""
    return contract_time(ms, zone) if ms else ""
