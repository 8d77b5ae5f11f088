for version in 1.0.0 2.0.0; do
    book=bookTrip
    [ $version = 2.0.0 ] && book=bookJourney
    cat >trip.bpmn <<EOF
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="urn:given">
  <process id="Trip" isExecutable="true" andante:version="$version">
    <startEvent id="a"/><sequenceFlow id="b" sourceRef="a" targetRef="$book"/><userTask id="$book"/>
    <sequenceFlow id="c" sourceRef="$book" targetRef="reportTrip"/><userTask id="reportTrip"/>
    <sequenceFlow id="d" sourceRef="reportTrip" targetRef="e"/><endEvent id="e"/>
  </process>
</definitions>
EOF
    andante deploy trip.bpmn
done
ID=$(andante start Trip --version 1.0.0 | awk 'END {print $1}')
