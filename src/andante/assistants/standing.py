"""Why an instance does not go on, in plain words."""

from collections.abc import Sequence
from typing import Final

from andante.client.shapes import InstanceDetail, Task

SLA_LATE: Final = ("breached", "goal passed")


def standing(detail: InstanceDetail, tasks: Sequence[Task]) -> list[str]:
    """A sentence for each reason; `tasks` are its open ones that the person may work on."""
    if detail.is_closed:
        return [f"It is over: {detail.state}, since {detail.ended_at}."]
    why = []
    if detail.suspended:
        why.append("It is suspended: an operator has stopped it, and resuming lets it go on.")
    for incident in detail.incidents:
        where = f"'{incident.element}'" if incident.element else "the process"
        why.append(
            f"It stumbled at {where} ({incident.kind}, {incident.at}): {incident.message} An operator retries it once "
            "the cause is mended."
        )
    for task in tasks:
        holder = task.assignee or ", ".join(task.candidates) or (f"queue {task.queue}" if task.queue else "anybody")
        due = f", due {task.due_at}" if task.due_at else ""
        why.append(f"The task '{task.name}' ({task.id}) waits for {holder} since {task.created_at}{due}.")
    named = {task.element for task in tasks} | {incident.element for incident in detail.incidents}
    for token in detail.tokens:
        if token.element not in named:
            word = {"joining": "waits for its other branches at", "failed": "failed at"}.get(token.state, "waits at")
            why.append(f"It {word} '{token.element}' since {token.since}.")
    why += [f"Its SLA '{each.name}' is {each.state}." for each in detail.sla if each.state in SLA_LATE]
    if detail.parked:
        why.append(f"{detail.parked} inputs wait until it is resumed.")
    return why or ["Nothing holds it up: it is at work."]
