"""Scripts and conditions in languages that do not run here."""

from modelling import codes, flow, path, read, read_one, warnings_of

from andante.bpmn import kinds
from andante.bpmn.graph import JobWork
from andante.testing import Scenario


def script(form: str, text: str) -> str:
    return f'<scriptTask id="it" scriptFormat="{form}" camunda:resultVariable="r"><script>{text}</script></scriptTask>'


def test_a_script_is_a_job_with_its_text() -> None:
    node = read_one(script("text/JavaScript", "amount * 2"))
    assert node.kind == kinds.SERVICE_TASK
    assert isinstance(node.work, JobWork)
    assert node.work.type.constant == "script:javascript"
    assert node.work.headers == {"language": "javascript", "script": "amount * 2"}
    assert node.work.result_variable == "r"
    (warning,) = warnings_of(path("\n" + script("groovy", "1")))
    assert (warning.code, warning.element, warning.line) == ("foreignScript", "it", 2)
    assert "FEEL" in warning.message


def test_python_is_the_house_workers_and_keeps_its_shape() -> None:
    text = path(script("python", "\n      if a:\n          b = 1\n      b\n"))
    node = read_one(script("python", "\n      if a:\n          b = 1\n      b\n"))
    assert isinstance(node.work, JobWork)
    assert node.work.type.constant == "script:python"
    assert node.work.headers["script"] == "if a:\n    b = 1\nb"
    assert not warnings_of(text)


def test_a_worker_runs_it() -> None:
    scenario = Scenario(read(path(script("groovy", "f(amount)")))).given({"amount": 2})
    scenario.complete_job("it", r=4).then(state="Completed OK", variables={"r": 4})


def test_a_script_that_only_sets_variables_runs_here() -> None:
    text = "execution.setVariable('a', 'x'); execution.setVariable('b', execution.getVariable('c'));"
    Scenario(read(path(script("javascript", text)))).given({"c": 3}).then(
        state="Completed OK", variables={"a": "x", "b": 3}
    )


def choice(text: str, language: str = "JavaScript") -> str:
    condition = f'<conditionExpression language="{language}">{text}</conditionExpression>'
    return (
        '<startEvent id="start"/><exclusiveGateway id="g" default="no"/><userTask id="a"/><userTask id="b"/>'
        '<endEvent id="end"/>' + flow("start", "g") + '<sequenceFlow id="no" sourceRef="g" targetRef="b"/>'
        f'<sequenceFlow id="yes" sourceRef="g" targetRef="a">{condition}</sequenceFlow>'
        + flow("a", "end") + flow("b", "end")
    )  # fmt: skip


def test_a_condition_that_reads_like_ours_is_one() -> None:
    for text in ("amount &gt; 100", "this.environment.variables.amount &gt; 100", "next(null, amount &gt; 100);"):
        graph = read(choice(text))
        Scenario(graph).given({"amount": 500}).then(tasks=["a"])
        Scenario(graph).given({"amount": 5}).then(tasks=["b"])
    Scenario(read(choice("!variables.stop"))).given().then(tasks=["a"])
    both = read(choice("kind === 'x' &amp;&amp; !done", "groovy"))
    Scenario(both).given({"kind": "x", "done": False}).then(tasks=["a"])
    assert codes(warnings_of(choice("amount &gt; 100"))) == ["foreignCondition"]
