"""Variables keep the types that Camunda 7 has, and are plain JSON to models."""

from typing import Any

import httpx
import pytest
from engine_rest import Rest, external, fresh, model, one_task
from hypothesis import given
from hypothesis import strategies as st
from typed_values import VALUES
from whole_server import SECRET

from andante.camunda.values import NOTE, inferred, read, written


def read_back(value: dict[str, Any]) -> dict[str, Any]:
    """What comes of it: the bytes of a file have an address of their own."""
    return {**value, "value": None} if value["type"] == "File" else value


@pytest.fixture
def started(rest: Rest) -> str:
    name = fresh("typed")
    rest.deploy((f"{name}.bpmn", one_task(name, name)))
    return rest.start(name, VALUES)


def test_every_type_comes_back_as_it_was(rest: Rest, started: str) -> None:
    assert rest.get(f"/process-instance/{started}/variables", deserializeValues="false") == {
        name: read_back(value) for name, value in VALUES.items()
    }
    thing = rest.get(f"/process-instance/{started}/variables/thing")
    assert thing["value"] == {"name": "Ann"}  # Camunda's default: objects as JSON
    assert rest.get(f"/process-instance/{started}/variables/paper/data") == b"Hello"
    assert rest.get(f"/process-instance/{started}/variables/bytes/data") == bytes([0, 1, 2])
    assert "no File" in rest.get(f"/process-instance/{started}/variables/text/data", 400)["message"]
    rest.get(f"/process-instance/{started}/variables/nothing", 404)


def test_to_models_and_to_andante_they_are_plain(rest: Rest, started: str) -> None:
    token = httpx.post(
        f"{rest.server}/baas/auth/v1.0/oauth2/token", data={"client_id": "admin", "client_secret": SECRET}
    ).json()["access_token"]
    path = f"{rest.server}/u-route/baas/bp/v2.0/runtime/instances/{started}/variables"
    plain = httpx.get(path, headers={"access-token": token}).json()["result"]
    assert plain["when"] == "2013-01-23T13:42:42.123+00:00"  # FEEL reads it so
    assert plain["json"] == {"a": [1, None]}
    assert plain["thing"] == {"name": "Ann"}
    assert plain["$type.thing"]["objectTypeName"] == "com.example.Person"
    assert "$type.text" not in plain


def test_a_type_goes_with_its_value(rest: Rest, started: str) -> None:
    path = f"/process-instance/{started}/variables"
    rest.put(f"{path}/long", {"value": 9})
    assert rest.get(f"{path}/long")["type"] == "Integer"
    rest.put(f"{path}/whole", {"value": 9, "type": "long"})
    assert rest.get(f"{path}/whole")["type"] == "Long"
    rest.post(path, {"modifications": {"fresh": {"value": "x"}}, "deletions": ["when"]}, 204)
    assert rest.get(f"{path}/fresh")["value"] == "x"
    assert rest.get(f"{path}/when") == {"type": "Null", "value": None, "valueInfo": {}}
    rest.delete(f"{path}/fresh")
    assert rest.get(f"{path}/fresh")["value"] is None
    uploaded = rest.http.post(f"{path}/scan/data", files={"data": ("a.png", b"\x89PNG")}, data={"valueType": "File"})
    assert uploaded.status_code == 204
    assert rest.get(f"{path}/scan")["valueInfo"]["filename"] == "a.png"
    assert rest.get(f"{path}/scan/data") == b"\x89PNG"


def test_what_an_output_mapping_sees_and_what_goes_beside_it(rest: Rest) -> None:
    key, topic = fresh("mapped"), fresh("mapped")
    inside = (
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:outputParameter name="total">${part + 1}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>"
    )
    rest.deploy((f"{key}.bpmn", one_task(key, topic, inside)))
    started = rest.start(key)
    (task,) = rest.fetch(topic)
    body = {"workerId": "w", "variables": {"open": {"value": "x"}}, "localVariables": {"part": {"value": 4}}}
    rest.post(f"/external-task/{task['id']}/complete", body, 204)
    assert rest.variables(started) == {"open": "x", "total": 5}  # as in Camunda 7; the local one is gone


def test_what_a_suspended_instance_is_told_is_kept_as_it_was_meant(rest: Rest) -> None:
    key, topic = fresh("kept"), fresh("kept")
    body = external("work", topic, (
        "<bpmn:extensionElements><camunda:inputOutput>"
        '<camunda:outputParameter name="total">${part + 1}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements>"
    ))  # fmt: skip
    rest.deploy((f"{key}.bpmn", model(key, body, ("start", "work"), ("work", "end"))))
    started = rest.start(key)
    (task,) = rest.fetch(topic)
    rest.put(f"/process-instance/{started}/suspended", {"suspended": True})
    said = {"workerId": "w", "variables": {"open": {"value": 1}}, "localVariables": {"part": {"value": 1}}}
    rest.post(f"/external-task/{task['id']}/complete", said, 204)
    assert rest.state(started) == "SUSPENDED"
    rest.put(f"/process-instance/{started}/suspended", {"suspended": False})
    assert rest.variables(started) == {"open": 1, "total": 2}
    assert rest.state(started) == "COMPLETED"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"value": "many", "type": "Integer"}, "should be a whole number"),
        ({"value": 2**31, "type": "Integer"}, "should be a whole number"),
        ({"value": True, "type": "Long"}, "should be a whole number"),
        ({"value": "x", "type": "Double"}, "should be a number"),
        ({"value": 1, "type": "Boolean"}, "should be true or false"),
        ({"value": 1, "type": "String"}, "should be a text"),
        ({"value": "tomorrow", "type": "Date"}, "should be a date-time"),
        ({"value": "{", "type": "Json"}, "should be JSON in a text"),
        ({"value": "no base", "type": "File"}, "should be bytes in Base64"),
        ({"value": 1, "type": "Decimal"}, "unsupported value type 'Decimal'"),
        ({"value": 1, "type": 5}, "type is a text"),
        ("bare", "a variable is an object"),
        (
            {"value": "rO0A", "type": "Object",
             "valueInfo": {"serializationDataFormat": "application/x-java-serialized-object"}},
            "not understood",
        ),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_type_is_refused(rest: Rest, started: str, value: Any, words: str) -> None:
    before = rest.get(f"/process-instance/{started}/variables")
    body = {"modifications": {"text": {"value": "changed"}, "wrong": value}}
    refused = rest.post(f"/process-instance/{started}/variables", body, 400)
    assert refused["type"] == "InvalidRequestException"
    assert "wrong" in refused["message"]
    assert words in refused["message"]
    assert rest.get(f"/process-instance/{started}/variables") == before


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(JSON)
def test_what_was_shown_can_be_sent_back(value: object) -> None:
    """Whatever a variable holds, its typed value gives the same value and type when it comes back."""
    shown = read({"x": value}, zone="UTC")
    stored = written(shown)
    assert stored["x"] == value
    assert type(stored["x"]) is type(value)
    assert read(stored, zone="UTC") == shown


@given(JSON, st.sampled_from(sorted(VALUES)))
def test_a_note_that_does_not_fit_is_not_believed(value: object, name: str) -> None:
    """A model may change a value whose type was noted: then its own look counts, and nothing breaks."""
    noted = written({"x": VALUES[name]})
    shown = read({"x": value, NOTE + "x": noted.get(NOTE + "x")}, zone="UTC")["x"]
    assert shown["type"] in (inferred(value), VALUES[name]["type"])
