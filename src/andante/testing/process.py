"""A process written in Python, for tests that are about one rule and need no drawing."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import final

from andante.bpmn import kinds
from andante.bpmn.build import build
from andante.bpmn.draft import FlowDraft, NodeDraft, ProcessDraft
from andante.bpmn.findings import Findings
from andante.bpmn.graph import (
    AdHoc,
    Assignment,
    Call,
    DecisionCall,
    EventDefinition,
    JobWork,
    MultiInstance,
    ProcessGraph,
    Script,
    Sla,
    UserTask,
    Variable,
    Work,
)
from andante.bpmn.voting import ApprovalPolicy
from andante.expressions import Expression, compile_feel, compile_juel, literal


def expression(text: str) -> Expression:
    """FEEL, or JUEL where it is written `${...}`."""
    return compile_juel(text) if text.startswith("${") else compile_feel(text)


@final
class ProcessBuilder:
    """Add elements, connect them by `path` and `flow`, take the `graph`. Conditions, scripts and mappings are FEEL, or
    JUEL written `${...}`. Each method returns the builder.

        ProcessBuilder("leave").start().user_task("approve").end().path("start", "approve", "end").graph()
    """

    def __init__(
        self,
        id: str = "process",
        *,
        variables: Sequence[Variable] | None = None,
        constants: Mapping[str, object] | None = None,
        slas: Sequence[Sla] = (),
    ) -> None:
        self._draft = ProcessDraft(id)
        self._draft.slas.extend(slas)
        self._draft.constants.update(constants or {})
        if variables is not None:
            self._draft.variables = {variable.name: variable for variable in variables}

    def node(
        self,
        id: str,
        kind: int,
        *,
        inside: str = "",
        work: Work | None = None,
        event: EventDefinition | None = None,
        multi: MultiInstance | None = None,
        inputs: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
        slas: Sequence[Sla] = (),
        default: str = "",
        on: str = "",
        interrupting: bool = True,
        instantiates: bool = False,
        parallel: bool = False,
    ) -> "ProcessBuilder":
        """Any flow node; `kind` is one of bpmn.kinds. `inside` names a sub-process added before, `on` the activity of a
        boundary event, `default` the target of the default flow; `inputs` and `outputs` map a name to an expression."""
        node = NodeDraft(id, kind, scope=inside)
        node.work, node.event, node.multi = work, event, multi
        node.inputs.extend(Assignment(name, expression(text)) for name, text in (inputs or {}).items())
        node.outputs.extend(Assignment(name, expression(text)) for name, text in (outputs or {}).items())
        node.slas.extend(slas)
        node.default = f"{id}-{default}" if default else ""
        node.attached_to = on
        node.interrupting = interrupting
        node.instantiates, node.parallel = instantiates, parallel
        self._draft.nodes.append(node)
        return self

    def start(self, id: str = "start", *, inside: str = "", event: EventDefinition | None = None) -> "ProcessBuilder":
        return self.node(id, kinds.START_EVENT, inside=inside, event=event)

    def end(self, id: str = "end", *, inside: str = "", event: EventDefinition | None = None) -> "ProcessBuilder":
        return self.node(id, kinds.END_EVENT, inside=inside, event=event)

    def user_task(
        self,
        id: str,
        *,
        assignee: str = "",
        users: str = "",
        groups: str = "",
        outcomes: Sequence[str] = (),
        inside: str = "",
        multi: MultiInstance | None = None,
        inputs: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
        slas: Sequence[Sla] = (),
        approval: ApprovalPolicy | None = None,
        actions: Sequence[str] = (),
    ) -> "ProcessBuilder":
        """`assignee`, `users` and `groups` are names, several separated by commas; `approval` says how they decide."""
        work = UserTask(
            assignee=literal(assignee) if assignee else None,
            candidate_users=literal(users) if users else None,
            candidate_groups=literal(groups) if groups else None,
            outcomes=tuple(outcomes),
            approval=approval,
            actions=tuple(actions),
        )
        return self.node(
            id, kinds.USER_TASK, work=work, inside=inside, multi=multi, inputs=inputs, outputs=outputs, slas=slas
        )

    def script(self, id: str, text: str, result: str = "", *, inside: str = "") -> "ProcessBuilder":
        """A script task: the value of `text` goes to the variable `result`."""
        return self.node(id, kinds.SCRIPT_TASK, work=Script(expression(text), result), inside=inside)

    def decision(self, id: str, name: str, result: str = "", *, inside: str = "") -> "ProcessBuilder":
        """A business rule task: the value of the decision `name` goes to the variable `result`."""
        work = DecisionCall(literal(name), result_variable=result)
        return self.node(id, kinds.BUSINESS_RULE_TASK, work=work, inside=inside)

    def service(
        self,
        id: str,
        type: str = "",
        *,
        retries: int = 3,
        inside: str = "",
        multi: MultiInstance | None = None,
        inputs: Mapping[str, str] | None = None,
        outputs: Mapping[str, str] | None = None,
    ) -> "ProcessBuilder":
        """A service task whose job has the type `type`, or the task's id."""
        work = JobWork(literal(type or id), retries)
        return self.node(id, kinds.SERVICE_TASK, work=work, inside=inside, multi=multi, inputs=inputs, outputs=outputs)

    def call(self, id: str, process: str, *, multi: MultiInstance | None = None) -> "ProcessBuilder":
        """A call activity that passes all variables in and out."""
        return self.node(id, kinds.CALL_ACTIVITY, work=Call(literal(process)), multi=multi)

    def sub_process(
        self, id: str, *, inside: str = "", multi: MultiInstance | None = None, outputs: Mapping[str, str] | None = None
    ) -> "ProcessBuilder":
        """Elements with `inside=id` are in it."""
        return self.node(id, kinds.SUB_PROCESS, inside=inside, multi=multi, outputs=outputs)

    def event_sub_process(
        self, id: str, event: EventDefinition, *, interrupting: bool = True, inside: str = ""
    ) -> "ProcessBuilder":
        """Its start event is "<id>_on"; other elements with `inside=id` are in it."""
        self.node(id, kinds.EVENT_SUB_PROCESS, inside=inside)
        return self.node(f"{id}_on", kinds.START_EVENT, inside=id, event=event, interrupting=interrupting)

    def exclusive(self, id: str, *, default: str = "", inside: str = "") -> "ProcessBuilder":
        return self.node(id, kinds.EXCLUSIVE_GATEWAY, default=default, inside=inside)

    def parallel(self, id: str, *, inside: str = "") -> "ProcessBuilder":
        return self.node(id, kinds.PARALLEL_GATEWAY, inside=inside)

    def inclusive(self, id: str, *, default: str = "", inside: str = "") -> "ProcessBuilder":
        return self.node(id, kinds.INCLUSIVE_GATEWAY, default=default, inside=inside)

    def catch(self, id: str, event: EventDefinition, *, inside: str = "") -> "ProcessBuilder":
        return self.node(id, kinds.CATCH_EVENT, event=event, inside=inside)

    def throw(
        self,
        id: str,
        event: EventDefinition | None = None,
        *,
        inputs: Mapping[str, str] | None = None,
        inside: str = "",
    ) -> "ProcessBuilder":
        return self.node(id, kinds.THROW_EVENT, event=event, inputs=inputs, inside=inside)

    def boundary(
        self, id: str, on: str, event: EventDefinition, *, interrupting: bool = True, inside: str = ""
    ) -> "ProcessBuilder":
        return self.node(id, kinds.BOUNDARY_EVENT, on=on, event=event, interrupting=interrupting, inside=inside)

    def undo(self, activity: str, handler: str, *, inside: str = "") -> "ProcessBuilder":
        """The activity `handler`, added before, undoes `activity`: a compensation event "undo-<activity>" on it leads
        there."""
        event = f"undo-{activity}"
        self.node(event, kinds.BOUNDARY_EVENT, on=activity, event=EventDefinition(kinds.COMPENSATE), inside=inside)
        self._draft.associations.append((event, handler))
        for node in self._draft.nodes:
            if node.id == handler:
                node.for_compensation = True
        return self

    def ad_hoc(self, id: str, work: AdHoc, *, inside: str = "", multi: MultiInstance | None = None) -> "ProcessBuilder":
        """What is in it with `inside=id` and has no flow leading to it is offered."""
        return self.node(id, kinds.AD_HOC, inside=inside, work=work, multi=multi)

    def transaction(self, id: str, *, inside: str = "", multi: MultiInstance | None = None) -> "ProcessBuilder":
        """Add what is in it with `inside=id`; a cancel end event ends it by its cancel boundary event."""
        return self.node(id, kinds.TRANSACTION, inside=inside, multi=multi)

    def flow(self, source: str, target: str, condition: str | None = None) -> "ProcessBuilder":
        """A sequence flow; its id is "<source>-<target>"."""
        self._draft.flows.append(
            FlowDraft(
                f"{source}-{target}", source, target, condition=None if condition is None else expression(condition)
            )
        )
        return self

    def path(self, *ids: str) -> "ProcessBuilder":
        """Flows without condition from each element to the next."""
        for source, target in pairwise(ids):
            self.flow(source, target)
        return self

    @property
    def draft(self) -> ProcessDraft:
        """What has been added, as a reader would have read it."""
        return self._draft

    def graph(self) -> ProcessGraph:
        """The compiled process. Raises ModelRefused, as a deployment does, for a model that cannot run."""
        findings = Findings()
        graph = build(self._draft, findings)
        findings.close()
        if graph is None:
            raise AssertionError("a model without faults has a graph")
        return graph


