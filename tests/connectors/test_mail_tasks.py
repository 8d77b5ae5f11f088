"""Service tasks that send mail, in all three spellings, by a real mail server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from doing import incident, model, run, settled
from post_office import PostOffice

from andante.connectors import Connectors
from andante.notify.mail import Mail
from andante.notify.smtp import parse_smtp_url
from andante.runtime import Runtime, TaskQuery, TestClock

START = 1_767_258_000_000


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    await office.open()
    yield office
    await office.close()


@pytest.fixture
async def runtime(tmp_path: Path, office: PostOffice) -> AsyncIterator[Runtime]:
    made = await Runtime.open(f"sqlite:///{tmp_path}/a.db", clock=TestClock(START), timers=False)
    mail = Mail(parse_smtp_url(office.url), sender="Shop <shop@example.com>", clock=made.clock)
    async with Connectors(made, private=False, mail=mail):
        yield made
        made.end_waiting()
    await made.close()


def own(**inputs: str) -> bytes:
    mapped = "".join(f'<zeebe:input source="{text}" target="{name}"/>' for name, text in inputs.items())
    return model(
        '<serviceTask id="call"><extensionElements><zeebe:taskDefinition type="andante:mail" retries="2"/>'
        f"<zeebe:ioMapping>{mapped}</zeebe:ioMapping><zeebe:taskHeaders>"
        '<zeebe:header key="resultVariable" value="mail"/></zeebe:taskHeaders></extensionElements></serviceTask>'
    )


async def test_a_letter_with_all_that_it_may_have(runtime: Runtime, office: PostOffice) -> None:
    data = model(
        '<userTask id="look"/><serviceTask id="send"><extensionElements><zeebe:taskDefinition type="andante:mail"/>'
        '<zeebe:ioMapping><zeebe:input source="=customer" target="to"/>'
        '<zeebe:input source="=[&quot;Ben &lt;ben@example.com&gt;&quot;]" target="cc"/>'
        '<zeebe:input source="eve@example.com" target="bcc"/>'
        '<zeebe:input source="sales@example.com" target="replyTo"/>'
        '<zeebe:input source="=&quot;Bestellung &quot; + number + &quot; für Sie&quot;" target="subject"/>'
        '<zeebe:input source="It is on its way." target="text"/>'
        '<zeebe:input source="&lt;p&gt;It is on its way.&lt;/p&gt;" target="html"/>'
        '<zeebe:input source="bill.pdf" target="attachments"/></zeebe:ioMapping></extensionElements></serviceTask>'
        '<sequenceFlow id="f3" sourceRef="look" targetRef="send"/>'
    ).replace(b'targetRef="call"', b'targetRef="look"').replace(b'sourceRef="call"', b'sourceRef="send"')  # fmt: skip
    await runtime.deploy_xml(data, who="designer")
    started = await runtime.start("p", variables={"customer": "ann@example.com", "number": "7"}, who="anna")
    await runtime.attachments.add(started.id, 0, "bill.pdf", b"%PDF-1.7\n%%EOF", who="anna")
    (task,) = (await runtime.tasks(TaskQuery(everything=True, instance_id=started.id))).items
    await runtime.task_action(task.id, "complete", who="anna")
    await settled(runtime, started.id)
    assert sorted(address for address, _ in office.letters) == ["ann@example.com", "ben@example.com", "eve@example.com"]
    letter = office.letter("ann@example.com")
    assert letter["subject"] == "Bestellung 7 für Sie"
    assert (letter["from"], letter["reply-to"]) == ("Shop <shop@example.com>", "sales@example.com")
    assert (letter["to"], letter["cc"], letter["bcc"]) == ("ann@example.com", "Ben <ben@example.com>", None)
    (bill,) = letter.iter_attachments()
    assert (bill.get_filename(), bill.get_content_type(), bill.get_content()) == (
        "bill.pdf", "application/pdf", b"%PDF-1.7\n%%EOF",
    )  # fmt: skip
    html = letter.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>It is on its way.</p>"


async def test_a_mail_server_in_trouble_is_asked_again_with_the_same_message_id(
    runtime: Runtime, office: PostOffice
) -> None:
    office.refusing["ann@example.com"] = "451 not now"
    instance_id = await run(runtime, own(to="ann@example.com", subject="Hello", text="Hello"))
    assert not (await runtime.instance(instance_id)).incident
    office.refusing.clear()
    assert isinstance(runtime.clock, TestClock)
    runtime.clock.set(START + 3_600_000)
    runtime.jobs.announce()
    await settled(runtime, instance_id, lambda: False)
    (_, letter) = office.letters[0]
    mail = (await runtime.variables(instance_id))["mail"]
    assert mail == {"messageId": letter["message-id"], "refused": {}}
    assert letter["message-id"].startswith(f"<{instance_id}-")


async def test_who_is_refused_is_told_where_others_are_not(runtime: Runtime, office: PostOffice) -> None:
    office.refusing["old@example.com"] = "550 gone"
    sent = await run(runtime, own(to="ann@example.com, old@example.com", subject="Hello", text="Hello"))
    mail = (await runtime.variables(sent))["mail"]
    assert isinstance(mail, dict)
    assert mail["refused"] == {"old@example.com": "550 gone"}
    nobody = await run(runtime, own(to="old@example.com", subject="Hello", text="Hello"))
    assert "old@example.com refused (550)" in await incident(runtime, nobody)


REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({"subject": "=&quot;Hi\\r\\nBcc: eve@example.com&quot;"}, "subject: one line"),
    ({"to": "=&quot;ann@example.com\\nBcc: eve@example.com&quot;"}, "to: an address has no line breaks"),
    ({"replyTo": "=&quot;a@b.c\\r\\nX: y&quot;"}, "replyTo: an address has no line breaks"),
    ({"to": "Ann"}, "to: 'Ann' is no mail address"),
    ({"to": ""}, "to: there is no recipient"),
    ({"text": ""}, "text: the mail is empty"),
    ({"attachments": "bill.pdf"}, "the instance has no file 'bill.pdf'"),
    ({"subject": "={a: 1}"}, "subject: it should be a text"),
)


async def test_what_is_no_mail_is_refused(runtime: Runtime, office: PostOffice) -> None:
    for inputs, words in REFUSED:
        asked = {"to": "ann@example.com", "subject": "Hello", "text": "Hello", **inputs}
        assert words in await incident(runtime, await run(runtime, own(**asked)))
    assert office.letters == []


async def test_flowable_s_mail_task(runtime: Runtime, office: PostOffice) -> None:
    data = model(
        '<serviceTask id="call" flowable:type="mail"><extensionElements>'
        '<flowable:field name="to"><flowable:expression>${customer}</flowable:expression></flowable:field>'
        '<flowable:field name="from" stringValue="desk@example.com"/>'
        '<flowable:field name="subject" stringValue="Your order"/>'
        '<flowable:field name="htmlVar" stringValue="page"/>'
        '<flowable:field name="ignoreException" stringValue="true"/>'
        '<flowable:field name="exceptionVariableName" stringValue="why"/></extensionElements></serviceTask>'
    )
    instance_id = await run(runtime, data, customer="ann@example.com", page="<b>Thanks</b>")
    letter = office.letter("ann@example.com")
    assert (letter["subject"], letter["reply-to"]) == ("Your order", "desk@example.com")
    assert letter.get_content_type() == "text/html"
    assert (await runtime.instance(instance_id)).closed
    excused = await run(runtime, data, customer="nobody", page="<b>Thanks</b>")
    assert (await runtime.instance(excused)).closed
    assert "is no mail address" in str((await runtime.variables(excused))["why"])


async def test_camunda_7_s_mail_connector(runtime: Runtime, office: PostOffice) -> None:
    data = model(
        '<serviceTask id="call"><extensionElements><camunda:connector><camunda:inputOutput>'
        '<camunda:inputParameter name="to">${customer}</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">Your order ${number}</camunda:inputParameter>'
        '<camunda:inputParameter name="text">Thank you.</camunda:inputParameter>'
        "</camunda:inputOutput><camunda:connectorId>mail-send</camunda:connectorId></camunda:connector>"
        "</extensionElements></serviceTask>"
    )
    await run(runtime, data, customer="ann@example.com", number=7)
    letter = office.letter("ann@example.com")
    assert (letter["subject"], letter.get_content().strip()) == ("Your order 7", "Thank you.")


async def test_without_a_mail_server_other_engines_mail_tasks_are_a_worker_s(tmp_path: Path) -> None:
    runtime = await Runtime.open(f"sqlite:///{tmp_path}/b.db", clock=TestClock(START), timers=False)
    async with Connectors(runtime, private=False):
        told = await incident(runtime, await run(runtime, own(to="a@b.c", subject="Hello", text="Hello")))
        assert "its operator has set no smtp_url" in told
        await runtime.deploy_xml(model('<serviceTask id="call" flowable:type="mail"/>', "other"), who="designer")
        started = await runtime.start("other", who="anna")
        (job,) = await runtime.activate_jobs(["mail"], worker="postman")
        assert job.instance_id == started.id
        runtime.end_waiting()
    await runtime.close()
