"""Approvals over HTTP: what a task offers to whom, how the vote stands, more signers, and ways back."""

import asyncio
from typing import Any

import pytest
from house import House, Person

XML = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Contract" isExecutable="true" andante:cancelable="true" andante:noCancelAfter="vote">
    <startEvent id="begin" name="Ask"/><sequenceFlow id="f1" sourceRef="begin" targetRef="draft"/>
    <userTask id="draft" name="Draft" andante:assignee="zoe" andante:actions="complete, comment"/>
    <sequenceFlow id="f2" sourceRef="draft" targetRef="vote"/>
    <userTask id="vote" name="Vote" andante:candidates="user:kim, user:lee, group:managers"
      andante:outcomes="approved, rejected"
      andante:actions="claim, approve, reject, delegate, resolve, addSigner, return">
      <extensionElements><andante:approval type="everyOne" voteThreshold="60" defaultOutcome="rejected"
        rejectOutcome="rejected"/></extensionElements>
    </userTask>
    <sequenceFlow id="f3" sourceRef="vote" targetRef="file"/>
    <userTask id="file" name="File it" andante:assignee="kim"/>
    <sequenceFlow id="f4" sourceRef="file" targetRef="end"/><endEvent id="end"/>
  </process>
</definitions>"""


@pytest.fixture
async def contract(house: House) -> House:
    await house.oda.deploy(XML.encode())
    return house


async def one(person: Person, instance: str) -> dict[str, Any]:
    """The person's only task of the instance, in full."""
    [task] = [task for task in await person.tasks() if task["instanceId"] == instance and task["assignee"] != "other"][
        :1
    ]
    found: dict[str, Any] = (await person.get(f"/runtime/tasks/{task['id']}")).result
    return found


async def do(person: Person, task: dict[str, Any], action: str, **more: object) -> dict[str, Any]:
    done: dict[str, Any] = (await person.put(f"/runtime/tasks/{task['id']}", {"action": action, **more})).result
    return done


async def voting(house: House) -> str:
    """An instance that waits for the votes."""
    made: dict[str, Any] = await house.zoe.start("Contract")
    await do(house.zoe, await one(house.zoe, made["id"]), "complete")
    return str(made["id"])


async def test_a_task_tells_what_may_be_done_with_it_and_by_whom(contract: House) -> None:
    made = await contract.zoe.start("Contract")
    draft = await one(contract.zoe, made["id"])
    assert (draft["actions"], draft["approval"], draft["returnTo"]) == (["complete", "comment", "remind"], None, [])
    by_operator = (await contract.oda.get(f"/runtime/tasks/{draft['id']}")).result
    assert by_operator["actions"] == ["comment", "delegate", "remind", "transfer", "unclaim"]
    refusal = await contract.zoe.put(f"/runtime/tasks/{draft['id']}", {"action": "transfer", "to": "kim"})
    refusal.refused(409, "bpm.task.action", "transfer", "complete, comment")
    await contract.oda.act(made["id"], "suspend")
    assert (await contract.zoe.get(f"/runtime/tasks/{draft['id']}")).result["actions"] == ["comment"]
    await contract.oda.act(made["id"], "resume")
    [listed] = await contract.zoe.tasks()
    assert listed["actions"] == ["complete", "comment"]
    assert (await do(contract.zoe, draft, "complete"))["actions"] == []


async def test_a_vote_from_the_first_answer_to_the_last(contract: House) -> None:
    instance = await voting(contract)
    vote = await one(contract.kim, instance)
    assert vote["actions"] == ["approve", "reject", "delegate", "addSigner", "return"]
    assert vote["approval"] == {
        "type": "everyOne", "total": 3, "voted": 0, "needed": {"approved": 2, "rejected": 2},
        "thresholds": {"approved": 60, "rejected": 60}, "defaultOutcome": "rejected", "terminatingActions": [],
        "approvers": vote["approval"]["approvers"], "votes": [],
    }  # fmt: skip
    assert [(each["who"], each["state"]) for each in vote["approval"]["approvers"]] == [
        (["user:kim"], "asked"), (["user:lee"], "asked"), (["group:managers"], "asked"),
    ]  # fmt: skip
    done = await do(contract.kim, vote, "reject", text="too dear")
    assert (done["state"], done["outcome"], done["endedBy"]) == ("completed", "rejected", "kim")
    theirs = await one(contract.lee, instance)
    assert theirs["approval"]["votes"] == [
        {"who": "kim", "outcome": "rejected", "at": "2026-01-01T09:00:00.000Z", "comment": "too dear",
         "automatic": "", "approver": ["user:kim"]},
    ]  # fmt: skip
    for task in await contract.lee.tasks():
        await do(contract.lee, task, "approve")
    variables = (await contract.oda.get(f"/runtime/instances/{instance}/variables")).result
    assert (variables["approval"]["outcome"], variables["approval"]["why"]) == ("approved", "threshold")
    detail = (await contract.oda.get(f"/runtime/instances/{instance}")).result
    assert detail["taskOutcome"] == "approved"