def message(name: str, correlation: str | None = None) -> EventDefinition:
    """A message event; `correlation` is the expression of its correlation key."""
    return EventDefinition(
        kinds.MESSAGE, name=literal(name), correlation=None if correlation is None else expression(correlation)
    )


def signal(name: str) -> EventDefinition:
    return EventDefinition(kinds.SIGNAL, name=literal(name))


def timer(text: str) -> EventDefinition:
    """A timer: "PT1H" a duration, "R3/PT1H" or cron a cycle, else a date."""
    kind = "cycle" if text.startswith("R") or " " in text else "duration" if text.startswith("P") else "date"
    return EventDefinition(kinds.TIMER, timer_kind=kind, timer=literal(text))


def multiple(*parts: EventDefinition, parallel: bool = False) -> EventDefinition:
    """Several events on one: any of them is enough, or with `parallel` all must occur. Thrown, all are."""
    return EventDefinition(kinds.MULTIPLE, parts=parts, parallel=parallel)


def error(code: str | None = None, *, code_variable: str = "", message_variable: str = "") -> EventDefinition:
    """An error event; on a boundary None catches every code."""
    return EventDefinition(kinds.ERROR, code=code, code_variable=code_variable, message_variable=message_variable)


def escalation(code: str | None = None, *, code_variable: str = "") -> EventDefinition:
    """An escalation event; where it is caught, None catches every code."""
    return EventDefinition(kinds.ESCALATION, code=code, code_variable=code_variable)


def condition(text: str, *variables: str) -> EventDefinition:
    """A conditional event; with `variables` it is looked at only when one of them is set."""
    return EventDefinition(kinds.CONDITIONAL, condition=expression(text), variables=variables)


def terminate() -> EventDefinition:
    return EventDefinition(kinds.TERMINATE)


def compensation(activity: str = "", *, waits: bool = True) -> EventDefinition:
    """Undo what has completed in the scope, or one activity of it."""
    return EventDefinition(kinds.COMPENSATE, activity=activity, waits=waits)


def cancel() -> EventDefinition:
    """Of an end event in a transaction, and of the boundary event by which the transaction is then left."""
    return EventDefinition(kinds.CANCEL)
