"""A server that falls between an effect and the removal of its letter carries the letter out again: that changes
nothing."""

import pytest
from server import Bench, bpmn, line

from andante.codec import decode_entry, encode_effect
from andante.engine.effects import BroadcastSignal, Effect, PublishMessage

ROOTS = '<signal id="s" name="alarm"/><message id="m" name="news"/>'
CATCHES = '<intermediateCatchEvent id="{}">{}</intermediateCatchEvent>'


def listens(name: str, definition: str) -> str:
    """It waits for the same three times."""
    waits = [CATCHES.format(f"wait{n}", definition) for n in range(3)]
    return f"{name} " + line('<startEvent id="start"/>', *waits, '<endEvent id="end"/>')


def tells(definition: str) -> str:
    throw = f'<intermediateThrowEvent id="throw">{definition}</intermediateThrowEvent>'
    return "tells " + line('<startEvent id="start"/>', throw, '<endEvent id="end"/>')


async def again(bench: Bench, instance_id: str, effect: Effect) -> None:
    """The letter is still in the table when the next server starts."""
    row = [instance_id, 1, 0, "inner", "", 0, 0, "", encode_effect(effect), ""]
    await bench.runtime.store.write([(
        "insert into outbox (instance_id, seq, n, lane, state, attempts, next_at, error, data, node)"
        " values (?,?,?,?,?,?,?,?,?,?)", row,
    )])  # fmt: skip
    await bench.reopen()
    await bench.runtime.run_due()
    assert await bench.runtime.store.read("select * from outbox") == []


async def thrown(bench: Bench, instance_id: str) -> Effect:
    """What the instance asked of the world when it started."""
    ((data,),) = await bench.runtime.store.read(
        "select data from journal where instance_id=? and seq=1", (instance_id,)
    )
    _, facts = decode_entry(bytes(data))
    names = [type(fact).__name__ for fact in facts]
    if "SignalThrown" in names:
        return BroadcastSignal("alarm", {})
    return PublishMessage("news", "", {}, f"{instance_id}-1-{names.index('MessageThrown') + 1}")


@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize("kind", ["signal", "message"])
async def test_a_letter_carried_out_twice_has_its_effect_once(bench: Bench, kind: str, suspended: bool) -> None:
    definition = f'<{kind}EventDefinition {kind}Ref="{kind[0]}"/>'
    await bench.runtime.deploy_xml(bpmn(listens("listens", definition), tells(definition), extra=ROOTS), who="designer")
    listener = await bench.start("listens")
    if suspended:
        await bench.runtime.act(listener.id, "suspend", who="olga")
    for _ in range(2):
        teller = await bench.start("tells")
        await bench.runtime.run_due()
        await again(bench, teller.id, await thrown(bench, teller.id))
    if suspended:
        assert (await bench.runtime.detail(listener.id)).parked == 2
        await bench.runtime.act(listener.id, "resume", who="olga")
    assert await waits_at(bench, listener.id) == ["wait2"]


async def waits_at(bench: Bench, instance_id: str) -> list[str]:
    return [place.element for place in (await bench.runtime.detail(instance_id)).tokens]