async def test_two_who_answer_at_once_decide_it_once(contract: House) -> None:
    instance = await voting(contract)
    kim_s = await one(contract.kim, instance)
    lee_s = await contract.lee.tasks()
    bodies = [(contract.kim, kim_s), *((contract.lee, task) for task in lee_s)]
    answers = await asyncio.gather(
        *(person.put(f"/runtime/tasks/{task['id']}", {"action": "approve"}) for person, task in bodies)
    )
    refused = [answer for answer in answers if answer.status != 200]
    assert [answer.json["resCode"] for answer in refused] == ["bpm.task.closed"]  # two of three are enough
    history = (await contract.oda.get(f"/runtime/instances/{instance}/history")).result["Recs"]
    assert [entry["kind"] for entry in history].count("ApprovalDecided") == 1
    assert [entry["kind"] for entry in history].count("VoteCast") == 2


async def test_more_signers(contract: House) -> None:
    instance = await voting(contract)
    vote = await one(contract.kim, instance)
    refusal = await contract.kim.put(f"/runtime/tasks/{vote['id']}", {"action": "addSigner", "to": ["nemo"]})
    refusal.refused(400, "bpm.task.signers", "nemo")
    answer = await contract.kim.put(
        f"/runtime/tasks/{vote['id']}", {"action": "addSigner", "to": "zoe", "mode": "later"}
    )
    answer.refused(400, "astrozero.0002", "mode")
    withdrawn = await do(contract.kim, vote, "addSigner", to=["zoe"], mode="before", text="you know them")
    assert (withdrawn["state"], withdrawn["outcome"], withdrawn["actions"]) == ("cancelled", "", [])
    assert await contract.kim.tasks() == []
    hers = await one(contract.zoe, instance)
    assert hers["approval"]["total"] == 4
    await do(contract.zoe, hers, "approve")
    assert (await one(contract.kim, instance))["approval"]["voted"] == 1


async def test_back_to_an_earlier_step_or_to_who_asked(contract: House) -> None:
    instance = await voting(contract)
    vote = await one(contract.kim, instance)
    assert vote["returnTo"] == [
        {"element": "initiator", "name": "Ask", "who": "zoe"}, {"element": "draft", "name": "Draft", "who": "zoe"},
    ]  # fmt: skip
    path = f"/runtime/tasks/{vote['id']}"
    (await contract.kim.put(path, {"action": "return", "to": "file"})).refused(409, "bpm.task.return", "draft")
    (await contract.kim.put(path, {"action": "return"})).refused(400, "astrozero.0002", "returnTo")
    gone = await do(contract.kim, vote, "return", to="draft", resume="direct", text="no price")
    assert (gone["state"], gone["endedAt"]) == ("cancelled", "2026-01-01T09:00:00.000Z")
    [again] = await contract.zoe.tasks()
    assert (again["name"], again["assignee"]) == ("Draft", "zoe")
    assert len(await contract.lee.tasks()) == 0
    await do(contract.zoe, again, "complete")
    assert len(await contract.lee.tasks()) == 2
    history = (await contract.oda.get(f"/runtime/instances/{instance}/history")).result["Recs"]
    [told] = [entry for entry in history if entry["kind"] == "TaskReturned"]
    assert (told["who"], told["element"]) == ("kim", "vote")
    assert told["data"] | {"task": 0} == {
        "comment": "no price", "direct": True, "target": "draft", "to": "zoe", "task": 0,
    }  # fmt: skip
    await do(contract.kim, await one(contract.kim, instance), "return", to="initiator")
    [hers] = await contract.zoe.tasks()
    assert (hers["element"], hers["name"]) == ("begin", "Ask")
    await do(contract.zoe, hers, "complete", variables={"price": 3})
    assert [task["element"] for task in await contract.zoe.tasks()] == ["draft"]


async def test_delegated_meanwhile_and_withdrawn(contract: House) -> None:
    instance = await voting(contract)
    vote = await one(contract.kim, instance)
    await do(contract.kim, vote, "delegate", to="zoe")
    theirs = (await contract.zoe.get(f"/runtime/tasks/{vote['id']}")).result
    assert theirs["actions"] == ["delegate", "resolve", "remind"]
    (await contract.zoe.act(instance, "withdraw"))  # the element vote is entered, not passed
    assert [task["state"] for task in await contract.kim.tasks(view="history")] == ["cancelled"]
    sent_back = await voting(contract)
    await do(contract.kim, await one(contract.kim, sent_back), "return", to="draft")
    await contract.zoe.act(sent_back, "withdraw")  # nor is it passed where it was sent back from
    late = await voting(contract)
    for person in (contract.kim, contract.lee):
        await do(person, await one(person, late), "approve")
    (await contract.zoe.put(f"/runtime/instances/{late}", {"action": "withdraw"})).refused(
        409, "bpm.instance.pastWithdrawal"
    )


async def test_an_instance_with_an_open_vote_is_deleted_whole(contract: House) -> None:
    instance = await voting(contract)
    (await contract.ada.delete(f"/runtime/instances/{instance}", force="true"))
    assert await contract.kim.tasks() == []
    assert await contract.lee.tasks(view="history") == []
