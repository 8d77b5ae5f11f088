"""What must be true of every instance at any time."""

from andante.codec import decode_entry, decode_state, encode_entry, encode_state
from andante.engine.apply import fold
from andante.engine.state import Instance
from andante.testing import Scenario
from andante.testing.simulator.rules import faults, tokens_lost


def check(scenario: Scenario) -> None:
    instance = scenario.instance
    data = encode_state(instance)
    assert encode_state(decode_state(data)) == data
    entries = []
    for entry in scenario.journal:
        written = encode_entry(entry.command, entry.events)
        command, events = decode_entry(written)
        assert encode_entry(command, events) == written
        entries.append((entry.now, entry.actor, events))
    assert encode_state(fold(Instance(instance.id), entries)) == data
    assert instance.seq == len(scenario.journal)
    assert faults(instance) == []


def no_token_is_lost(instance: Instance) -> None:
    """Each token of an open instance waits for something, hosts something, or stands at an incident."""
    assert tokens_lost(instance) == []
