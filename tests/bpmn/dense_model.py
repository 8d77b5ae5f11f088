"""One model with what seldom comes together: data, correlation keys, message flows, global tasks, an import."""

from modelling import SPACES, flow

BPMN_SPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
COMMON = (
    f'<definitions {SPACES} id="D" targetNamespace="urn:common"><message id="Ask" name="ask"/><signal id="S" name="s"/>'
    '<globalUserTask id="Look" name="Look at it"/></definitions>'
).encode()
DENSE = (
    f"""<definitions {SPACES} xmlns:c="urn:common" id="D" targetNamespace="urn:rich">
<import importType="{BPMN_SPACE}" location="common.bpmn" namespace="urn:common"/>
<message id="Answer" name="answer"/>
<correlationProperty id="order" name="order"><correlationPropertyRetrievalExpression messageRef="Answer">
<messagePath>order.id</messagePath></correlationPropertyRetrievalExpression><correlationPropertyRetrievalExpression
messageRef="c:Ask"><messagePath>id</messagePath></correlationPropertyRetrievalExpression></correlationProperty>
<collaboration id="C"><correlationKey id="K"><correlationPropertyRef>order</correlationPropertyRef></correlationKey>
<messageFlow id="mf" name="later" sourceRef="pool" targetRef="more"/></collaboration>
<dataStore id="stock" name="Stock"/>
<globalScriptTask id="Sum" scriptLanguage="feel"><script>1 + 1</script></globalScriptTask>
<process id="P" isExecutable="true">
<ioSpecification><dataInput id="pin" name="amount"/><inputSet><dataInputRefs>pin</dataInputRefs></inputSet><outputSet/>
</ioSpecification>
<property id="note" name="note"/><dataObject id="o" name="orders" isCollection="true"/>
<dataObjectReference id="ref" name="orders" dataObjectRef="o"/><dataStoreReference id="sr" dataStoreRef="stock"/>
<correlationSubscription id="cs" correlationKeyRef="K"><correlationPropertyBinding correlationPropertyRef="order">
<dataPath>number</dataPath></correlationPropertyBinding></correlationSubscription>
<startEvent id="start"/>
<serviceTask id="pay" andante:type="pay"><ioSpecification>
<dataInput id="din" name="sum"/><dataInput id="all" name="all"/>
<dataOutput id="dout" name="receipt"/></ioSpecification>
<dataInputAssociation><sourceRef>ref</sourceRef><targetRef>all</targetRef></dataInputAssociation>
<dataInputAssociation><sourceRef>pin</sourceRef><targetRef>din</targetRef><transformation>amount * 2</transformation>
</dataInputAssociation>
<dataOutputAssociation><sourceRef>dout</sourceRef><targetRef>item</targetRef></dataOutputAssociation>
<dataOutputAssociation><sourceRef>dout</sourceRef><targetRef>sr</targetRef></dataOutputAssociation>
<dataOutputAssociation><assignment><from>sum + 1</from><to>note</to></assignment></dataOutputAssociation>
<multiInstanceLoopCharacteristics><loopDataInputRef>all</loopDataInputRef><loopDataOutputRef>ref</loopDataOutputRef>
<inputDataItem id="one" name="one"/><outputDataItem id="item"/></multiInstanceLoopCharacteristics></serviceTask>
<intermediateThrowEvent id="ask"><dataInput id="i" name="id"/><dataInputAssociation><sourceRef>note</sourceRef>
<targetRef>i</targetRef></dataInputAssociation><messageEventDefinition messageRef="c:Ask"/></intermediateThrowEvent>
<intermediateCatchEvent id="answer"><messageEventDefinition messageRef="Answer"/></intermediateCatchEvent>
<receiveTask id="more"/><callActivity id="call" calledElement="c:Look"/>
<subProcess id="sub"><dataObject id="inner" name="inner"/><userTask id="u"/></subProcess><endEvent id="end"/>
"""
    + "".join(flow(a, b) for a, b in [
        ("start", "pay"), ("pay", "ask"), ("ask", "answer"), ("answer", "more"), ("more", "call"), ("call", "sub"),
        ("sub", "end"),
    ])
    + "</process></definitions>"
)  # fmt: skip
