"""Deploying and checking models; what is wrong is told with its place."""

import json
from pathlib import Path

import pytest
from shell import EXAMPLES, ROOT, Shell

FAULTY = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test">
  <process id="Faulty" isExecutable="true">
    <startEvent id="begin"/>
    <{gateway} id="riddle"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="riddle"/>
    <sequenceFlow id="f2" sourceRef="riddle" targetRef="nowhere"/>
  </process>
</definitions>"""
WARNED = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test">
  <process id="Warned" isExecutable="true">
    <startEvent id="begin"/>
    <endEvent id="finish"/>
    <task id="island"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="finish"/>
  </process>
</definitions>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faulty.bpmn").write_text(FAULTY.format(gateway="choreographyTask"))
    (tmp_path / "dangling.bpmn").write_text(FAULTY.format(gateway="exclusiveGateway"))
    (tmp_path / "warned.bpmn").write_text(WARNED)
    (tmp_path / "half.json").write_text('{"name": "Half",')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "nameless.json").write_text('{"label": "No name"}')
    return tmp_path


def test_the_same_file_twice_is_one_definition(shell: Shell) -> None:
    file = EXAMPLES / "leave-approval.bpmn"
    ((name, definition, told),) = shell("deploy", file).rows
    assert (name, told) == ("LeaveApproval", str(file))
    ((_, again, _),) = shell("deploy", file).rows
    assert again == definition


def test_a_new_version_can_wait(shell: Shell, tmp_path: Path) -> None:
    text = (EXAMPLES / "parallel-review.bpmn").read_text()
    (tmp_path / "two.bpmn").write_text(text.replace(' andante:version="1.0.0"', ""))
    assert shell("deploy", "--inactive", tmp_path / "two.bpmn").code == 0
    ((_, _, version, *_),) = shell("start", "ParallelReview").rows
    assert version == "1.0.0"
    ((_, _, version, *_),) = shell("start", "ParallelReview", "--version", "1.0.1").rows
    assert version == "1.0.1"


def test_a_json_definition_and_its_warnings(shell: Shell, tmp_path: Path) -> None:
    body = json.loads((EXAMPLES / "travel-request.json").read_text())
    body["name"] = "Journey"
    body["userTasks"].append({"name": "island", "label": "Nobody comes here", "connector": ""})
    (tmp_path / "journey.json").write_text(json.dumps(body))
    said = shell("deploy", tmp_path / "journey.json", "--json")
    (deployed,) = said.json
    assert list(deployed["ids"]) == ["Journey"]
    assert [warning["element"] for warning in deployed["warnings"]].count("island") >= 1
    assert f"{tmp_path}/journey.json: warning " in said.err
    assert shell("start", "Journey").code == 0
    assert "bpm.definition.exists" in shell("deploy", tmp_path / "journey.json").err


def test_one_that_is_refused_keeps_all_out(shell: Shell, folder: Path) -> None:
    files = ["faulty.bpmn", "dangling.bpmn", "half.json", "list.json", "nameless.json", "warned.bpmn"]
    said = shell("deploy", *(folder / name for name in files))
    assert (said.code, said.out) == (1, "")
    told = said.err.replace(f"{folder}", "HERE").splitlines()
    assert [line for line in told if line.startswith("HERE/faulty.bpmn:5: fault ") and ": riddle: " in line]
    assert [line for line in told if line.startswith("HERE/dangling.bpmn:8: fault ") and "nowhere" in line]
    assert [line for line in told if line.startswith("HERE/half.json: fault ") and "This is no JSON definition" in line]
    assert [line for line in told if line.startswith("HERE/list.json: fault ") and "This is no JSON definition" in line]
    assert [line for line in told if line.startswith("HERE/nameless.json: fault ") and "name" in line]
    said = shell("deploy", folder / "warned.bpmn", folder / "absent.bpmn")
    assert (said.code, said.err) == (2, f"andante: {folder}/absent.bpmn cannot be read: No such file or directory\n")
    assert "Is a directory" in shell("deploy", folder).err
    said = shell("deploy", folder / "warned.bpmn")
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == ["process", "Warned"]
    assert said.err.startswith(f"{folder}/warned.bpmn:6: warning ")
    assert ": island: " in said.err


def test_lint_finds_what_a_deployment_would(shell: Shell, folder: Path) -> None:
    deployed = shell("deploy", folder / "faulty.bpmn")
    checked = shell("lint", folder / "faulty.bpmn")
    assert checked.code == deployed.code == 1
    *findings, total = checked.out.splitlines()
    assert findings == deployed.err.splitlines()
    assert total == "1 checked, 1 with faults."


def test_lint_may_be_strict(shell: Shell, folder: Path) -> None:
    said = shell("lint", folder / "warned.bpmn")
    assert (said.code, said.out.splitlines()[-1]) == (0, "1 checked, 0 with faults, 1 with warnings.")
    assert shell("lint", "--strict", folder / "warned.bpmn").code == 1
    assert shell("lint", "--strict", *EXAMPLES.glob("*.bpmn"), *EXAMPLES.glob("*.form")).code == 0


def test_lint_in_json(shell: Shell, folder: Path) -> None:
    said = shell("lint", "--json", folder / "warned.bpmn")
    (found,) = said.json
    assert (found["file"], found["kind"]) == (f"{folder}/warned.bpmn", "warning")
    assert (found["element"], found["line"]) == ("island", 6)
    said = shell("lint", "--json", folder / "half.json", folder / "absent.bpmn")
    assert said.code == 1
    assert [(each["kind"], each["code"]) for each in json.loads(said.out)] == [("fault", "json"), ("fault", "file")]


def test_the_examples_have_no_faults(shell: Shell) -> None:
    files = [*EXAMPLES.glob("*.bpmn"), *EXAMPLES.glob("*.json"), *EXAMPLES.glob("*.form")]
    said = shell("lint", *files)
    assert (said.code, said.out) == (0, f"{len(files)} checked, 0 with faults.\n")


def test_no_model_at_all(shell: Shell) -> None:
    said = shell("lint", ROOT / "README.md")
    assert said.code == 1
    assert "fault notXml: The file is no well-formed XML" in said.out


DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    """A process and two DMN files, in an order in which they cannot be deployed."""
    head = f'<definitions xmlns="{DMN}" id="D" name="D" namespace="urn:{{}}">'
    (tmp_path / "a.bpmn").write_text(WARNED.replace("Warned", "Stay"))
    (tmp_path / "b.dmn").write_text(
        head.format("stay") + f'<import name="t" namespace="urn:tax" importType="{DMN}"/><decision id="gross" name="g">'
        '<informationRequirement><requiredDecision href="urn:tax#tax"/></informationRequirement>'
        "<literalExpression><text>net + t.tax</text></literalExpression></decision></definitions>"
    )  # fmt: skip
    (tmp_path / "c.dmn").write_text(
        head.format("tax") + '<decision id="tax" name="tax"><literalExpression><text>net / 10</text>'
        "</literalExpression></decision></definitions>"
    )  # fmt: skip
    return [tmp_path / each for each in ("a.bpmn", "b.dmn", "c.dmn")]


def test_files_are_deployed_after_those_that_they_import(shell: Shell, tables: list[Path]) -> None:
    said = shell("deploy", *tables)
    assert said.code == 0
    assert [row[0] for row in said.rows] == ["tax", "gross", "Stay"]


def test_files_that_import_each_other_are_checked_together(shell: Shell, tables: list[Path]) -> None:
    assert shell("lint", *tables).code == 0
    said = shell("lint", tables[1])
    assert said.code == 1
    assert "No DMN file of the namespace 'urn:tax' is there." in said.out


def test_a_decision_is_tried_with_the_files_that_it_imports(shell: Shell, tables: list[Path]) -> None:
    said = shell("decide", tables[1], "--imports", tables[2], "--context", '{"net": 50}')
    assert (said.code, said.out.strip()) == (0, "55")


def test_bpmn_files_that_import_each_other_come_in_order(shell: Shell, tmp_path: Path) -> None:
    space = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    uses = f"""<definitions xmlns="{space}" xmlns:c="urn:common" targetNamespace="urn:uses">
  <import importType="{space}" location="common.bpmn" namespace="urn:common"/>
  <process id="Uses" isExecutable="true"><startEvent id="s"/><receiveTask id="r" messageRef="c:M"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="r"/></process></definitions>"""
    common = f"""<definitions xmlns="{space}" targetNamespace="urn:common"><message id="M" name="paid"/>
  <globalUserTask id="Check"/></definitions>"""
    (tmp_path / "a.bpmn").write_text(uses)
    (tmp_path / "b.bpmn").write_text(common)
    alone = shell("lint", tmp_path / "a.bpmn")
    assert (alone.code, "urn:common" in alone.out) == (1, True)
    assert shell("lint", tmp_path / "a.bpmn", tmp_path / "b.bpmn").code == 0
    deployed = shell("deploy", tmp_path / "a.bpmn", tmp_path / "b.bpmn")
    assert (deployed.code, [row[0] for row in deployed.rows]) == (0, ["Check", "Uses"])


FORM = {"components": [
    {"type": "number", "key": "n", "label": "How many", "defaultValue": 2, "validate": {"required": True, "max": 9}},
    {"type": "select", "key": "c", "values": [{"value": "red", "label": "Red"}]},
    {"type": "dynamiclist", "path": "items", "components": [{"type": "textfield", "key": "name"}]},
    {"type": "textfield", "key": "never", "conditional": {"hide": "=true"}},
]}  # fmt: skip
FORMED = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"
    targetNamespace="http://test">
  <process id="Formed" isExecutable="true">
    <startEvent id="begin" andante:form="asked"/>
    <userTask id="look" andante:form="elsewhere" andante:formBinding="latest"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="look"/>
    <sequenceFlow id="f2" sourceRef="look" targetRef="finish"/>
  </process>
</definitions>"""


