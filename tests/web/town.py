"""A small town of people and processes: what the pages are shown with, in tests and in pictures."""

from pathlib import Path
from typing import Any, Final

from andante.people import Accounts
from andante.runtime import Runtime, TaskQuery, TestClock

START: Final = 1_767_258_000_000  # 2026-01-01T09:00:00Z
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
PASSWORD: Final = "walking pace"

PERSONS: Final[dict[str, dict[str, Any]]] = {
    "mei": {
        "roles": ["operator", "user"],
        "groups": ["managers", "engineers", "legal"],
        "queues": ["personnel", "service-desk"],
    },
    "tom": {"roles": ["user"], "groups": ["finance"]},
}
STUCK: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test">
  <process id="Invoice" name="Invoice" isExecutable="true">
    <startEvent id="received" name="Invoice received"/>
    <exclusiveGateway id="currency" name="Which currency?"/>
    <endEvent id="euro" name="Booked in euro"/>
    <endEvent id="franc" name="Booked in francs"/>
    <sequenceFlow id="f1" sourceRef="received" targetRef="currency"/>
    <sequenceFlow id="f2" sourceRef="currency" targetRef="euro">
      <conditionExpression>=currency = "EUR"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f3" sourceRef="currency" targetRef="franc">
      <conditionExpression>=currency = "CHF"</conditionExpression></sequenceFlow>
  </process>
</definitions>"""


FORM: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    targetNamespace="http://test">
  <process id="Trip" name="Business trip" isExecutable="true">
    <startEvent id="asked"><extensionElements><camunda:formData>
      <camunda:formField id="purpose" label="What for" type="string"><camunda:validation>
        <camunda:constraint name="required"/></camunda:validation></camunda:formField>
      <camunda:formField id="by" label="How to travel" type="enum" defaultValue="train"><camunda:value id="train"
        name="By train"/><camunda:value id="car" name="By car"/><camunda:value id="plane" name="By plane"/>
      </camunda:formField>
      <camunda:formField id="leaves" label="First day" type="date"/>
      <camunda:formField id="nights" label="Nights" type="long" defaultValue="2"/>
      <camunda:formField id="budget" label="Budget in euro" type="double"/>
      <camunda:formField id="abroad" label="Leaves the country" type="boolean"/>
    </camunda:formData></extensionElements></startEvent>
    <userTask id="check" name="Check the trip"><extensionElements><camunda:formData>
      <camunda:formField id="purpose" label="What for" type="string"><camunda:validation>
        <camunda:constraint name="readonly"/></camunda:validation></camunda:formField>
      <camunda:formField id="abroad" label="Leaves the country" type="boolean"><camunda:validation>
        <camunda:constraint name="readonly"/></camunda:validation></camunda:formField>
      <camunda:formField id="by" label="How to travel" type="enum"><camunda:value id="train"
        name="By train"/><camunda:value id="car" name="By car"/></camunda:formField>
      <camunda:formField id="leaves" label="First day" type="date"/>
      <camunda:formField id="nights" label="Nights" type="long"><camunda:validation>
        <camunda:constraint name="required"/></camunda:validation></camunda:formField>
      <camunda:formField id="insured" label="Insurance is booked" type="boolean"/>
      <camunda:formField id="remark" type="string"/>
    </camunda:formData></extensionElements></userTask>
    <endEvent id="done"/>
    <sequenceFlow id="f1" sourceRef="asked" targetRef="check"/>
    <sequenceFlow id="f2" sourceRef="check" targetRef="done"/>
  </process>
</definitions>"""


async def add_people(accounts: Accounts) -> None:
    for name, rights in PERSONS.items():
        await accounts.add_person(name, password=PASSWORD, **rights)


async def deploy(runtime: Runtime, *names: str) -> list[str]:
    return [(await runtime.deploy_xml((EXAMPLES / name).read_bytes(), who="mei")).id for name in names]


async def settle(runtime: Runtime, clock: TestClock) -> dict[str, str]:
    """A day and a half of work: instances in every state. Ids of some by a word."""
    found: dict[str, str] = {}
    await deploy(
        runtime,
        "leave-approval.bpmn",
        "expense-approval.bpmn",
        "incident-sla.bpmn",
        "order.bpmn",
        "parallel-review.bpmn",
        "leave-days.dmn",
    )
    await runtime.deploy_xml(STUCK, who="mei")
    await runtime.deploy_xml(FORM, who="mei")

    async def start(name: str, who: str = "tom", key: str = "", **variables: object) -> str:
        record = await runtime.start(name, variables=variables, who=who, business_key=key)
        return record.id

    async def complete(instance: str, outcome: str = "", who: str = "mei", **variables: object) -> None:
        page = await runtime.tasks(TaskQuery(everything=True, instance_id=instance))
        task = page.items[0]
        await runtime.task_action(task.id, "complete", who=who, outcome=outcome, variables=variables)

    async def wait(ms: int) -> None:
        clock.set(clock.now() + ms)
        await runtime.run_due()

    for employee, first, last in (("Anna", "2026-02-02", "2026-02-06"), ("Bilal", "2026-03-09", "2026-03-13")):
        found[f"leave of {employee}"] = await start(
            "LeaveApproval", key=f"L-{employee[:1]}26", employee=employee, firstDay=first, lastDay=last, manager=""
        )
    found["late"] = await start("Incident", key="INC-4711", title="Mail does not arrive", severity=1)
    await wait(25 * MINUTE)
    found["sorted"] = await start("Incident", key="INC-4712", title="Printer on floor 3 is out of paper", severity=3)
    found["done"] = await start("LeaveApproval", key="L-C26", employee="Chiara", manager="mei")
    await wait(7 * MINUTE)
    await complete(found["sorted"], "unknown")
    await complete(found["done"], "approved", comment="Enjoy the mountains")
    await wait(4 * MINUTE)
    await complete(found["done"])
    found["order"] = await start(
        "Order", key="SO-1001", orderId="SO-1001", customer="Petit & Fils", lines=[{"sku": "A1", "qty": 3}]
    )
    found["review"] = await start("ParallelReview", key="C-88", amount=12_500)
    found["small"] = await start("ParallelReview", key="C-89", amount=0)
    found["broken"] = await start("Invoice", key="INV-9", amount=100, currency="USD")
    found["trip"] = await start(
        "Trip", key="T-7", purpose="Talk in Lyon", by="plane", leaves="2026-03-02", nights=2, budget=800.5, abroad=True
    )
    await wait(64 * MINUTE)
    found["expense"] = await start(
        "ExpenseApproval", employee="Dana", key="EX-17",
        items=[{"text": "Train to Lyon", "amount": 184.5}, {"text": "Hotel, two nights", "amount": 312}],
    )  # fmt: skip
    found["suspended"] = await start("Incident", key="INC-4713", title="Door badge lost", severity=2)
    await runtime.act(found["suspended"], "suspend", who="mei", reason="waiting for the landlord")
    found["terminated"] = await start("LeaveApproval", key="L-E26", employee="Emil", manager="")
    await wait(3 * MINUTE)
    await runtime.act(found["terminated"], "terminate", who="mei", reason="entered twice")
    page = await runtime.tasks(TaskQuery(everything=True, instance_id=found["leave of Anna"]))
    await runtime.task_action(page.items[0].id, "claim", who="mei")
    await runtime.task_action(
        page.items[0].id, "comment", who="mei", text="Asked the team whether the week is covered."
    )
    await wait(HOUR)
    return found
