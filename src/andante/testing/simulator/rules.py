"""What must be true of every instance, whatever was asked of it and whatever went wrong meanwhile."""

from typing import Final

from andante.engine.state import CLOSED_STATES, READY, Instance
from andante.engine.waits import Clock
from andante.testing.simulator.office import MOST

LEFT: Final = (
    "tokens", "tasks", "timers", "subscriptions", "jobs", "calls", "clocks", "incidents", "parked", "stopped",
    "completions", "compensations", "undoable", "triggers", "approvals", "returns",
)  # fmt: skip


def faults(instance: Instance, process: str = "") -> list[str]:
    """What is wrong with it, an instance of that process; nothing, as a rule."""
    if (instance.state in CLOSED_STATES) != instance.closed:
        return [f"its state is {instance.state}, and it is {'over' if instance.closed else 'open'}"]
    amount = instance.variables.get("amount") if process == "asked" else None
    if amount is not None and not (isinstance(amount, int) and 1 <= amount <= MOST):
        return [f"its form was filled in with {amount!r}"]
    if instance.closed:
        return [f"it is over, and has {name} left" for name in LEFT if getattr(instance, name)]
    return tokens_lost(instance) if instance.seq else []


def tokens_lost(instance: Instance) -> list[str]:
    """Each token of an open instance waits for something, hosts something, or stands at an incident."""
    if not instance.tokens:
        return ["it is open and has no token"]
    if instance.stopped:
        return []
    failed = {incident.token for incident in instance.incidents.values()}
    hosts = {token.loop for token in instance.tokens.values()}
    found = []
    for token in instance.tokens.values():
        waits = [wait for wait in (token.waits or {}).values() if not isinstance(wait, Clock)]
        going = waits or token.child or token.key in hosts or token.key in failed
        undoing = instance.compensations.get(token.key)
        if undoing is not None:
            going = undoing.running in instance.tokens
        joining = any(token.key in keys for keys in instance.scopes[token.scope].joined.values())
        out_of_steps = 0 in failed and token.phase == READY
        if not (going or joining or out_of_steps):
            found.append(f"the token {token.key} at node {token.node} waits for nothing")
    return found
