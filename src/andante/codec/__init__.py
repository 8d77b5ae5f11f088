"""State and journal to bytes and back. Nobody else knows the bytes; their first element is always a version."""

from andante.codec.archived import decode_archived, encode_archived
from andante.codec.blob import decode_state, differences, encode_state
from andante.codec.journal import decode_effect, decode_entry, encode_effect, encode_entry
from andante.codec.values import CodecFault

__all__ = [
    "CodecFault",
    "decode_archived",
    "decode_effect",
    "decode_entry",
    "decode_state",
    "differences",
    "encode_archived",
    "encode_effect",
    "encode_entry",
    "encode_state",
]
