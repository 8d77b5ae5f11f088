"""What must be true of every instance at any time."""

from andante.codec import decode_entry, decode_state, encode_entry, encode_state
from andante.engine.apply import fold
from andante.engine.state import CLOSED_STATES, READY, Instance
from andante.testing import Scenario


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
    assert (instance.state in CLOSED_STATES) == instance.closed
    if instance.closed:
        assert not instance.tokens
        for left in (
            "tasks",
            "timers",
            "subscriptions",
            "jobs",
            "calls",
            "clocks",
            "incidents",
            "parked",
            "stopped",
            "completions",
            "compensations",
            "undoable",
            "triggers",
        ):
            assert not getattr(instance, left), left
    elif instance.seq:
        no_token_is_lost(instance)


def no_token_is_lost(instance: Instance) -> None:
    """Each token of an open instance waits for something, hosts something, or stands at an incident."""
    assert instance.tokens
    if instance.stopped:
        return
    failed = {incident.token for incident in instance.incidents.values()}
    hosts = {token.loop for token in instance.tokens.values()}
    for token in instance.tokens.values():
        going = token.waits or token.child or token.key in hosts or token.key in failed
        undoing = instance.compensations.get(token.key)
        if undoing is not None:
            assert undoing.running in instance.tokens
            going = True
        joining = any(token.key in keys for keys in instance.scopes[token.scope].joined.values())
        out_of_steps = 0 in failed and token.phase == READY
        assert going or joining or out_of_steps, f"the token {token.key} at node {token.node} waits for nothing"
