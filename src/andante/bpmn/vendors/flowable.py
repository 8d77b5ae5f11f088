"""Flowable's and Activiti's extensions, namespaces http://flowable.org/bpmn and http://activiti.org/bpmn."""

from collections.abc import Mapping
from typing import ClassVar, Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import Call, DecisionCall, EventDefinition, MultiInstance
from andante.bpmn.vendors.base import job, user_task, worked
from andante.bpmn.vendors.delegates import HARMLESS, REFUSED, JavaVendor
from andante.bpmn.vendors.forms import camunda_form, form_properties
from andante.bpmn.vendors.listeners import read_process_listeners
from andante.bpmn.work import OUTPUTS
from andante.bpmn.xml.data import typed
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, literal

FLOWABLE: Final = "http://flowable.org/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"

# Tasks with a work of their own there: a worker of that type does them, with their fields.
_WORKED: Final = frozenset(("camel", "http", "mail", "mule", "shell"))
_RESULTS: Final = frozenset(("outputVariable", "responseVariableName"))
_LOCAL: Final = "Rename the variable, or map it by an output."


class Flowable(JavaVendor):
    """Flowable and, under its older namespace, Activiti."""

    name: ClassVar[str] = "flowable"
    harmless: ClassVar[Mapping[str, str]] = {
        **HARMLESS,
        "businessCalendarName": "times are ISO 8601 texts here.",
        "category": "tasks have no category.",
        "formFieldValidation": "what is sent is always checked by the form.",
        "isEagerExecutionFetching": "it concerns another engine's storage.",
        "localization": "names are shown as written.",
        "localScope": "results of a job are kept in the instance.",
        "calledElementType": "processes are called by their id.",
    }
    refused: ClassVar[Mapping[str, str]] = {
        **REFUSED,
        "autoStoreVariables": "Scripts are expressions here; they set their result variable.",
        "completeAsync": "Remove it.",
        "useLocalScopeForResultVariable": _LOCAL,
        "storeResultVariableAsTransient": _LOCAL,
        "eventType": "Event registry events are not supported; use a message.",
        "fallbackToDefaultTenant": "Remove it: there are no tenants for models.",
        "mapException": "Let the worker report the error by its code.",
    }

    def process(self, process: ProcessDraft, element: Element, reading: Reading) -> None:
        process.version = self.text(element, "versionTag") or process.version
        read_process_listeners(process, self.elements(element, "executionListener"), element, reading)

    def data(self, element: Element, reading: Reading) -> Expression | None:
        """A data object's first value, which is of the type that itemSubjectRef names."""
        found = self.elements(element, "value")
        return typed(found[0].text, element, found[0].line, reading) if found else None

    def event(self, event: EventDefinition, node: NodeDraft, element: Element, reading: Reading) -> None:
        if event.kind == kinds.ERROR:
            event.code_variable = self.text(element, "errorVariableName") or self.text(element, "errorCodeVariable")

    def loop(self, multi: MultiInstance, element: Element, reading: Reading) -> None:
        collection = self.text(element, "collection")
        if collection:
            multi.collection = reading.language.condition(collection, element.label, element.line, "feel")
        multi.element_variable = self.text(element, "elementVariable") or multi.element_variable
        for aggregation in self.elements(element, "variableAggregation"):
            self._aggregation(multi, aggregation, element, reading)

    def _aggregation(self, multi: MultiInstance, source: Element, owner: Element, reading: Reading) -> None:
        """The named variables of each instance, as a list of contexts."""
        variables = [child for child in source.children if child.name == "variable"]
        source.children = [child for child in source.children if child.name != "variable"]
        named = [
            (child.take("target") or child.attributes.get("source", ""), child.take("source")) for child in variables
        ]
        for child in variables:
            reading.leftovers(child)
        target = source.take("target")
        if multi.output_collection or not target or not all(name for _, name in named):
            reading.findings.fault(
                "unsupportedExtension", owner.label, source.line,
                f"{self.name}:variableAggregation has one target and the source of each variable. Write it so.",
            )  # fmt: skip
            return
        multi.output_collection = target
        text = ", ".join(f'"{target}": {name}' for target, name in named)
        multi.output_element = reading.language.condition(f"{{{text}}}", owner.label, source.line, "feel")
        reading.leftovers(source)

    def node(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        if user_task(node) is not None:
            self._user_task(node, element, reading)
        elif worked(node):
            self._work(node, element, reading)
        elif node.kind == kinds.SCRIPT_TASK:
            self.script(node, element)
        elif isinstance(node.work, Call):
            self._call(node, node.work, element, reading)
        elif node.kind == kinds.START_EVENT:
            camunda_form(self, node, element, reading)
            self.initiator(node, element, reading)
            form_properties(self, node, element, reading)
        self.listeners(node, element, reading)

    def _user_task(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        task = user_task(node)
        assert task is not None
        task.assignee = self.value(element, "assignee", reading) or task.assignee
        task.candidate_users = self.value(element, "candidateUsers", reading) or task.candidate_users
        task.candidate_groups = self.value(element, "candidateGroups", reading) or task.candidate_groups
        task.due = self.value(element, "dueDate", reading)
        task.priority = self.value(element, "priority", reading)
        task.form = camunda_form(self, node, element, reading) or task.form
        form_properties(self, node, element, reading)

    def _work(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        kind = self.text(element, "type")
        topic = self.value(element, "topic", reading)
        if kind == "dmn":
            self._decision(node, element, reading)
            return
        if kind == "external-worker" and topic is not None:
            job(node).type = topic
        elif kind in _WORKED:
            job(node).type = literal(kind)
        elif kind:
            reading.fault(
                "unsupportedExtension", element,
                f"{self.name}:type='{kind}' is not supported. Let a worker do it: use external-worker with a topic.",
            )  # fmt: skip
        result = self.text(element, "resultVariableName") or self.text(element, "resultVariable")
        self.delegate(node, element, reading, result=result)
        if kind in _WORKED and (name := self._field_text(element, _RESULTS)):
            job(node).result_variable = name
        self.retries(node, element, reading)
        self.fields(node, element, reading)

    def _decision(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        """The fields name a decision, or a decision service; its outputs become variables."""
        fields: dict[str, str] = {}
        for field in self.elements(element, "field"):
            texts = [each.text for each in self.inner(field, "string", "expression")]
            name = field.take("name")
            fields[name] = field.take("stringValue") or field.take("expression") or "".join(texts)
            reading.leftovers(field)
        key = fields.get("decisionTableReferenceKey") or fields.get("decisionServiceReferenceKey", "")
        decision = reading.language.value(key, element.label, element.line)
        if fields.get("decisionTaskThrowErrorOnNoHits") == "true":
            what = "decisionTaskThrowErrorOnNoHits is not supported. Give the table default outputs and a gateway."
            reading.fault("unsupportedExtension", element, what)
        if decision is None:
            what = f"{self.name}:type='dmn' names no decision. Set the field decisionTableReferenceKey."
            reading.fault("noDecision", element, what)
            return
        node.kind, node.work = kinds.BUSINESS_RULE_TASK, DecisionCall(decision, mapping=OUTPUTS)

    def _field_text(self, element: Element, names: frozenset[str]) -> str:
        """The fixed text of the first field of these names."""
        for field in element.extensions:
            if field.space == self.space and field.name == "field" and field.attributes.get("name") in names:
                texts = [child.text for child in field.children if child.name == "string"]
                return field.attributes.get("stringValue") or (texts[0] if texts else "")
        return ""

    def _call(self, node: NodeDraft, call: Call, element: Element, reading: Reading) -> None:
        inherit = self.text(element, "inheritVariables")
        self.call(node, element, reading)
        call.same_deployment = self.text(element, "sameDeployment") == "true"
        if inherit == "true":
            call.all_in = True
        elif inherit == "false":
            call.all_in = False
        call.business_key = self.value(element, "businessKey", reading) or call.business_key
        if self.text(element, "inheritBusinessKey") == "true" and call.business_key is None:
            call.business_key = reading.language.value("${execution.businessKey}", element.label, element.line)


class Activiti(Flowable):
    """The older namespace, which messages name as it is written."""

    name: ClassVar[str] = "activiti"
