"""Where a page goes on: after the row with these values in the list's own order. To callers it is a word."""

import base64
import binascii

import msgspec

Value = str | int


def written(order: str, values: list[Value]) -> str:
    """A cursor into a list of that order."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order, *values])).decode().rstrip("=")


def mark(value: Value) -> str:
    """A parameter of that kind, said so that both databases know."""
    return "cast(? as bigint)" if isinstance(value, int) else "?"


def read(text: str, order: str, columns: int) -> list[Value]:
    """The values of a cursor. Raises ValueError for one that is not ours, or of a list in another order."""
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list[Value])
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise ValueError("after: this is no cursor of a list. Take it from the page before.") from None
    if not found or found[0] != order or len(found) != columns + 1:
        raise ValueError("after: this cursor is of a list in another order. Begin without it.")
    return found[1:]
