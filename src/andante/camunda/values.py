"""Variables as Camunda 7 has them, `{"type", "value", "valueInfo"}`, and as Andante has them: plain JSON.

Most types are told by the JSON value itself. Where they are not (Long, Date, Object, File, ...), the type is kept in a
variable beside it, `$type.` and its name, and counts as long as the value fits it.
"""

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from andante.camunda.faults import wrong
from andante.camunda.wire import stamp
from andante.timing.instants import to_ms

NOTE: Final = "$type."
JSON: Final = "application/json"
_INT: Final = 2**31
_LONG: Final = 2**63
_SHORT: Final = 2**15
INFO: Final = {"File": ("filename", "mimetype", "encoding"), "Object": ("objectTypeName", "serializationDataFormat")}

Given = Mapping[str, Any]


def _whole(most: int) -> Callable[[Any], object]:
    def take(value: Any) -> object:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not -most <= value < most:
            raise ValueError(f"a whole number from {-most} to {most - 1}")
        return value

    return take


def _double(value: Any) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number")
    return float(value)


def _boolean(value: Any) -> object:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _string(value: Any) -> object:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _date(value: Any) -> object:
    """Kept with the offset it has, in a form that FEEL reads."""
    try:
        moment = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("a date-time such as 2013-01-23T13:42:42.000+0200") from None
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC).isoformat(timespec="milliseconds")


def _json(value: Any) -> object:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise ValueError(f"JSON in a text ({fault})") from None


def _base64(value: Any) -> object:
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("bytes in Base64") from None
    return value


# How a value of each of Camunda's types is taken. Each raises ValueError with what it should be.
TYPES: Final[Mapping[str, Callable[[Any], object]]] = {
    "Null": lambda value: None,
    "Boolean": _boolean,
    "Short": _whole(_SHORT),
    "Integer": _whole(_INT),
    "Long": _whole(_LONG),
    "Double": _double,
    "String": _string,
    "Date": _date,
    "Json": _json,
    "Object": _json,
    "Xml": _string,
    "Bytes": _base64,
    "File": _base64,
}


def inferred(value: object) -> str:
    """The type that a JSON value has without a note."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer" if -_INT <= value < _INT else "Long" if -_LONG <= value < _LONG else "Json"
    if isinstance(value, float):
        return "Double"
    return "String" if isinstance(value, str) else "Json"


def taken(name: str, given: Any) -> tuple[object, object]:
    """Value and note (None where the value says its type itself) of a typed value from outside. Raises Problem."""
    if not isinstance(given, Mapping):
        raise wrong(f"{name}: a variable is an object with value and, at will, type and valueInfo.")
    value, kind, info = given.get("value"), given.get("type"), given.get("valueInfo") or {}
    if not isinstance(info, Mapping) or not (kind is None or isinstance(kind, str)):
        raise wrong(f"{name}: type is a text and valueInfo an object.")
    if not kind:
        return value, None
    kind = kind[:1].upper() + kind[1:]
    take = TYPES.get(kind)
    if take is None:
        raise wrong(f"{name}: unsupported value type '{given['type']}'. Andante knows {', '.join(TYPES)}.")
    form = info.get("serializationDataFormat") or JSON
    if kind == "Object" and form != JSON:
        raise wrong(f"{name}: an object serialised as '{form}' is not understood. Serialise it as {JSON}.")
    try:
        value = None if value is None else take(value)
    except ValueError as fault:
        raise wrong(f"{name}: the value of type '{kind}' should be {fault}.") from None
    told = {key: str(info[key]) for key in INFO.get(kind, ()) if info.get(key)}
    if told or kind in INFO:
        return value, {"type": kind, **told}
    return value, None if inferred(value) == kind else kind


def written(given: Given | None, known: Iterable[str] = ()) -> dict[str, object]:
    """Variables with their notes, as the runtime takes them. `known` are names that are there: a note among them that
    holds no longer is taken back. Raises Problem."""
    found: dict[str, object] = {}
    names = frozenset(known)
    for name, each in (given or {}).items():
        if not name:
            raise wrong("variables: a name is never empty.")
        value, note = taken(name, each)
        found[name] = value
        if note is not None or NOTE + name in names:
            found[NOTE + name] = note
    return found


def _noted(value: object, note: object) -> tuple[str, dict[str, str]]:
    """Type and further facts: of the note where the value fits it."""
    info: dict[str, str] = {}
    kind = note
    if isinstance(note, Mapping):
        kind = note.get("type")
        info = {key: text for key, text in note.items() if key != "type" and isinstance(text, str)}
    take = TYPES.get(kind) if isinstance(kind, str) else None
    if take is None or not isinstance(kind, str):
        return inferred(value), {}
    try:
        if value is not None:
            take(value)
    except ValueError:
        return inferred(value), {}
    return kind, info


def shown(value: object, note: object = None, *, zone: str, deserialize: bool = True) -> dict[str, Any]:
    """A value as Camunda's clients read it. `deserialize`: an Object as JSON, else as text."""
    kind, info = _noted(value, note)
    out: Any = value
    if kind == "File":
        out = None  # its bytes have an address of their own
    elif value is not None:
        if kind == "Date" and isinstance(value, str):
            out = stamp(to_ms(dt.datetime.fromisoformat(str(_date(value)))), zone)
        elif kind == "Json" or (kind == "Object" and not deserialize):
            out = msgspec.json.encode(value).decode()
    if kind == "Object":
        info = {"objectTypeName": "java.lang.Object", "serializationDataFormat": JSON, **info}
    return {"type": kind, "value": out, "valueInfo": info}


def read(
    variables: Mapping[str, object], *, zone: str, names: Iterable[str] | None = None, deserialize: bool = True,
    notes: Mapping[str, object] | None = None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """All variables, or those of these names, that are there; `notes` are where their types stand, if elsewhere."""
    beside = variables if notes is None else notes
    wanted = None if names is None else set(names)
    return {
        name: shown(value, beside.get(NOTE + name), zone=zone, deserialize=deserialize)
        for name, value in variables.items()
        if not name.startswith(NOTE) and (wanted is None or name in wanted)
    }


def content(variables: Mapping[str, object], name: str) -> tuple[bytes, str, str]:
    """The bytes of a File or Bytes variable, their media type and file name. Raises Problem for other types."""
    value, note = variables.get(name), variables.get(NOTE + name)
    kind, info = _noted(value, note)
    if kind not in ("File", "Bytes") or not isinstance(value, str):
        raise wrong(f"The variable '{name}' is of type {kind}, no File or Bytes.")
    return base64.b64decode(value), info.get("mimetype", "application/octet-stream"), info.get("filename", name)
