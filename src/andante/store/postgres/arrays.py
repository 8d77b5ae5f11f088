"""Columns of values in PostgreSQL's binary form, so that one parameter carries a column of any number of rows.

An array is: number of dimensions, whether it has nulls, the oid of its type, its length and first index; then each
value with its length in bytes before it. All numbers are big-endian.
"""

from collections.abc import Sequence
from itertools import chain
from struct import Struct
from typing import Final

from andante.store.faults import Unstorable

TEXT: Final = 25
INT8: Final = 20
INT4: Final = 23
BYTEA: Final = 17

_HEAD: Final = Struct(">iiIii")
_LENGTH: Final = Struct(">i")
_SHORT: Final = tuple(_LENGTH.pack(length) for length in range(256))
_INT8: Final[dict[int, Struct]] = {}
_INT4: Final[dict[int, Struct]] = {}


def encoded(value: str) -> bytes:
    """Raises Unstorable for a text with the character U+0000 or half a surrogate pair."""
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise Unstorable(f"the text {value[:40]!r} has half a character") from None
    if b"\0" in data:
        raise Unstorable(f"the text {value[:40]!r} has the character U+0000")
    return data


def texts(values: Sequence[object]) -> bytes:
    """A text[]. Raises Unstorable."""
    parts: list[bytes] = [_HEAD.pack(1, 0, TEXT, len(values), 1)]
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"a text is wanted, not {value!r}")
        data = encoded(value)
        length = len(data)
        parts.append(_SHORT[length] if length < 256 else _LENGTH.pack(length))
        parts.append(data)
    return b"".join(parts)


def numbers(values: Sequence[object]) -> bytes:
    """An int8[]. Raises Unstorable for a number of more than 64 bits."""
    count = len(values)
    layout = _INT8.get(count)
    if layout is None:
        layout = _INT8[count] = Struct(">" + "iq" * count)
    return _HEAD.pack(1, 0, INT8, count, 1) + _packed(layout, 8, values)


def small_numbers(values: Sequence[object]) -> bytes:
    """An int4[]. Raises Unstorable for a number of more than 32 bits."""
    count = len(values)
    layout = _INT4.get(count)
    if layout is None:
        layout = _INT4[count] = Struct(">" + "ii" * count)
    return _HEAD.pack(1, 0, INT4, count, 1) + _packed(layout, 4, values)


def _packed(layout: Struct, width: int, values: Sequence[object]) -> bytes:
    try:
        return layout.pack(*chain.from_iterable((width, value) for value in values))
    except Exception as fault:
        raise Unstorable(f"a number is too large: {fault}") from None


def octets(values: Sequence[object]) -> bytes:
    """A bytea[]."""
    parts: list[bytes | bytearray] = [_HEAD.pack(1, 0, BYTEA, len(values), 1)]
    for value in values:
        if not isinstance(value, bytes | bytearray):
            raise TypeError(f"bytes are wanted, not {value!r}")
        length = len(value)
        parts.append(_SHORT[length] if length < 256 else _LENGTH.pack(length))
        parts.append(value)
    return b"".join(parts)
