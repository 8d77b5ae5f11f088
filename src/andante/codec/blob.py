"""An instance as bytes. What is derived (see state.py) is left out and rebuilt."""

from itertools import zip_longest
from typing import Any, Final

import msgspec

from andante.codec.spelled import SPELLED
from andante.codec.values import CodecFault, commands, hook, packer
from andante.engine.approvals import Approval, Handled, Return, Seat
from andante.engine.completions import Compensation, Completion
from andante.engine.state import Instance, Loop, Scope, Token, index
from andante.engine.waits import Call, Clock, Doers, Incident, Job, Subscription, Task, Timer, Trigger
from andante.timing.sla import SlaClock

VERSION: Final = 1

# The order is that of the bytes: add at the end, never change.
PLAIN: Final = (
    "id", "definition_id", "name", "version", "label", "title", "business_key", "parent_id", "parent_token", "root_id",
    "depth", "is_test", "state", "suspended", "held", "urgency", "task_outcome", "created_by", "last_handler",
    "modified_by", "started_at", "modified_at", "ended_at", "seq", "last_key", "ext", "properties", "parked", "seen",
)  # fmt: skip
KEYED: Final[tuple[tuple[str, type], ...]] = (
    ("scopes", Scope),
    ("tokens", Token),
    ("loops", Loop),
    ("tasks", Task),
    ("timers", Timer),
    ("subscriptions", Subscription),
    ("jobs", Job),
    ("calls", Call),
    ("clocks", Clock),
    ("incidents", Incident),
    ("completions", Completion),
    ("compensations", Compensation),
    ("triggers", Trigger),
    ("approvals", Approval),
    ("handled", Handled),
    ("returns", Return),
    ("doers", Doers),
)
ALWAYS: Final = 10  # of KEYED; those added later are left out where an instance has none, as older bytes have none
KEY_OF: Final[dict[type, str]] = {
    **dict.fromkeys((Loop, Call, Compensation, Approval, Return), "token"),
    Doers: "node",
}
SEATS: Final[dict[type, int]] = {Approval: 1, Return: 5}  # where their seats are among the arguments
_packers: Final = tuple((name, SPELLED.get(kind) or packer(kind)) for name, kind in KEYED)
_makers: Final = tuple((name, kind, KEY_OF.get(kind, "key")) for name, kind in KEYED)
_encoder: Final = msgspec.msgpack.Encoder(enc_hook=hook)
_decoder: Final = msgspec.msgpack.Decoder(list[Any])
_PARKED: Final = PLAIN.index("parked")


def plain(i: Instance) -> tuple[object, ...]:
    """The values of PLAIN. Spelled out, for each would be looked up by name otherwise."""
    return (
        i.id, i.definition_id, i.name, i.version, i.label, i.title, i.business_key, i.parent_id, i.parent_token,
        i.root_id, i.depth, i.is_test, i.state, i.suspended, i.held, i.urgency, i.task_outcome, i.created_by,
        i.last_handler, i.modified_by, i.started_at, i.modified_at, i.ended_at, i.seq, i.last_key, i.ext, i.properties,
        i.parked, i.seen,
    )  # fmt: skip


def encode_state(instance: Instance) -> bytes:
    """The whole state. The same state gives the same bytes."""
    parts = []
    for name, pack in _packers:
        things = getattr(instance, name)
        parts.append([pack(thing) for thing in things.values()] if things else ())
    while len(parts) > ALWAYS and not parts[-1]:
        parts.pop()
    return _encoder.encode((VERSION, plain(instance), parts))


def decode_state(data: bytes) -> Instance:
    """Raises CodecFault for bytes of a version this release does not know."""
    packed = _decoder.decode(data)
    if packed[0] != VERSION:
        raise CodecFault(f"the state is of version {packed[0]}, but this release reads version {VERSION}")
    plain, parts = packed[1], packed[2]
    instance = Instance(plain[0])
    plain[_PARKED] = [commands.unpack(command) for command in plain[_PARKED]]
    for name, value in zip(PLAIN, plain, strict=False):  # older bytes end earlier
        setattr(instance, name, value)
    for (name, kind, key), things in zip(_makers, parts, strict=False):
        if things:
            if kind is Clock:
                for thing in things:
                    thing[3] = SlaClock.from_tuple(thing[3])
            elif kind in SEATS:
                for thing in things:
                    thing[SEATS[kind]] = [Seat(*seat) for seat in thing[SEATS[kind]]]
            made = [kind(*thing) for thing in things]
            setattr(instance, name, {getattr(thing, key): thing for thing in made})
    index(instance)
    return instance


def differences(one: bytes, other: bytes) -> list[str]:
    """The names of what is not the same in two states."""
    _, plain_one, parts_one = _decoder.decode(one)
    _, plain_other, parts_other = _decoder.decode(other)
    names = [*PLAIN, *(name for name, _ in KEYED)]
    values_one = [*plain_one, *[None] * (len(PLAIN) - len(plain_one)), *parts_one]
    values_other = [*plain_other, *[None] * (len(PLAIN) - len(plain_other)), *parts_other]
    return [name for name, a, b in zip_longest(names, values_one, values_other) if a != b]
