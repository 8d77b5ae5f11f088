"""An instance that is over, as it goes to the archive: its journal and its last state, compressed."""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from andante.codec.values import CodecFault

VERSION: Final = 1
LEVEL: Final = 6
JournalRow = tuple[int, int, str, bytes]  # number, time in ms, actor, entry
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(tuple[bytes, list[tuple[int, int, str, bytes]]])


def encode_archived(state: bytes, journal: Sequence[JournalRow]) -> bytes:
    """The version, then what is compressed."""
    return bytes((VERSION,)) + zlib.compress(_encoder.encode((state, journal)), LEVEL)


def decode_archived(data: bytes) -> tuple[bytes, list[JournalRow]]:
    """State and journal. Raises CodecFault for bytes that are none of ours."""
    if data[:1] != bytes((VERSION,)):
        found: Any = data[0] if data else "none"
        raise CodecFault(f"the archive's entry is of version {found}, but this release reads version {VERSION}")
    try:
        return _decoder.decode(zlib.decompress(data[1:]))
    except (zlib.error, msgspec.DecodeError) as fault:
        raise CodecFault(f"the archive's entry is damaged: {fault}") from None
