"""Andante's own extensions, namespace http://andante.dev/schema/bpmn/1.0 (docs/reference/bpmn-xml.md)."""

from typing import ClassVar

from andante.bpmn import kinds
from andante.bpmn.approvals import known_actions, policy
from andante.bpmn.assigning import Assignment as TaskAssignment
from andante.bpmn.assignments import assignment
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import (
    Assignment,
    Call,
    DecisionCall,
    EventDefinition,
    JobWork,
    MultiInstance,
    Script,
)
from andante.bpmn.vendors.andante_slas import read_slas
from andante.bpmn.vendors.base import Vendor, csv, job, keeping, user_task, worked
from andante.bpmn.vendors.decisions import known_mapping
from andante.bpmn.vendors.forms import own_form
from andante.bpmn.voting import ANY_ONE, ApprovalPolicy
from andante.bpmn.work import VALUE
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Error, Lane, Message, Reading
from andante.expressions import literal

ANDANTE = "http://andante.dev/schema/bpmn/1.0"


class Andante(Vendor):
    """The native dialect."""

    name: ClassVar[str] = "andante"

    def process(self, process: ProcessDraft, element: Element, reading: Reading) -> None:
        process.version = self.text(element, "version") or process.version
        process.instance_label = self.value(element, "instanceLabel", reading) or process.instance_label
        process.no_cancel_after = self.text(element, "noCancelAfter")
        retention = keeping("andante:retention", self.text(element, "retention"), element, reading)
        process.retention = retention or process.retention
        cancelable = self.text(element, "cancelable")
        if cancelable not in ("", "true", "false"):
            reading.fault("boolean", element, f"andante:cancelable is '{cancelable}'. Write true or false.")
        process.cancelable = cancelable == "true"
        process.calendar = self.text(element, "calendar") or process.calendar
        process.slas.extend(read_slas(self, element, reading))

    def lane(self, lane: Lane, element: Element, reading: Reading) -> None:
        lane.queue = self.text(element, "queue") or lane.queue
        lane.calendar = self.text(element, "calendar") or lane.calendar

    def message(self, message: Message, element: Element, reading: Reading) -> None:
        message.correlation = self.value(element, "correlation", reading) or message.correlation

    def error(self, error: Error, element: Element, reading: Reading) -> None:
        error.message = self.value(element, "message", reading) or error.message

    def event(self, event: EventDefinition, node: NodeDraft, element: Element, reading: Reading) -> None:
        if event.kind == kinds.ESCALATION:
            event.code_variable = self.text(element, "codeVariable") or event.code_variable
        elif event.kind == kinds.ERROR:
            event.code_variable = self.text(element, "codeVariable") or event.code_variable
            event.message_variable = self.text(element, "messageVariable") or event.message_variable
        elif event.kind == kinds.CONDITIONAL:
            event.variables = csv(self.text(element, "variables")) or event.variables
        elif event.kind == kinds.MESSAGE:
            event.correlation = self.value(element, "correlation", reading) or event.correlation

    def loop(self, multi: MultiInstance, element: Element, reading: Reading) -> None:
        collection = self.text(element, "collection")
        if collection:
            multi.collection = reading.language.condition(collection, element.label, element.line)
        multi.element_variable = self.text(element, "elementVariable") or multi.element_variable
        multi.output_collection = self.text(element, "outputCollection") or multi.output_collection
        output = self.text(element, "outputElement")
        if output:
            multi.output_element = reading.language.condition(output, element.label, element.line)

    def node(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        language = reading.language
        for name, mappings in (("input", node.inputs), ("output", node.outputs)):
            for mapping in self.elements(element, name):
                source = language.value(mapping.take("source"), node.id, mapping.line)
                mappings.append(Assignment(mapping.take("target"), source if source is not None else literal(None)))
                reading.leftovers(mapping)
        if node.kind in kinds.ACTIVITIES or node.kind == kinds.EVENT_SUB_PROCESS:
            node.slas.extend(read_slas(self, element, reading, task=node.kind == kinds.USER_TASK))
        if user_task(node) is not None:
            own_form(self, node, element, reading)
            self._user_task(node, element, reading)
        elif node.kind == kinds.START_EVENT:
            own_form(self, node, element, reading)
        elif node.kind == kinds.BUSINESS_RULE_TASK and (decision := self.value(element, "decision", reading)):
            result = self.text(element, "result") or VALUE
            node.work = DecisionCall(
                decision,
                self.value(element, "version", reading),
                result_variable=self.text(element, "resultVariable"),
                mapping=known_mapping(result, "andante:result", element, reading),
                same_deployment=self._same_deployment(element, reading),
            )
        elif worked(node):
            self._job(node, element, reading)
        if node.kind == kinds.SCRIPT_TASK:
            result = self.text(element, "resultVariable")
            if isinstance(node.work, Script):
                node.work.result_variable = result or node.work.result_variable
        elif isinstance(node.work, Call):
            node.work.version = self.value(element, "version", reading)
            node.work.same_deployment = self._same_deployment(element, reading)
            node.work.business_key = self.value(element, "businessKey", reading)
            self._call(node, node.work)

    def _same_deployment(self, element: Element, reading: Reading) -> bool:
        binding = self.text(element, "binding")
        if binding not in ("", "latest", "deployment"):
            reading.fault("binding", element, f"andante:binding is '{binding}'. Write latest or deployment.")
        return binding == "deployment"

    def _user_task(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        task = user_task(node)
        assert task is not None
        task.assignee = self.value(element, "assignee", reading) or task.assignee
        task.candidate_users = self.value(element, "candidateUsers", reading) or task.candidate_users
        task.candidate_groups = self.value(element, "candidateGroups", reading) or task.candidate_groups
        task.candidates = self.value(element, "candidates", reading) or task.candidates
        task.due = self.value(element, "dueDate", reading) or task.due
        task.follow_up = self.value(element, "followUpDate", reading) or task.follow_up
        task.priority = self.value(element, "priority", reading) or task.priority
        task.title = self.value(element, "title", reading) or task.title
        task.queue = self.text(element, "queue") or task.queue
        node.calendar = self.text(element, "calendar") or node.calendar
        task.outcomes = csv(self.text(element, "outcomes")) or task.outcomes
        actions = csv(self.text(element, "actions"))
        task.actions = known_actions(actions, element.label, element.line, reading.findings) or task.actions
        for source in self.elements(element, "approval"):
            task.approval = self._approval(source, element, reading)
            reading.leftovers(source)
        task.assignment = self._assignment(element, reading) or task.assignment
        task.informed = self.value(element, "cc", reading) or task.informed

    def _assignment(self, owner: Element, reading: Reading) -> TaskAssignment | None:
        """What it says itself, and its element `assignment`."""
        not_by, same_as = csv(self.text(owner, "notBy")), csv(self.text(owner, "sameAs"))
        sources: list[Element | None] = [*self.elements(owner, "assignment")] or [None]
        for source in sources:
            take = source.take if source is not None else (lambda name: "")
            found = assignment(
                receiver=take("receiver"),
                level=take("level"),
                rule=take("rule"),
                skills=take("skills"),
                empty=take("emptyApprover"),
                default_outcome=take("defaultOutcome"),
                not_by=not_by,
                same_as=same_as,
                where=owner.label,
                line=source.line if source is not None else owner.line,
                findings=reading.findings,
            )
            if source is not None:
                reading.leftovers(source)
        return found

    def _approval(self, source: Element, owner: Element, reading: Reading) -> ApprovalPolicy:
        return policy(
            source.take("type", ANY_ONE),
            group_as_one=reading.flag(source, "groupAsOne", True),
            threshold=source.take("voteThreshold"),
            default_outcome=source.take("defaultOutcome"),
            terminating=csv(source.take("terminatingActions")),
            automatic=csv(source.take("autoApproval")),
            approve_outcome=source.take("approveOutcome"),
            reject_outcome=source.take("rejectOutcome"),
            result_variable=source.take("resultVariable"),
            where=owner.label,
            line=source.line,
            findings=reading.findings,
        )

    def _job(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        type = self.value(element, "type", reading)
        if type is not None:
            job(node).type = type
        if not isinstance(node.work, JobWork):
            return
        work = node.work
        work.retries = self.number(self.text(element, "retries"), "andante:retries", element, reading, work.retries)
        work.priority = self.number(self.text(element, "priority"), "andante:priority", element, reading, work.priority)
        work.result_variable = self.text(element, "resultVariable") or work.result_variable
        headers = self.elements(element, "header")
        if headers:
            work.headers = {**work.headers, **{header.take("name"): header.take("value") for header in headers}}
            for header in headers:
                reading.leftovers(header)

    def _call(self, node: NodeDraft, call: Call) -> None:
        """Mappings of a call activity say all that goes in and comes out."""
        if node.inputs:
            call.all_in, call.ins, node.inputs = False, (*call.ins, *node.inputs), []
        if node.outputs:
            call.all_out, call.outs, node.outputs = False, (*call.outs, *node.outputs), []
