"""Camunda 7's extensions, namespace http://camunda.org/schema/1.0/bpmn."""

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import Assignment, Call, EventDefinition, JobWork, MultiInstance
from andante.bpmn.vendors.base import csv, job, keeping, user_task, worked
from andante.bpmn.vendors.decisions import decision_call
from andante.bpmn.vendors.delegates import HARMLESS, REFUSED, JavaVendor
from andante.bpmn.vendors.forms import camunda_form, form_data
from andante.bpmn.vendors.listeners import read_process_listeners
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Error, Reading
from andante.expressions import Expression, gathered, literal

CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"

_GETTER: Final = re.compile(r"(\bexternalTask\.)get([A-Z])(\w*)\(\)")


class Camunda(JavaVendor):
    """Camunda Platform 7."""

    name: ClassVar[str] = "camunda"
    harmless: ClassVar[Mapping[str, str]] = {
        **HARMLESS,
        "diagramRelationId": "it concerns the modelling tool.",
        "formRefBinding": "it names no form by formRef.",
        "formRefVersion": "it names no form by formRef.",
        "jobPriority": "only jobs of workers have a priority.",
    }
    refused: ClassVar[Mapping[str, str]] = {
        **REFUSED,
        "variableMappingClass": "Map variables by camunda:in and camunda:out.",
        "variableMappingDelegateExpression": "Map variables by camunda:in and camunda:out.",
        "caseBinding": "Case models (CMMN) are not run; call a process.",
    }

    def process(self, process: ProcessDraft, element: Element, reading: Reading) -> None:
        process.version = self.text(element, "versionTag") or process.version
        time_to_live = self.text(element, "historyTimeToLive")
        process.retention = keeping("camunda:historyTimeToLive", time_to_live, element, reading) or process.retention
        read_process_listeners(process, self.elements(element, "executionListener"), element, reading)

    def error(self, error: Error, element: Element, reading: Reading) -> None:
        error.message = self.value(element, "errorMessage", reading) or error.message

    def event(self, event: EventDefinition, node: NodeDraft, element: Element, reading: Reading) -> None:
        if event.kind == kinds.ERROR:
            event.code_variable = self.text(element, "errorCodeVariable")
            event.message_variable = self.text(element, "errorMessageVariable")
        elif event.kind == kinds.CONDITIONAL:
            self.watched(
                event, csv(self.text(element, "variableName")), self.text(element, "variableEvents"), element, reading
            )
        elif event.kind == kinds.ESCALATION:
            event.code_variable = self.text(element, "escalationCodeVariable")
        elif event.kind == kinds.MESSAGE and node.kind in (kinds.THROW_EVENT, kinds.END_EVENT):
            self._work(node, element, reading)

    def loop(self, multi: MultiInstance, element: Element, reading: Reading) -> None:
        collection = self.text(element, "collection")
        if collection:
            multi.collection = reading.language.condition(collection, element.label, element.line, "feel")
        multi.element_variable = self.text(element, "elementVariable") or multi.element_variable

    def node(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        if user_task(node) is not None:
            self._user_task(node, element, reading)
        elif node.kind == kinds.BUSINESS_RULE_TASK and (decision := self.value(element, "decisionRef", reading)):
            node.work = decision_call(self, decision, element, reading)
        elif worked(node):
            self._work(node, element, reading)
        elif node.kind == kinds.SCRIPT_TASK:
            self.script(node, element)
        elif isinstance(node.work, Call):
            self._binding(node.work, element, reading)
            self.call(node, element, reading)
        elif node.kind == kinds.START_EVENT:
            camunda_form(self, node, element, reading)
            self.initiator(node, element, reading)
            form_data(self, node, element, reading)
        for block in self.elements(element, "inputOutput"):
            self._mappings(node, block, element, reading)
        self.listeners(node, element, reading)

    def _mappings(self, node: NodeDraft, block: Element, element: Element, reading: Reading) -> None:
        for parameter in self.inner(block, "inputParameter"):
            node.inputs.append(self._parameter(parameter, element, reading))
        for parameter in self.inner(block, "outputParameter"):
            node.outputs.append(self._parameter(parameter, element, reading))
        reading.leftovers(block)

    def _user_task(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        task = user_task(node)
        assert task is not None
        task.assignee = self.value(element, "assignee", reading) or task.assignee
        task.candidate_users = self.value(element, "candidateUsers", reading) or task.candidate_users
        task.candidate_groups = self.value(element, "candidateGroups", reading) or task.candidate_groups
        task.due = self.value(element, "dueDate", reading)
        task.follow_up = self.value(element, "followUpDate", reading)
        task.priority = self.value(element, "priority", reading)
        task.form = camunda_form(self, node, element, reading) or task.form
        form_data(self, node, element, reading)

    def _work(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        kind = self.text(element, "type")
        topic = self.value(element, "topic", reading)
        if kind == "external" and topic is not None:
            job(node).type = topic
        elif kind:
            reading.fault(
                "unsupportedExtension", element,
                f"camunda:type='{kind}' is not supported. Set camunda:type to external and a camunda:topic.",
            )  # fmt: skip
        self.delegate(node, element, reading, result=self.text(element, "resultVariable"))
        for connector in self.elements(element, "connector"):
            self._connector(node, connector, element, reading)
        self.retries(node, element, reading)
        self.fields(node, element, reading)
        if not isinstance(node.work, JobWork):
            return
        work = node.work
        for name in ("taskPriority", "jobPriority"):
            text = self.text(element, name)
            work.priority = self.number(text, f"camunda:{name}", element, reading, work.priority)
        for block in self.elements(element, "properties"):
            work.headers = {**work.headers, **{p.take("name"): p.take("value") for p in self.inner(block, "property")}}
        for definition in self.elements(element, "errorEventDefinition"):
            self._error(work, definition, element, reading)

    def _connector(self, node: NodeDraft, connector: Element, element: Element, reading: Reading) -> None:
        """A job of the connector's id; its parameters are the job's."""
        for block in self.inner(connector, "inputOutput"):
            self._mappings(node, block, element, reading)
        name = "".join(each.text for each in self.inner(connector, "connectorId"))
        job(node).type = literal(name or element.label)
        reading.leftovers(connector)

    def _error(self, work: JobWork, definition: Element, element: Element, reading: Reading) -> None:
        """When what a worker says of its task is a BPMN error."""
        ref = local_name(definition.take("errorRef"))
        text = _GETTER.sub(lambda found: found[1] + found[2].lower() + found[3], definition.take("expression"))
        condition = reading.language.condition(text, element.label, definition.line, "juel")
        error = reading.errors.get(ref)
        code = "" if error is None else error.code
        if not code:
            reading.findings.fault(
                "unknownError", element.label, definition.line,
                f"errorRef names '{ref}', but the file has no such error with an errorCode. Add it.",
            )  # fmt: skip
        elif condition is not None:
            work.errors = (*work.errors, (code, condition))
        definition.take("id")
        reading.leftovers(definition)

    def _binding(self, call: Call, element: Element, reading: Reading) -> None:
        binding = self.text(element, "calledElementBinding")
        version = self.value(element, "calledElementVersion", reading)
        tag = self.value(element, "calledElementVersionTag", reading)
        if binding == "deployment":
            call.same_deployment = True
        elif binding in ("version", "versionTag"):
            call.version = version if binding == "version" else tag
            if call.version is None:
                reading.fault(
                    "binding",
                    element,
                    f"Which version is called is not said. Set camunda:calledElementV{binding[1:]}.",
                )

    def _parameter(self, parameter: Element, owner: Element, reading: Reading) -> Assignment:
        name = parameter.take("name")
        value: Expression | None
        parts = self.inner(parameter, "list", "map", "script")
        if not parts:
            value = reading.language.value(parameter.text, owner.label, parameter.line)
        elif parts[0].name == "script":
            script = parts[0]
            form = script.take("scriptFormat")
            language = reading.language.declared(form, owner.label, script.line)
            value = reading.language.condition(script.text, owner.label, script.line, language)
            reading.leftovers(script)
        else:
            value = self._collection(parts[0], owner, reading)
        reading.leftovers(parameter)
        return Assignment(name, value if value is not None else literal(None))

    def _collection(self, source: Element, owner: Element, reading: Reading) -> Expression | None:
        """A list or map; with expressions in it, one that gathers their values."""
        items = self.inner(source, "value", "entry")
        found = [reading.language.value(item.text, owner.label, item.line) for item in items]
        if source.children or any(item.children for item in items):
            reading.findings.fault(
                "mapping", owner.label, source.line,
                f"A camunda:{source.name} in a list or map, or with a script, is not supported. Write the whole as one "
                "FEEL expression (=[a, b] or ={key: a}).",
            )  # fmt: skip
            return None
        values = [value if value is not None else literal("") for value in found]
        keys = [item.take("key") for item in items] if source.name == "map" else None
        if all(value.is_constant for value in values):
            constants = [value.constant for value in values]
            return literal(constants if keys is None else dict(zip(keys, constants, strict=True)))
        return gathered(values, keys)
