"""A process as a reader has understood it: ids instead of indices, nothing checked across elements yet.

Both forms, XML and JSON, are read into this; `build` makes the graph of it.
"""

from typing import final

from andante.bpmn.assigning import SUPERVISOR
from andante.bpmn.graph import (
    Assignment,
    EventDefinition,
    FormUse,
    MultiInstance,
    Script,
    Sla,
    UserTask,
    Variable,
    Work,
)
from andante.expressions import Expression


@final
class NodeDraft:
    """A flow node. `scope` is the id of the enclosing sub-process, "" at process level; `default` a flow's id;
    `attached_to` an activity's id."""

    __slots__ = (
        "after", "attached_to", "before", "calendar", "default", "documentation", "event", "for_compensation", "form",
        "id", "inputs", "instantiates", "interrupting", "kind", "lane", "line", "multi", "name", "outputs", "parallel",
        "scope", "slas", "work",
    )  # fmt: skip

    def __init__(self, id: str, kind: int, *, name: str = "", scope: str = "", line: int = 0) -> None:
        self.id = id
        self.kind = kind
        self.name = name
        self.scope = scope
        self.line = line
        self.default = ""
        self.attached_to = ""
        self.interrupting = True
        self.event: EventDefinition | None = None
        self.multi: MultiInstance | None = None
        self.work: Work | None = None
        self.inputs: list[Assignment] = []
        self.outputs: list[Assignment] = []
        self.slas: list[Sla] = []
        self.lane = ""
        self.documentation = ""
        self.before: list[Script] = []
        self.after: list[Script] = []
        self.form: FormUse | None = None
        self.for_compensation = False
        self.instantiates = False
        self.parallel = False
        self.calendar = ""


@final
class FlowDraft:
    """A sequence flow between the nodes of ids `source` and `target`."""

    __slots__ = ("condition", "id", "line", "name", "scope", "source", "target")

    def __init__(
        self,
        id: str,
        source: str,
        target: str,
        *,
        name: str = "",
        condition: Expression | None = None,
        scope: str = "",
        line: int = 0,
    ) -> None:
        self.id = id
        self.source = source
        self.target = target
        self.name = name
        self.condition = condition
        self.scope = scope
        self.line = line


@final
class ProcessDraft:
    """A process. `nodes` and `flows` are in document order, sub-processes before what is in them; `refused` holds the
    ids of flow nodes that a reader refused, so that nobody complains of flows to them as well;
    `associations` are the ids that an association leads from and to; `defaults` first values of data, with
    scope and id; `local_data` scope, id and name of what sub-processes declare."""

    __slots__ = (
        "associations", "calendar", "cancelable", "constants", "defaults", "documentation", "flows", "id",
        "instance_label", "line", "local_data", "name", "no_cancel_after", "nodes", "refused", "retention", "slas",
        "variables", "version",
    )  # fmt: skip

    def __init__(self, id: str, *, name: str = "", line: int = 0) -> None:
        self.id = id
        self.name = name
        self.line = line
        self.version = ""
        self.documentation = ""
        self.nodes: list[NodeDraft] = []
        self.flows: list[FlowDraft] = []
        self.associations: list[tuple[str, str]] = []
        self.defaults: list[tuple[str, str, Assignment]] = []
        self.local_data: list[tuple[str, str, str]] = []
        self.refused: set[str] = set()
        self.variables: dict[str, Variable] | None = None
        self.constants: dict[str, object] = {}
        self.slas: list[Sla] = []
        self.instance_label: Expression | None = None
        self.cancelable = False
        self.no_cancel_after = ""
        self.retention = ""
        self.calendar = ""


def use_lane(task: UserTask, queue: str) -> None:
    """The lane's queue serves tasks that name no receiver of their own (contract 6.2)."""
    own = (task.assignee, task.candidate_users, task.candidate_groups, task.candidates)
    supervisor = task.assignment is not None and task.assignment.receiver == SUPERVISOR
    if not task.queue and not supervisor and all(receiver is None for receiver in own):
        task.queue = queue
