"""What people are told: a note, made of what a step asked for when it goes out."""

from typing import final

from andante.engine.effects import Notify
from andante.store.store import Store


@final
class Note:
    """A reminder or SLA notice. `key` is the same whenever the same note is sent again; `kind` is reminder, remind,
    slaGoal, slaDeadline and so on; `due_at` in ms or None; `anyway`: also when its task or instance is over; `process`:
    what people call the process and its instance."""

    __slots__ = (
        "anyway",
        "definition",
        "due_at",
        "instance_id",
        "key",
        "kind",
        "process",
        "recipients",
        "task_id",
        "task_name",
        "text",
    )

    def __init__(
        self, key: str, kind: str, instance_id: str, task_id: str, task_name: str, definition: str,
        recipients: list[str], due_at: int | None, text: str, anyway: bool = False,
        process: str = "",
    ) -> None:  # fmt: skip
        self.anyway = anyway
        self.key = key
        self.kind = kind
        self.instance_id = instance_id
        self.task_id = task_id
        self.task_name = task_name
        self.definition = definition
        self.process = process
        self.recipients = recipients
        self.due_at = due_at
        self.text = text


async def note_of(store: Store, instance_id: str, effect: Notify) -> Note:
    """Raises StoreProblem."""
    row = await store.get(
        "select i.name, d.label, i.title, i.label from instance i left join definition d on d.id=i.definition_id"
        " where i.id=?",
        (instance_id,),
    )
    definition, label, title, usual = row if row is not None else ("", "", "", "")
    return Note(
        effect.key, effect.kind, instance_id, f"{instance_id}-{effect.task}" if effect.task else "",
        effect.task_name, definition, list(effect.recipients), effect.due_at, effect.text, effect.anyway,
        _called(definition, label or definition, title or usual),
    )  # fmt: skip


def _called(definition: str, process: str, instance: str) -> str:
    """An instance without a name of its own is called by the process and when it started: for people by the process's
    label, where the contract has the definition's name."""
    if instance.startswith(f"{definition} "):
        instance = process + instance.removeprefix(definition)
    if not instance or instance.startswith(process):
        return instance or process
    return f"{process} · {instance}"
