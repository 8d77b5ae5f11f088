"""Bytes that were written once can be read for ever."""

from operator import attrgetter
from typing import get_args

import msgspec
import pytest
from samples import STATES, golden, sample, things

from andante.codec import (
    CodecFault,
    decode_effect,
    decode_entry,
    decode_state,
    encode_effect,
    encode_entry,
    encode_state,
)
from andante.codec.blob import PLAIN, plain
from andante.codec.spelled import SPELLED
from andante.codec.values import COMMANDS, EFFECTS, EVENTS, arguments, packer
from andante.engine import commands as cmd
from andante.engine import effects as fx
from andante.engine import events as ev
from andante.engine.apply import APPLIERS
from andante.engine.state import Scope, Token
from andante.engine.waits import Task

V1 = golden(1)


def test_every_class_has_its_code_and_its_applier() -> None:
    assert set(COMMANDS.values()) == set(get_args(cmd.Command))
    assert set(EVENTS.values()) == set(get_args(ev.Event)) == set(APPLIERS)
    assert set(EFFECTS.values()) == set(get_args(fx.Effect))


@pytest.mark.interpreted
@pytest.mark.parametrize("kind", [*COMMANDS.values(), *EVENTS.values(), *EFFECTS.values()])
def test_every_argument_is_an_attribute_and_every_attribute_an_argument(kind: type) -> None:
    assert sorted(arguments(kind)) == sorted(kind.__slots__)  # type: ignore[attr-defined]


def test_the_plain_values_are_in_their_order() -> None:
    for make in STATES.values():
        instance = make()
        assert plain(instance) == attrgetter(*PLAIN)(instance)


def test_what_is_spelled_out_packs_the_same() -> None:
    codes = {kind: code for family in (COMMANDS, EVENTS) for code, kind in family.items()}
    found = set()
    for make in STATES.values():
        instance = make()
        found |= {Scope, Token} if instance.tokens else set()
        for thing in (*instance.scopes.values(), *instance.tokens.values(), *instance.tasks.values()):
            assert SPELLED[type(thing)](thing) == packer(type(thing))(thing)
    things = [thing for data in V1.values() for thing in _read(data)]
    for thing in things:
        if type(thing) in SPELLED:
            found.add(type(thing))
            assert SPELLED[type(thing)](thing) == packer(type(thing), codes[type(thing)])(thing)
    assert found | {Task} == set(SPELLED)


def _read(data: bytes) -> list[object]:
    """The command and events of an entry; of other bytes nothing."""
    try:
        command, events = decode_entry(data)
    except (CodecFault, IndexError, KeyError, TypeError, msgspec.DecodeError):
        return []
    return [command, *events]


@pytest.mark.interpreted
def test_golden_bytes_are_there_for_all_that_is_written() -> None:
    assert set(V1) == {name for name, _ in things()}, "run tests/codec/samples.py 1"


@pytest.mark.parametrize("name", V1)
def test_golden_bytes_read_the_same_and_are_still_written_so(name: str) -> None:
    data = V1[name]
    family, kind, *_ = name.split()
    if family == "state":
        assert encode_state(decode_state(data)) == data
    elif family == "effect":
        effect = decode_effect(data)
        assert type(effect).__name__ == kind
        assert encode_effect(effect) == data
    else:
        command, events = decode_entry(data)
        assert type(events[0] if family == "event" else command).__name__ == kind
        assert encode_entry(command, events) == data


@pytest.mark.interpreted
@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("full", [True, False])
def test_what_is_read_equals_what_was_written(kind: type, full: bool) -> None:
    written = sample(kind, full)
    _, (read,) = decode_entry(encode_entry(cmd.FireTimers(), [written]))
    for name in arguments(kind):
        before, after = getattr(written, name), getattr(read, name)
        if name == "command":
            assert type(before) is type(after)
        else:
            assert before == after


def test_a_decoded_state_has_what_is_derived() -> None:
    instance = decode_state(V1["state running"])
    (clock,) = [clock for clock in instance.clocks.values() if clock.task]
    assert instance.tasks[clock.task].clocks == [clock]
    (scope,) = [scope for scope in instance.scopes.values() if scope.key]
    assert instance.tokens[scope.token].child == scope.key
    assert any(scope.joined for scope in instance.scopes.values())
    assert all(list(loop.inner) for loop in instance.loops.values())
    assert {key for token in instance.tokens.values() for key in token.waits or ()} >= set(instance.tasks)


def test_a_decoded_scope_knows_what_it_waits_for() -> None:
    instance = decode_state(V1["state handling"])
    waits = {
        key: [type(wait).__name__ for wait in (scope.waits or {}).values()] for key, scope in instance.scopes.items()
    }
    process, sub, again, tick = waits.values()
    assert sorted(process) == ["Subscription", "Subscription", "Timer", "Trigger"]
    assert (sub, again, tick) == (["Subscription"], ["Subscription"], [])


def test_bytes_of_a_later_release_are_refused() -> None:
    later = msgspec.msgpack.encode([2, [], []])
    for decode in (decode_state, decode_entry, decode_effect):
        with pytest.raises(CodecFault, match="version 2"):
            decode(later)
    with pytest.raises(CodecFault, match="later release"):
        decode_entry(msgspec.msgpack.encode([1, [1_000], []]))


@pytest.mark.parametrize("name", STATES)
def test_the_same_state_gives_the_same_bytes(name: str) -> None:
    assert encode_state(STATES[name]()) == V1[f"state {name}"]


@pytest.mark.parametrize("value", [2**70, "\ud800", object()])
def test_values_that_cannot_be_written_are_refused_at_once(value: object) -> None:
    with pytest.raises((OverflowError, UnicodeEncodeError, TypeError)):
        encode_entry(cmd.CompleteTask(1, "", {"x": value}), [])
