"""DMN over HTTP: deployed, versioned, listed, read, evaluated, deleted."""

from house import Answer, House

DISH = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="menu" name="Menu" namespace="http://test">
  <inputData id="day_data" name="day"><variable name="day" typeRef="date"/></inputData>
  <decision id="season" name="The Season">
    <variable name="The Season" typeRef="string"/>
    <informationRequirement><requiredInput href="#day_data"/></informationRequirement>
    <literalExpression><text>if day.month &lt; 7 then "Spring" else "Fall"</text></literalExpression>
  </decision>
  <decision id="dish" name="The Dish">
    <variable name="The Dish" typeRef="string"/>
    <informationRequirement><requiredDecision href="#season"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input label="Season"><inputExpression typeRef="string"><text>The Season</text></inputExpression></input>
      <input label="Guests"><inputExpression typeRef="number"><text>guests</text></inputExpression></input>
      <output name="dish" typeRef="string"/>
      <rule id="r1"><inputEntry><text>"Fall"</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <outputEntry><text>"Stew"</text></outputEntry></rule>
      <rule id="r2"><inputEntry><text>"Spring"</text></inputEntry><inputEntry><text>&lt;= 4</text></inputEntry>
        <outputEntry><text>"Steak"</text></outputEntry></rule>
      <rule id="r3"><inputEntry><text>"Spring"</text></inputEntry><inputEntry><text>[4..8]</text></inputEntry>
        <outputEntry><text>"Salad"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <businessKnowledgeModel id="half" name="half">
    <variable name="half"/>
    <encapsulatedLogic><formalParameter name="n" typeRef="number"/>
      <literalExpression><text>n / 2</text></literalExpression></encapsulatedLogic>
  </businessKnowledgeModel>
