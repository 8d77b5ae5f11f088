"""The whole server, at hand for every test of this room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from house import House, house_at

APPROVAL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Approval" name="Approval" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="approve" name="Approve it" andante:candidateUsers="kim" andante:candidateGroups="managers"
      andante:outcomes="yes,no"/>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="approve"/>
    <sequenceFlow id="f2" sourceRef="approve" targetRef="finish"/>
  </process>
</definitions>""".encode()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_at(tmp_path) as house:
        yield house


@pytest.fixture
async def approval(house: House) -> str:
    """Deploys a process with one user task, offered to kim and the managers. Its definition id."""
    deployed = await house.ada.deploy(APPROVAL)
    definition_id: str = deployed["id"]
    return definition_id
