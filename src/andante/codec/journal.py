"""A journal entry (one command and what it did) and an outbox letter, as bytes."""

from typing import Any, Final

import msgspec

from andante.codec.values import CodecFault, commands, effects, events, hook
from andante.engine.commands import Command
from andante.engine.effects import Effect
from andante.engine.events import Event

VERSION: Final = 1
_encoder: Final = msgspec.msgpack.Encoder(enc_hook=hook)
_decoder: Final = msgspec.msgpack.Decoder(list[Any])


def encode_entry(command: Command, facts: list[Event]) -> bytes:
    """The command and its events. Raises OverflowError or UnicodeEncodeError for a value that cannot be written."""
    pack = events.pack
    return _encoder.encode((VERSION, commands.pack(command), [pack(fact) for fact in facts]))


def decode_entry(data: bytes) -> tuple[Command, list[Event]]:
    """Raises CodecFault."""
    packed = _checked(data)
    unpack = events.unpack
    return commands.unpack(packed[1]), [unpack(fact) for fact in packed[2]]


def encode_effect(effect: Effect) -> bytes:
    """One letter of the outbox."""
    return _encoder.encode((VERSION, effects.pack(effect)))


def decode_effect(data: bytes) -> Effect:
    """Raises CodecFault."""
    effect: Effect = effects.unpack(_checked(data)[1])
    return effect


def _checked(data: bytes) -> list[Any]:
    packed = _decoder.decode(data)
    if packed[0] != VERSION:
        raise CodecFault(f"the bytes are of version {packed[0]}, but this release reads version {VERSION}")
    return packed