</definitions>"""


async def sent(house: House, xml: bytes) -> Answer:
    headers = {"content-type": "application/xml"}
    return await house.ada.call("POST", "/metadata/definitions", content=xml, headers=headers)


async def test_a_dmn_file_is_deployed_as_definitions(house: House) -> None:
    made = await house.ada.deploy(DISH)
    assert list(made["ids"]) == ["season", "dish", "half"]
    assert made["id"] == made["ids"]["season"]
    assert made["warnings"] == []
    again = await house.ada.deploy(DISH)
    assert again["ids"] == made["ids"]

    (found,) = (await house.oda.get("/metadata/definitions", name="dish")).result
    assert (found["id"], found["label"], found["version"], found["active"], found["status"]) == (
        made["ids"]["dish"], "The Dish", "1.0.0", True, "Pass",
    )  # fmt: skip
    assert found["config"] == '{"kind":"dmn","element":"decision","namespace":"http://test"}'
    read = (await house.oda.get(f"/metadata/definitions/{found['id']}")).result
    assert (read["kind"], read["name"]) == ("dmn", "dish")
    xml = await house.oda.get(f"/metadata/definitions/{found['id']}/xml")
    assert xml.response.content == DISH


async def test_versions_of_a_decision(house: House) -> None:
    first = await house.ada.deploy(DISH)
    second = await house.ada.deploy(DISH.replace(b'"Stew"', b'"Soup"'))
    body = {"decision": "dish", "context": {"day": "2026-10-01", "guests": 3}}

    async def decided(**more: object) -> object:
        return (await house.oda.post("/runtime/decisions/evaluate", {**body, **more})).result["value"]

    assert await decided() == "Soup"
    assert await decided(version="1.0.0") == await decided(version="1") == "Stew"
    assert await decided(version="2") == "Soup"
    assert await decided(definition=first["ids"]["dish"]) == "Stew"
    await house.ada.put(f"/metadata/definitions/{first['ids']['dish']}", {"action": "activate"})
    assert await decided() == "Stew"
    assert await decided(decision="The Dish") == "Stew"
    await house.ada.deploy(DISH.replace(b'"Stew"', b'"Soup"'))
    assert await decided() == "Soup"
    gone = await house.ada.delete(f"/metadata/definitions/{second['ids']['dish']}")
    assert gone.result == "1"
    refused = await house.oda.post("/runtime/decisions/evaluate", body)
    refused.refused(404, "bpm.decision.notFound", "no active version")


async def test_the_answer_tells_value_rules_tables_and_messages(house: House) -> None:
    made = await house.ada.deploy(DISH)
    body = {"decision": "dish", "context": {"day": "2026-03-01", "guests": 3}}
    assert (await house.oda.post("/runtime/decisions/evaluate", body)).result == {
        "value": "Steak",
        "feel": '"Steak"',
        "matched": [{"decision": "The Dish", "number": 2, "id": "r2"}],
        "tables": [
            {
                "decision": "The Dish",
                "inputs": [["Season", '"Spring"'], ["Guests", "3"]],
                "rules": [2],
                "outputs": [{"dish": "Steak"}],
            }
        ],
        "messages": [],
    }
    body = {"definition": made["id"], "decision": "half", "contextFeel": "{n: 0.3}"}
    answer = (await house.oda.post("/runtime/decisions/evaluate", body)).result
    assert (answer["value"], answer["feel"]) == (0.15, "0.15")
    body = {"definition": made["id"], "context": {"day": "soon"}}
    answer = (await house.oda.post("/runtime/decisions/evaluate", body)).result
    assert answer["messages"] == [
        "decision 'The Season': the input 'day' is \"soon\", which is no date; it counts as null"
    ]


async def test_faults_of_a_decision_name_the_place(house: House) -> None:
    await house.ada.deploy(DISH)
    body = {"decision": "dish", "context": {"day": "2026-03-01", "guests": 4}}
    answer = await house.oda.post("/runtime/decisions/evaluate", body)
    refusal = answer.refused(400, "bpm.decision.fault", "The decision 'The Dish': the rules 2, 3 match")
    assert refusal["details"][0]["decision"] == "The Dish"


async def test_what_is_asked_wrongly(house: House) -> None:
    made = await house.ada.deploy(DISH)
    path = "/runtime/decisions/evaluate"
    (await house.oda.post(path, {"decision": "gone"})).refused(404, "bpm.decision.notFound")
    (await house.oda.post(path, {"decision": "dish", "version": "9"})).refused(404, "bpm.decision.notFound")
    (await house.oda.post(path, {"definition": "gone"})).refused(404, "bpm.definition.notFound")
    (await house.oda.post(path, {"definition": made["id"], "decision": "gone"})).refused(404, "bpm.decision.notFound")
    (await house.oda.post(path, {"decision": "dish", "contextFeel": "{"})).refused(400, "bpm.expression.fault")
    (await house.oda.post(path, {"decision": "dish", "contextFeel": "1"})).refused(400, "astrozero.0002", "contextFeel")
    (await house.oda.post(path, {"decision": 1})).refused(400, "astrozero.0002", "decision")
    (await house.kim.post(path, {"decision": "dish"})).refused(403, "bpm.access.forbidden")


async def test_a_faulty_file_is_refused_with_its_lines(house: House) -> None:
    answer = await sent(house, DISH.replace(b"day.month", b"day.month ="))
    (finding,) = answer.refused(422, "bpm.model.refused", "line 7")["details"]
    assert (finding["code"], finding["line"]) == ("expression", 7)


async def test_processes_and_decisions_share_their_names(house: House) -> None:
    await house.ada.deploy(DISH)
    process = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="dish" '
        b'isExecutable="true"><startEvent id="a"/><endEvent id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/>'
        b"</process></definitions>"
    )
    answer = await sent(house, process)
    answer.refused(409, "bpm.definition.exists", "A decision is named 'dish' already")
    await house.ada.deploy(process.replace(b'"dish"', b'"other"'))
    answer = await sent(house, DISH.replace(b'id="dish"', b'id="other"'))
    answer.refused(409, "bpm.definition.exists", "A process is named 'other' already")


async def test_a_decision_is_no_process(house: House) -> None:
    made = await house.ada.deploy(DISH)
    answer = await house.oda.post("/runtime/instances", {"name": "dish"})
    answer.refused(404, "bpm.definition.notFound", "'dish' is a decision")
    path = f"/metadata/definitions/{made['id']}"
    (await house.ada.put(path, {"name": "dish", "label": "x"})).refused(400, "astrozero.0002", "is a decision")
    assert (await house.ada.put(path, {"action": "suspend"})).result["name"] == "season"
    assert (await house.ada.put(path, {"action": "deactivate"})).result["active"] is False


async def test_a_restarted_server_knows_its_decisions(house: House) -> None:
    await house.ada.deploy(DISH)
    house.runtime._definitions.decisions._models.clear()
    body = {"decision": "season", "context": {"day": "2026-03-01"}}
    assert (await house.oda.post("/runtime/decisions/evaluate", body)).result["value"] == "Spring"
