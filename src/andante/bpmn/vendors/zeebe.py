"""Zeebe's extensions (Camunda 8), namespace http://camunda.org/schema/zeebe/1.0."""

from collections.abc import Mapping
from typing import ClassVar, Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import AdHoc, Assignment, Call, DecisionCall, EventDefinition, JobWork, MultiInstance, Script
from andante.bpmn.vendors.base import Vendor, csv, job, user_task, worked
from andante.bpmn.vendors.forms import embedded_forms, zeebe_form
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Message, Reading
from andante.expressions import Expression, literal

ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"

_LISTENER: Final = "A listener runs code of its own engine. Put its work into a service or script task."
_TOOL: Final = "it concerns the modelling tool."


class Zeebe(Vendor):
    """Camunda 8."""

    name: ClassVar[str] = "zeebe"
    harmless: ClassVar[Mapping[str, str]] = {
        "modelerTemplate": _TOOL,
        "modelerTemplateIcon": _TOOL,
        "modelerTemplateVersion": _TOOL,
        "properties": "no one reads them here.",
    }
    refused: ClassVar[Mapping[str, str]] = {
        "calledDecision": "Put it on a business rule task.",
        "executionListeners": _LISTENER,
        "linkedResources": "Let a worker load what it needs.",
        "taskListeners": _LISTENER,
    }

    def process(self, process: ProcessDraft, element: Element, reading: Reading) -> None:
        for tag in self.elements(element, "versionTag"):
            process.version = tag.take("value")
        embedded_forms(self, process, element, reading)

    def message(self, message: Message, element: Element, reading: Reading) -> None:
        for subscription in self.elements(element, "subscription"):
            key = subscription.take("correlationKey")
            message.correlation = reading.language.value(key, element.label, subscription.line)
            reading.leftovers(subscription)

    def event(self, event: EventDefinition, node: NodeDraft, element: Element, reading: Reading) -> None:
        for source in self.elements(element, "conditionalFilter"):
            self.watched(event, csv(source.take("variableNames")), source.take("variableEvents"), element, reading)
            reading.leftovers(source)

    def loop(self, multi: MultiInstance, element: Element, reading: Reading) -> None:
        language = reading.language
        for loop in self.elements(element, "loopCharacteristics"):
            multi.collection = language.condition(loop.take("inputCollection"), element.label, loop.line, "feel")
            multi.element_variable = loop.take("inputElement")
            multi.output_collection = loop.take("outputCollection")
            multi.output_element = language.condition(loop.take("outputElement"), element.label, loop.line, "feel")
            reading.leftovers(loop)

    def node(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        self._work(node, element, reading)
        if user_task(node) is not None:
            self._user_task(node, element, reading)
        elif node.kind == kinds.START_EVENT:
            zeebe_form(self, node, element, reading)
        elif isinstance(node.work, Call):
            self._call(node.work, element, reading)
        elif isinstance(node.work, AdHoc):
            self._ad_hoc(node.work, element, reading)
        language = reading.language
        for block in self.elements(element, "ioMapping"):
            for name, mappings in (("input", node.inputs), ("output", node.outputs)):
                for mapping in self.inner(block, name):
                    source = language.value(mapping.take("source"), element.label, mapping.line)
                    mappings.append(Assignment(mapping.take("target"), source if source is not None else literal("")))
                    reading.leftovers(mapping)
            reading.leftovers(block)

    def _work(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        for definition in self.elements(element, "taskDefinition"):
            if not worked(node) and node.kind != kinds.SCRIPT_TASK:
                reading.fault(
                    "unsupported", element, f"A {element.name} done by a worker is not supported. Use a service task."
                )
                definition.attributes.clear()
                continue
            work = job(node)
            work.type = reading.language.value(definition.take("type"), element.label, definition.line) or literal("")
            retries = definition.take("retries")
            work.retries = self.number(retries, "zeebe:taskDefinition retries", definition, reading, work.retries)
            reading.leftovers(definition)
            if node.kind == kinds.SCRIPT_TASK:
                node.kind = kinds.SERVICE_TASK
        if node.kind == kinds.BUSINESS_RULE_TASK:
            for called in self.elements(element, "calledDecision"):
                self._decision(node, called, element, reading)
        for script in self.elements(element, "script"):
            expression = reading.language.condition(script.take("expression"), element.label, script.line, "feel")
            if expression is not None:
                node.work = Script(expression, script.take("resultVariable"))
            reading.leftovers(script)
        if isinstance(node.work, JobWork):
            for block in self.elements(element, "taskHeaders"):
                headers = {header.take("key"): header.take("value") for header in self.inner(block, "header")}
                node.work.headers = {**node.work.headers, **headers}
            for priority in self.elements(element, "jobPriorityDefinition"):
                text = priority.take("priority")
                node.work.priority = self.number(text, "zeebe:jobPriorityDefinition", priority, reading, 0)

    def _decision(self, node: NodeDraft, called: Element, element: Element, reading: Reading) -> None:
        language = reading.language
        decision = language.value(called.take("decisionId"), element.label, called.line)
        tag = language.value(called.take("versionTag"), element.label, called.line)
        binding = called.take("bindingType", "latest")
        if decision is not None:
            version = tag if binding == "versionTag" else None
            node.work = DecisionCall(
                decision,
                version,
                result_variable=called.take("resultVariable"),
                same_deployment=binding == "deployment",
            )
        called.take("retries")  # what fails is an incident at once
        reading.leftovers(called)

    def _user_task(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        task = user_task(node)
        assert task is not None

        def value(source: Element, name: str) -> Expression | None:
            return reading.language.value(source.take(name), element.label, source.line)

        self.elements(element, "userTask")  # it only says that the engine itself keeps the task
        for source in self.elements(element, "assignmentDefinition"):
            task.assignee = value(source, "assignee")
            task.candidate_groups = value(source, "candidateGroups")
            task.candidate_users = value(source, "candidateUsers")
            reading.leftovers(source)
        for source in self.elements(element, "taskSchedule"):
            task.due = value(source, "dueDate")
            task.follow_up = value(source, "followUpDate")
            reading.leftovers(source)
        for source in self.elements(element, "priorityDefinition"):
            task.priority = value(source, "priority")
            reading.leftovers(source)
        task.form = zeebe_form(self, node, element, reading)
        for source in self.elements(element, "taskHeaders"):
            reading.findings.ignored("zeebe:taskHeaders", element.label, source.line, "user tasks have no headers.")

    def _call(self, call: Call, element: Element, reading: Reading) -> None:
        for called in self.elements(element, "calledElement"):
            process = called.take("processId")
            value = reading.language.value(process, element.label, called.line)
            if value is not None:
                call.element = value
            call.all_in = reading.flag(called, "propagateAllParentVariables", True)
            call.all_out = reading.flag(called, "propagateAllChildVariables", True)
            binding = called.take("bindingType")
            tag = called.take("versionTag")
            call.same_deployment = binding == "deployment"
            if binding == "versionTag":
                call.version = reading.language.value(tag, element.label, called.line)
                if call.version is None:
                    reading.fault("binding", element, "Which version tag is called is not said. Write a versionTag.")
            reading.leftovers(called)

    def _ad_hoc(self, work: AdHoc, element: Element, reading: Reading) -> None:
        language = reading.language
        for source in self.elements(element, "adHoc"):
            chosen = source.take("activeElementsCollection")
            work.elements = language.condition(chosen, element.label, source.line, "feel")
            work.output_collection = source.take("outputCollection")
            work.output_element = language.condition(source.take("outputElement"), element.label, source.line, "feel")
            reading.leftovers(source)
