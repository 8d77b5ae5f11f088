"""Whether a note is still wanted: asked right before it is sent, however long it has waited."""

from typing import Final

from andante.store.store import Store

# Kinds of notes that tell of something that has happened: they are wanted when the work is over, too.
LASTING: Final = frozenset(("informed",))


async def wanted(store: Store, kind: str, instance_id: str, task: int, *, anyway: bool = False) -> bool:
    """None of what is suspended, and none of what is over or finished meanwhile. `task` 0: it is about the whole
    instance; `anyway`: what is over is told of too. Raises StoreProblem."""
    row = await store.get("select suspended, closed from instance where id=?", (instance_id,))
    if row is None or row[0]:
        return False
    if anyway or kind in LASTING:
        return True
    if row[1]:
        return False
    if not task:
        return True
    found = await store.get("select state from task where instance_id=? and key=?", (instance_id, task))
    return found is not None and found[0] == "open"
