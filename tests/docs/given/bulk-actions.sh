for name in kim lee; do andante person add $name 2>/dev/null || true; done
andante queues add claims 2>/dev/null || true
for version in 1.0.0 1.1.0 2.0.0; do
    first=Check second=Pay
    [ $version = 2.0.0 ] && first=Review second=Settle
    cat >invoice.bpmn <<EOF
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="urn:given">
  <process id="Invoice" isExecutable="true" andante:version="$version">
    <startEvent id="a"/><sequenceFlow id="b" sourceRef="a" targetRef="$first"/><userTask id="$first" andante:assignee="kim"/>
    <sequenceFlow id="c" sourceRef="$first" targetRef="$second"/><userTask id="$second"/>
    <sequenceFlow id="d" sourceRef="$second" targetRef="e"/><endEvent id="e"/>
  </process>
</definitions>
EOF
    andante deploy invoice.bpmn
done
andante start Invoice --version 1.0.0
BATCH=$(andante batch start suspend --query name=Invoice --reason given --json | sed -n 's/.*"id": "\(batch-[^"]*\)".*/\1/p' | head -1)
OTHER=$BATCH
