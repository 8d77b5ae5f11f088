for name in ann lea; do andante person add $name --group legal; done
REVIEW='<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="urn:given"><process id="GivenReview" isExecutable="true"><startEvent id="a"/><sequenceFlow id="b" sourceRef="a" targetRef="c"/><userTask id="c" name="Review" andante:assignee="admin" andante:outcomes="approved, rejected" andante:actions="approve, reject, addSigner, return"><extensionElements><andante:approval type="anyOne" approveOutcome="approved" rejectOutcome="rejected"/></extensionElements></userTask><sequenceFlow id="d" sourceRef="c" targetRef="e"/><endEvent id="e"/></process></definitions>'
echo "$REVIEW" >review.bpmn
andante deploy review.bpmn
TASK=$(andante tasks --instance $(andante start GivenReview | awk 'END {print $1}') | awk 'END {print $1}')
OTHER=$(andante tasks --instance $(andante start GivenReview | awk 'END {print $1}') | awk 'END {print $1}')
