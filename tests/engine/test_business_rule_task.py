"""Business rule tasks: decisions of DMN, mapped as each vendor does, or a worker's job (BPMN 2.0.2 section 10.3.3)."""

import pytest

from andante.bpmn import ModelRefused, read_json, read_xml
from andante.bpmn.graph import DecisionCall
from andante.engine import events as ev
from andante.testing import Scenario

SPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t"'
)
OPEN = '<businessRuleTask id="decide" {attributes}>{content}</businessRuleTask>'


def process(task: str, after: str = "") -> bytes:
    """start -> a business rule task -> a user task -> end."""
    return f"""<definitions {SPACES}><process id="P" isExecutable="true">
  <startEvent id="start"/>{task}<userTask id="look"/><endEvent id="end"/>{after}
  <sequenceFlow id="f1" sourceRef="start" targetRef="decide"/>
  <sequenceFlow id="f2" sourceRef="decide" targetRef="look"/>
  <sequenceFlow id="f3" sourceRef="look" targetRef="end"/>
</process></definitions>""".encode()


def dmn(
    policy: str = "UNIQUE", outputs: str = "discount", rules: tuple[str, ...] = ('"gold"; 0.2', '"silver"; 0.1')
) -> bytes:
    """A decision "price" with a table over `customer`."""
    names = outputs.split()
    columns = "".join(f'<output name="{name}"/>' for name in names)
    lines = ""
    for rule in rules:
        first, *rest = [cell.strip() for cell in rule.split(";")]
        entries = "".join(f"<outputEntry><text>{cell}</text></outputEntry>" for cell in rest)
        lines += f"<rule><inputEntry><text>{first}</text></inputEntry>{entries}</rule>"
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="t">
  <decision id="price" name="The Price"><decisionTable hitPolicy="{policy}">
    <input><inputExpression><text>customer</text></inputExpression></input>{columns}{lines}
  </decisionTable></decision></definitions>""".encode()


def running(task: str, *decisions: bytes, after: str = "", **variables: object) -> Scenario:
    graph = read_xml(process(task, after)).processes[0]
    return Scenario(graph, decisions=decisions).given(variables)


def task(attributes: str = "", content: str = "") -> str:
    return OPEN.format(attributes=attributes, content=content)


def camunda(mapping: str = "", more: str = 'camunda:resultVariable="r"') -> str:
    kind = f'camunda:mapDecisionResult="{mapping}"' if mapping else ""
    return task(f'camunda:decisionRef="price" {kind} {more}')


ALL = dmn("COLLECT", rules=('"gold"; 0.2', "-; 0.1"))
TWO = dmn(outputs="discount days", rules=('"gold"; 0.2; 30', '"silver"; 0.1; 14'))


@pytest.mark.parametrize(
    ("mapping", "file", "customer", "result"),
    [
        ("singleEntry", dmn(), "gold", 0.2),
        ("singleEntry", dmn(), "none", None),
        ("singleResult", TWO, "gold", {"discount": 0.2, "days": 30}),
        ("singleResult", TWO, "none", None),
        ("collectEntries", ALL, "gold", [0.2, 0.1]),
        ("collectEntries", ALL, "none", [0.1]),
        ("resultList", ALL, "gold", [{"discount": 0.2}, {"discount": 0.1}]),
        ("", dmn(), "gold", [{"discount": 0.2}]),
        ("", dmn(), "none", []),
    ],
)
def test_what_camunda_makes_of_a_result(mapping: str, file: bytes, customer: str, result: object) -> None:
    running(camunda(mapping), file, customer=customer).then(at=["look"], variables={"r": result})


@pytest.mark.parametrize(
    ("mapping", "file", "why"),
    [
        ("singleEntry", ALL, "gave 2 results, but singleEntry takes one"),
        ("singleResult", ALL, "gave 2 results, but singleResult takes one"),
        ("singleEntry", TWO, "has 2 outputs, but singleEntry takes one"),
        ("collectEntries", TWO, "has 2 outputs, but collectEntries takes one"),
    ],
)
def test_more_than_a_mapping_takes_is_an_incident(mapping: str, file: bytes, why: str) -> None:
    scenario = running(camunda(mapping), file, customer="gold")
    (incident,) = scenario.instance.incidents.values()
    assert incident.kind == "decision"
    assert why in incident.message


def test_without_a_variable_camundas_output_mappings_read_the_result() -> None:
    mapping = (
        '<extensionElements><camunda:inputOutput><camunda:outputParameter name="rate">${decisionResult[0].discount}'
        "</camunda:outputParameter></camunda:inputOutput></extensionElements>"
    )
    one = running(task('camunda:decisionRef="price"', mapping), dmn(), customer="gold")
    one.then(at=["look"], variables={"rate": 0.2})
    assert "decisionResult" not in one.instance.variables
    nothing = running(task('camunda:decisionRef="price"'), dmn(), customer="gold")
    assert dict(nothing.instance.variables) == {"customer": "gold"}


def test_zeebe_takes_the_value_itself() -> None:
    called = '<extensionElements><zeebe:calledDecision decisionId="{id}" resultVariable="r"/></extensionElements>'
    for name in ("price", "=which"):
        scenario = running(task(content=called.format(id=name)), dmn(), customer="gold", which="price")
        scenario.then(at=["look"], variables={"r": 0.2})


def test_flowable_sets_each_output_or_a_list_of_several_rules() -> None:
    field = '<flowable:field name="decisionTableReferenceKey"><flowable:string>price</flowable:string></flowable:field>'
    service = (
        '<serviceTask id="decide" flowable:type="dmn"><extensionElements>'
        + field
        + "</extensionElements></serviceTask>"
    )
    running(service, TWO, customer="gold").then(variables={"discount": 0.2, "days": 30})
    running(service, ALL, customer="gold").then(variables={"price": [{"discount": 0.2}, {"discount": 0.1}]})
    assert dict(running(service, TWO, customer="none").instance.variables) == {"customer": "none"}


def test_andantes_own_words() -> None:
    running(task('andante:decision="price" andante:resultVariable="r"'), dmn(), customer="gold").then(
        variables={"r": 0.2}
    )
    running(task('andante:decision="price"'), TWO, customer="gold").then(variables={"discount": 0.2, "days": 30})
    word = task('andante:decision="price" andante:result="collectEntries" andante:resultVariable="r"')
    running(word, ALL, customer="gold").then(variables={"r": [0.2, 0.1]})


def test_the_json_form() -> None:
    body = {
        "name": "P", "label": "P",
        "startEvents": [{"name": "start", "connector": "decide"}],
        "businessRuleTasks": [
            {"name": "decide", "decision": "price", "resultVariable": "rate", "connector": "end"},
        ],
        "endEvents": [{"name": "end"}],
        "variables": [{"name": "customer", "type": "Text"}, {"name": "rate", "type": "Number"}],
    }  # fmt: skip
    graph = read_json(body).processes[0]
    Scenario(graph, decisions=[dmn()]).given(customer="gold").then(variables={"rate": 0.2})


def test_a_missing_decision_is_an_incident_and_a_retry_goes_on_once_it_is_deployed() -> None:
    scenario = running(camunda("singleEntry"), customer="gold")
    (incident,) = scenario.instance.incidents.values()
    assert incident.message == "decide: there is no decision 'price': deploy it, then retry"
    deployed = Scenario(scenario.graph, decisions=[dmn()])
    scenario.settings = deployed.settings
    scenario.retry().then(at=["look"], variables={"r": 0.2}, incidents=[])


def test_a_fault_of_a_decision_is_an_incident_that_names_its_place() -> None:
    scenario = running(camunda(), dmn(rules=('"gold"; 1', "-; 2")), customer="gold")
    (incident,) = scenario.instance.incidents.values()
    assert incident.message == (
        "decide: the decision 'The Price': the rules 1, 2 match, but the hit policy UNIQUE allows only one"
    )


def test_the_journal_tells_by_which_rules_a_decision_was_made() -> None:
    (fact,) = running(camunda(), ALL, customer="gold").facts(ev.DecisionMade)
    assert (fact.decision, fact.definition_id, fact.rules, fact.messages) == ("The Price", "price", [1, 2], [])


def test_a_decision_sees_local_variables_and_the_time() -> None:
    mapping = '<extensionElements><zeebe:ioMapping><zeebe:input source="=kind" target="customer"/></zeebe:ioMapping>{0}'
    called = '<zeebe:calledDecision decisionId="price" resultVariable="r"/></extensionElements>'
    scenario = running(task(content=mapping.format(called)), dmn(rules=('"gold"; string(now())',)), kind="gold")
    scenario.then(variables={"r": "2026-01-05T09:00:00Z"})


def test_a_worker_may_decide_instead() -> None:
    for words in (
        task('camunda:type="external" camunda:topic="rules"'),
        task(content='<extensionElements><zeebe:taskDefinition type="rules"/></extensionElements>'),
        task('andante:type="rules"'),
        task('camunda:class="rules"'),
    ):
        scenario = running(words)
        (job,) = scenario.instance.jobs.values()
        assert job.type == "rules"
        scenario.suspend().resume().complete_job("decide", r=1).then(at=["look"], variables={"r": 1})


def test_a_boundary_event_waits_only_while_a_worker_does() -> None:
    timer = (
        '<boundaryEvent id="late" attachedToRef="decide"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        '</timerEventDefinition></boundaryEvent><task id="t"/><sequenceFlow id="f4" sourceRef="late" targetRef="t"/>'
    )
    running(camunda(), dmn(), after=timer, customer="gold").then(at=["look"])
    running(task('andante:type="rules"'), after=timer).pass_time(3_600_000).then(state="Completed OK")


def test_each_item_of_a_multi_instance_decides() -> None:
    words = task(
        'andante:decision="price" andante:resultVariable="r"',
        '<multiInstanceLoopCharacteristics andante:collection="=customers" andante:elementVariable="customer" '
        'andante:outputCollection="rates" andante:outputElement="=r"/>',
    )
    running(words, dmn(), customers=["gold", "silver", "none"]).then(variables={"rates": [0.2, 0.1, None]})


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (task('camunda:decisionRef="price" camunda:mapDecisionResult="best"'), "mapping"),
        (task('camunda:decisionRef="price" camunda:decisionRefBinding="version"'), "noVersion"),
        (task('andante:decision="price" andante:result="best"'), "mapping"),
        (task('andante:decision="price" andante:binding="newest"'), "binding"),
        (task('camunda:decisionRef="${"'), "expression"),
        ('<task id="decide" camunda:decisionRef="price"/>', "unsupportedExtension"),
        ('<serviceTask id="decide" flowable:type="dmn"/>', "noDecision"),
    ],
)
def test_what_is_refused(words: str, code: str) -> None:
    with pytest.raises(ModelRefused) as refused:
        read_xml(process(words))
    assert code in [finding.code for finding in refused.value.findings]


@pytest.mark.parametrize(
    ("attributes", "inner", "same"),
    [
        ('camunda:decisionRef="price"', "", False),
        ('camunda:decisionRef="price" camunda:decisionRefBinding="deployment"', "", True),
        ('andante:decision="price" andante:binding="latest"', "", False),
        ('andante:decision="price" andante:binding="deployment"', "", True),
        ("", '<zeebe:calledDecision decisionId="price" bindingType="latest"/>', False),
        ("", '<zeebe:calledDecision decisionId="price" bindingType="deployment"/>', True),
    ],
)
def test_a_task_asks_for_the_version_that_came_with_its_process(attributes: str, inner: str, same: bool) -> None:
    content = f"<extensionElements>{inner}</extensionElements>" if inner else ""
    model = read_xml(process(task(attributes, content)))
    (call,) = [node.work for node in model.processes[0].nodes if isinstance(node.work, DecisionCall)]
    assert call.same_deployment is same
    assert model.warnings == ()
