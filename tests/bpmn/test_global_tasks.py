"""Global tasks (BPMN 2.0.2 section 10.2.3): each is a process of one task, which call activities call."""

from modelling import SPACES, bpmn, codes, path, refused

from andante.bpmn import read_xml
from andante.bpmn.graph import ProcessGraph
from andante.engine.effects import StartChild
from andante.testing import Scenario


def alone(task: str) -> ProcessGraph:
    """The process of the one global task of a file without processes."""
    (graph,) = read_xml(f'<definitions {SPACES} id="D" targetNamespace="t">{task}</definitions>'.encode()).processes
    return graph


def test_a_call_activity_calls_it_by_its_id() -> None:
    task = '<globalUserTask id="Check" name="Check it" andante:assignee="ann"/>'
    caller, called = read_xml(bpmn(path('<callActivity id="it" calledElement="t:Check"/>'), roots=task)).processes
    run = Scenario(caller).start({"sum": 5})
    (child,) = run.asked(StartChild)
    assert (child.element, child.variables) == (called.process_id, {"sum": 5})
    inner = Scenario(called).start(child.variables).then(tasks=["Check"], variables={"sum": 5})
    assert [(task.name, task.assignee) for task in inner.instance.tasks.values()] == [("Check it", "ann")]
    inner.suspend().resume().complete("Check", fine=True).then(state="Completed OK")
    run.complete_call("it", **inner.variables).then(state="Completed OK", variables={"fine": True})


def test_each_kind_runs() -> None:
    script = (
        '<globalScriptTask id="S" scriptLanguage="feel" andante:resultVariable="x"><script>n + 1</script>'
        "</globalScriptTask>"
    )
    Scenario(alone(script)).start({"n": 1}).then(state="Completed OK", variables={"x": 2})
    for name in ("globalTask", "globalManualTask"):
        Scenario(alone(f'<{name} id="T"><documentation>by hand</documentation></{name}>')).start().then(
            state="Completed OK"
        )
    rule = alone('<globalBusinessRuleTask id="R" andante:type="rules"/>')
    Scenario(rule).start().complete_job("R", rate=3).then(state="Completed OK", variables={"rate": 3})


def test_what_is_wrong_with_it_is_told_in_its_place() -> None:
    def faults(task: str) -> list[tuple[str, str, int]]:
        found = refused(bpmn(path('<task id="it"/>'), roots=f"\n{task}"))
        return [(fault.code, fault.element, fault.line) for fault in found]

    assert faults('<globalScriptTask id="S"/>') == [("noScript", "S", 2)]
    assert faults('<globalBusinessRuleTask id="R"/>') == [("noDecision", "R", 2)]
    assert faults('<globalUserTask name="nobody"/>')[0] == ("noId", "globalUserTask", 2)
    assert faults('<globalTask id="P"/>') == [("duplicateId", "P", 2)]
    assert faults('<globalTask id="T" due="soon"/>') == [("unknownAttribute", "T", 2)]
    assert codes(refused(bpmn(path('<task id="it"/>'), roots='<globalChoreographyTask id="G"/>'))) == ["unsupported"]
