"""Operators move tokens and migrate instances over HTTP; what is refused changes nothing."""

from itertools import pairwise

from house import House, Person

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"'
    ' targetNamespace="t"><process id="Live" isExecutable="true"><startEvent id="start"/><endEvent id="end"/>'
)
TASK = '<userTask id="{0}" name="{1}" andante:candidateUsers="kim"/>'


def process(*tasks: tuple[str, str]) -> bytes:
    ids = ["start", *(id for id, _ in tasks), "end"]
    flows = "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids))
    return f"{HEAD}{''.join(TASK.format(*task) for task in tasks)}{flows}</process></definitions>".encode()


ONE = process(("ask", "Ask"), ("do", "Do"))
TWO = process(("look", "Look"), ("ask", "Ask"), ("check", "Check"), ("act", "Act"))


async def test_a_token_is_moved(house: House) -> None:
    await house.ada.deploy(ONE)
    made = await house.zoe.start("Live")
    path = f"/runtime/instances/{made['id']}"
    body = {"action": "move", "from": "ask", "to": "do", "reason": "asked by telephone"}
    (await house.zoe.put(path, body)).refused(403, "bpm.access.forbidden")
    moved = (await house.oda.put(path, body)).result
    assert moved["nextElem"] == "do"
    assert [task["element"] for task in await house.kim.tasks()] == ["do"]
    (await house.oda.put(path, body)).refused(409, "bpm.instance.cannotMove", "Nothing stands")
    (await house.oda.put(path, {"action": "move", "from": "do"})).refused(400, "astrozero.0002", "to")
    detail = (await house.oda.get(path)).result
    (token,) = detail["tokens"]
    back = {"action": "move", "from": "do", "to": "ask", "token": token["token"]}
    assert (await house.oda.put(path, back)).result["nextElem"] == "ask"
    history = (await house.oda.get(f"{path}/history")).result["Recs"]
    (first, _) = [each for each in history if each["kind"] == "TokenMoved"]
    assert (first["element"], first["who"], first["data"]) == (
        "ask", "oda", {"to": "do", "reason": "asked by telephone"},
    )  # fmt: skip


async def test_several_moves_are_made_or_none(house: House) -> None:
    await house.ada.deploy(ONE)
    path = f"/runtime/instances/{(await house.zoe.start('Live'))['id']}"
    moves = [{"from": "ask"}, {"to": "do"}, {"to": "ask-do"}]
    body = {"action": "move", "moves": moves, "variables": {"n": 1}, "reason": "twice"}
    (await house.zoe.put(path, body)).refused(403, "bpm.access.forbidden")
    half = {**body, "moves": [*moves, {"from": "nowhere"}]}
    (await house.oda.put(path, half)).refused(409, "bpm.instance.cannotMove", "nowhere")
    assert (await house.oda.get(path)).result["nextElem"] == "ask"
    scopes = ["instance.act", "instance.actAny", "instance.readAny"]
    key = (await house.oda.post("/runtime/keys", {"name": "mover", "scopes": scopes})).result["key"]
    mover = Person(house.http, key)
    (await mover.put(path, body)).refused(403, "bpm.access.forbidden", "variables.set")
    assert (await mover.put(path, {**body, "variables": {}})).status == 200
    assert [each["element"] for each in (await house.oda.get(path)).result["tokens"]] == ["do", "do"]
    assert (await house.oda.put(path, {**body, "moves": [{"from": "do"}, {"to": "ask"}]})).status == 200
    assert (await house.oda.get(f"{path}/variables")).result == {"n": 1}
    (task,) = await house.kim.tasks()
    nothing_catches = {"action": "error", "code": "E", "text": "a scratch"}
    (await house.kim.put(f"/runtime/tasks/{task['id']}", nothing_catches)).refused(409, "bpm.task.notCaught")
    (await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "escalate"})).refused(400, "astrozero.0002", "code")


async def test_an_instance_goes_on_by_another_version(house: House) -> None:
    first = await house.ada.deploy(ONE, version="1")
    made = await house.zoe.start("Live")
    (task,) = await house.kim.tasks()
    second = await house.ada.deploy(TWO, version="2")
    path = f"/runtime/instances/{made['id']}"
    plan = (await house.oda.post(f"{path}/migration", {"version": "2"})).result
    assert plan == {
        "id": second["id"], "version": "2", "possible": True,
        "elements": [{"element": "ask", "to": "ask", "tokens": 1, "problem": ""}],
    }  # fmt: skip
    (await house.zoe.post(f"{path}/migration", {"version": "2"})).refused(403, "bpm.access.forbidden")
    (await house.oda.post(f"{path}/migration", {"version": "9"})).refused(404, "bpm.definition.notFound")
    body = {"action": "migrate", "version": "2", "reason": "the new rules"}
    (await house.zoe.put(path, body)).refused(403, "bpm.access.forbidden")
    (await house.oda.put(path, {"action": "migrate"})).refused(400, "astrozero.0002", "version")
    changed = (await house.oda.put(path, body)).result
    assert (changed["version"], changed["processDefID"]) == ("2", second["id"])
    (await house.oda.put(path, body)).refused(409, "bpm.instance.cannotMigrate", "already")
    (same,) = await house.kim.tasks()
    assert (same["id"], same["version"]) == (task["id"], "2")
    (await house.kim.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})).result  # noqa: B018
    assert [task["element"] for task in await house.kim.tasks()] == ["check"]

    history = (await house.oda.get(f"{path}/history")).result["Recs"]
    entered = [each["element"] for each in history if each["kind"] == "ElementEntered"]
    assert entered == ["start", "ask", "check"]
    (fact,) = [each for each in history if each["kind"] == "Migrated"]
    assert fact["data"] == {
        "definition_id": second["id"], "old": first["id"], "version": "2", "reason": "the new rules",
    }  # fmt: skip


async def test_what_does_not_map_is_told_and_refused(house: House) -> None:
    await house.ada.deploy(ONE, version="1")
    made = await house.zoe.start("Live")
    path = f"/runtime/instances/{made['id']}"
    await house.oda.put(path, {"action": "move", "from": "ask", "to": "do"})
    await house.oda.act(made["id"], "suspend")
    await house.ada.deploy(TWO, version="2")
    plan = (await house.oda.post(f"{path}/migration", {"version": "2"})).result
    assert (plan["possible"], plan["elements"][0]["to"]) == (False, "")
    assert "no such element" in plan["elements"][0]["problem"]
    body = {"action": "migrate", "version": "2"}
    (await house.oda.put(path, body)).refused(409, "bpm.instance.cannotMigrate", "'do'")
    (await house.oda.put(path, {**body, "map": {"do": "nowhere"}})).refused(400, "astrozero.0002", "nowhere")
    assert (await house.oda.put(path, {**body, "map": {"do": "act"}})).result["version"] == "2"
    await house.oda.act(made["id"], "resume")
    (task,) = await house.kim.tasks()
    assert task["element"] == "act"
