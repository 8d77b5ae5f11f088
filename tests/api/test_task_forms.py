"""A task whose model describes its form tells the fields to those who show it."""

from house import House

FORM = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t"><process id="Form" isExecutable="true">
 <startEvent id="start"/><userTask id="fill" camunda:candidateUsers="kim"><extensionElements><camunda:formData>
  <camunda:formField id="sum" label="Sum" type="long" defaultValue="${count * 2}">
   <camunda:validation><camunda:constraint name="required"/></camunda:validation></camunda:formField>
  <camunda:formField id="count" type="long" defaultValue="7"/>
  <camunda:formField id="bad" type="string" defaultValue="${missing}"/>
 </camunda:formData></extensionElements></userTask><endEvent id="end"/>
 <sequenceFlow id="f" sourceRef="start" targetRef="fill"/><sequenceFlow id="g" sourceRef="fill" targetRef="end"/>
</process></definitions>"""


async def test_the_fields_of_a_form(house: House) -> None:
    await house.ada.deploy(FORM)
    await house.zoe.start("Form", count=3)
    (task,) = await house.kim.tasks()
    assert "formFields" not in task
    read = (await house.kim.get(f"/runtime/tasks/{task['id']}")).result
    assert {name: read[name] for name in task} == task
    assert read["formFields"][0] == {
        "name": "sum", "type": "long", "label": "Sum", "value": 6, "required": True, "readOnly": False, "choices": {},
    }  # fmt: skip
    assert [(f["name"], f["value"]) for f in read["formFields"][1:]] == [("count", 3), ("bad", None)]
