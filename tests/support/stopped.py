"""A process that stops at two places: at "a" and "b", which are done as often as `n` and `m` say."""

from typing import Final


def _many(id: str, count: str) -> str:
    text = f"<loopCardinality>{count}</loopCardinality>"
    loop = f"<multiInstanceLoopCharacteristics>{text}</multiInstanceLoopCharacteristics>"
    return f'<userTask id="{id}" name="Task {id.upper()}">{loop}</userTask>'


TWICE: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test">
  <process id="Twice" name="Stops twice" isExecutable="true">
    <startEvent id="start"/><parallelGateway id="fork"/><endEvent id="end"/><endEvent id="other"/>
    {_many("a", "n")}{_many("b", "m")}
    <sequenceFlow id="f1" sourceRef="start" targetRef="fork"/><sequenceFlow id="f2" sourceRef="fork" targetRef="a"/>
    <sequenceFlow id="f3" sourceRef="fork" targetRef="b"/><sequenceFlow id="f4" sourceRef="a" targetRef="end"/>
    <sequenceFlow id="f5" sourceRef="b" targetRef="other"/>
  </process>
</definitions>""".encode()
