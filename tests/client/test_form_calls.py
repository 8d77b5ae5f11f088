"""Forms, by both clients."""

import pytest
from desk import Hands, straight

from andante.client import Refused

FORM = b'{"components": [{"type": "number", "key": "n", "label": "N", "validate": {"required": true}}]}'


def test_forms(hands: Hands) -> None:
    name, process = f"ask{hands.kind}", f"Asking{hands.kind}"
    form = hands.deploy_form(FORM, name=name)
    assert form.ids == {name: form.id}
    assert hands.deploy_form(FORM, name=name, activate=False).id == form.id
    task = f'<userTask id="work" andante:candidateGroups="managers" andante:form="{name}"/>'
    deployed = hands.deploy_xml(straight(process, task))
    assert hands.start_form(deployed.id).kind == "none"
    started = hands.start(process, {"n": 3})
    (open_task,) = hands.tasks("all", instance_id=started.id).items
    shown = hands.task_form(open_task.id)
    assert (shown.kind, shown.key, shown.version, shown.data) == ("form-js", name, "1.0.0", {"n": 3})
    (field,) = shown.fields
    assert (field.key, field.type, field.required, field.read_only, field.value) == ("n", "number", True, False, 3)
    with pytest.raises(Refused) as refused:
        hands.task_action(open_task.id, "complete", variables={"n": "x"})
    assert refused.value.code == "bpm.form.invalid"
    assert refused.value.details == [{"field": "n", "code": "type", "message": "it must be a number"}]