def test_forms_are_deployed_before_what_uses_them_and_shown(shell: Shell, tmp_path: Path) -> None:
    process, form, schema = (tmp_path / name for name in ("formed.bpmn", "asked.form", "more.json"))
    process.write_text(FORMED)
    form.write_text(json.dumps(FORM))
    schema.write_text('{"type": "object", "properties": {"a": {"type": "integer"}}}')
    names = [name for name, _, _ in shell("deploy", process, form, schema).rows]
    assert names == ["asked", "more", "Formed"]
    shown = shell("form", "--start", "Formed")
    assert shown.out.splitlines()[0] == "form-js form asked 1.0.0"
    assert [row[0] for row in shown.rows[1:]] == ["n", "c", "items", "items[].name"]
    assert "required, max 9" in shown.out
    assert 'one of "red"' in shown.out
    refused = shell("start", "Formed", "--var", "n=10")
    assert (refused.code, "n: it must be at most 9" in refused.err) == (1, True)
    ((instance, *_),) = shell("start", "Formed").rows
    task = shell("tasks", "--view", "all", "--instance", instance, "--json").json[0]["id"]
    assert "'elsewhere' is not deployed" in shell("form", task).out
    assert shell("form", task, "--json").json["kind"] == "external"
    assert shell("form", "--start", "Nothing").code == 1


def test_forms_are_checked_without_a_server(shell: Shell, tmp_path: Path) -> None:
    process, form, broken = (tmp_path / name for name in ("formed.bpmn", "asked.form", "broken.form"))
    process.write_text(FORMED)
    form.write_text(json.dumps(FORM))
    broken.write_text('{\n"components": [\n{"type": "textfield", "key": "x", "conditional": {"hide": "=a +"}}]}')
    told = shell("lint", process, form, "--strict")
    assert (told.code, "'elsewhere' is not among the files" in told.out, "'asked'" in told.out) == (1, True, False)
    told = shell("lint", broken)
    assert (told.code, "broken.form:3: fault formExpression: x:" in told.out) == (1, True)


def test_the_examples_come_with_the_program(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "order.bpmn").write_text("mine")
    written = shell("examples", tmp_path, "--json").json
    assert f"{tmp_path}/leave-approval.bpmn" in written
    assert f"{tmp_path}/order.bpmn" not in written
    assert (tmp_path / "order.bpmn").read_text() == "mine"
    assert shell("examples", tmp_path).out.startswith("0 files written to")
    assert {file.name for file in EXAMPLES.iterdir()} == {file.name for file in tmp_path.iterdir() if file.is_file()}
