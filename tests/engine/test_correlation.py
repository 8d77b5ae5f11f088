"""Correlation by keys and properties (BPMN 2.0.2 section 8.4.2): a message finds the instance that it is for."""

from drawing import drawn, event, paths, tasks

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import PublishMessage
from andante.testing import Scenario

MESSAGES = '<message id="Ask" name="ask"/><message id="Answer" name="answer"/><message id="Stop" name="stop"/>'


def prop(id: str, name: str, **paths: str) -> str:
    """A property, and for each message where in it the property is."""
    read = "".join(
        f'<correlationPropertyRetrievalExpression messageRef="{message}"><messagePath>{path}</messagePath>'
        "</correlationPropertyRetrievalExpression>"
        for message, path in paths.items()
    )
    return f'<correlationProperty id="{id}" name="{name}">{read}</correlationProperty>'


def key(*properties: str) -> str:
    refs = "".join(f"<correlationPropertyRef>{id}</correlationPropertyRef>" for id in properties)
    return f'<collaboration id="C"><correlationKey id="K" name="k">{refs}</correlationKey></collaboration>'


def bound(**paths: str) -> str:
    """The process subscribes to the key; each property is there in its data."""
    bindings = "".join(
        f'<correlationPropertyBinding correlationPropertyRef="{id}"><dataPath>{path}</dataPath>'
        "</correlationPropertyBinding>"
        for id, path in paths.items()
    )
    return f'<correlationSubscription id="S" correlationKeyRef="K">{bindings}</correlationSubscription>'


def on(message: str) -> str:
    return f'<messageEventDefinition messageRef="{message}"/>'


ORDER = prop("order", "order id", Ask="request.id", Answer="${orderNumber}", Stop="nr")


def waiting(process: str = "", *, roots: str = ORDER + key("order")) -> ProcessGraph:
    return drawn(
        process, event("start", "start"), event("catch", "wait", on("Answer")), event("end", "end"),
        paths("start wait end"), roots=MESSAGES + roots,
    )  # fmt: skip


def test_a_bound_property_says_what_the_process_waits_for() -> None:
    run = Scenario(waiting(bound(order="customer.order"))).start({"customer": {"order": 7}})
    assert [wait.correlation for wait in run.instance.subscriptions.values()] == ["7"]
    run.message("answer", orderNumber=8).message("answer", other=7).then(at=["wait"])
    assert run.last.answer is False
    run.message("answer", orderNumber=7, note="yes").then(state="Completed OK", variables={"note": "yes"})


def test_a_key_that_the_caller_names_counts_alone() -> None:
    graph = waiting(bound(order="n"))
    Scenario(graph).given(n=7).message("answer", correlation={"order": 8}, orderNumber=7).then(at=["wait"])
    Scenario(graph).given(n=7).message("answer", correlation={"order": 7}).then(state="Completed OK")
    Scenario(graph).given(n=7).message("answer", business_key="7").then(state="Completed OK")


def test_a_bound_property_that_is_null_is_an_incident() -> None:
    run = Scenario(waiting(bound(order="n"))).start({"n": None}).then(incidents=["correlation"])
    run.when(cmd.SetVariables({"n": 1})).retry().message("answer", orderNumber=1).then(state="Completed OK")


def test_what_arrives_while_it_is_suspended_is_kept_if_it_matches() -> None:
    run = Scenario(waiting(bound(order="n"))).given(n=7).suspend()
    run.message("answer", orderNumber=8).message("answer", orderNumber=7).then(at=["wait"])
    assert len(run.instance.parked) == 1
    run.resume().then(state="Completed OK")
    ended = Scenario(waiting(bound(order="n"))).given(n=7).terminate().message("answer", orderNumber=7)
    assert not ended.last.answer


def test_the_message_that_starts_a_conversation_sets_its_key() -> None:
    graph = drawn(
        event("start", "start", on("Ask")), tasks("think"), event("boundary", "stopped", on("Stop"),
        'attachedToRef="think"'), event("end", "end"), paths("start think end", "stopped end"),
        roots=MESSAGES + ORDER + key("order"),
    )  # fmt: skip
    run = Scenario(graph).start({"request": {"id": "A"}}, at="start").then(variables={"order id": "A"})
    run.message("stop", nr="B").then(at=["think"]).message("stop", nr="A").then(state="Completed OK")


def test_the_message_that_is_sent_first_sets_the_key() -> None:
    send = (
        '<sendTask id="send" messageRef="Ask"><extensionElements><andante:input target="request" '
        'source="={id: number}"/></extensionElements></sendTask>'
    )
    graph = drawn(
        event("start", "start"), send, event("catch", "wait", on("Answer")), event("end", "end"),
        paths("start send wait end"), roots=MESSAGES + ORDER + key("order"),
    )  # fmt: skip
    run = Scenario(graph).given(number=5).then(at=["wait"], variables={"order id": 5})
    (sent,) = run.asked(PublishMessage)
    assert (sent.business_key, sent.variables) == ("5", {"request": {"id": 5}})
    run.message("answer", orderNumber=6).then(at=["wait"])
    run.message("answer", orderNumber=5).then(state="Completed OK")


def test_until_a_message_has_set_the_key_any_opens_the_conversation() -> None:
    run = Scenario(waiting()).start().message("answer", orderNumber=3)
    run.then(state="Completed OK", variables={"order id": 3, "orderNumber": 3})
    assert [fact.name for fact in run.facts(ev.MessageReceived)] == ["answer"]


def test_a_key_of_several_properties_must_match_in_all() -> None:
    roots = prop("a", "a", Answer="a") + prop("b", "b", Answer="b") + key("a", "b")
    run = Scenario(waiting(bound(a="x", b="y"), roots=roots)).given(x="1", y=2)
    run.message("answer", a="1").message("answer", a="1", b=3).message("answer", a=2, b="1").then(at=["wait"])
    run.message("answer", a=1, b="2").then(state="Completed OK")


def test_a_key_of_the_message_itself_goes_before() -> None:
    own = MESSAGES.replace('name="answer"', 'name="answer" andante:correlation="=mine"')
    graph = drawn(
        bound(order="n"), event("start", "start"), event("catch", "wait", on("Answer")), event("end", "end"),
        paths("start wait end"), roots=own + ORDER + key("order"),
    )  # fmt: skip
    run = Scenario(graph).given(n=7, mine="M").message("answer", orderNumber=7).then(at=["wait"])
    run.message("answer", correlation={"k": "M"}).then(state="Completed OK")


def both(*more: str, roots: str = ORDER + key("order")) -> ProcessGraph:
    """Two messages are awaited before any has told the key."""
    return drawn(
        event("start", "start"), '<parallelGateway id="split"/>', event("catch", "answer", on("Answer")),
        event("catch", "stop", on("Stop")), *more, paths("start split answer", "split stop"),
        roots=MESSAGES + roots,
    )  # fmt: skip


def test_the_first_message_keys_all_that_is_awaited_already() -> None:
    run = Scenario(both()).start().message("answer", orderNumber=3).then(at=["stop"])
    (fact,) = run.facts(ev.SubscriptionKeyed)
    assert (fact.key, [wait.correlation for wait in run.instance.subscriptions.values()]) == ("3", ["3"])
    run.message("stop", nr=4)
    assert run.last.answer is False
    run.message("stop", nr=3).then(state="Completed OK")


def test_what_goes_on_waiting_takes_only_its_own_conversation() -> None:
    graph = drawn(
        event("start", "start"), tasks("work", "note"),
        event("boundary", "more", on("Answer"), 'attachedToRef="work" cancelActivity="false"'), event("end", "end"),
        paths("start work end", "more note"), roots=MESSAGES + ORDER + key("order"),
    )  # fmt: skip
    run = Scenario(graph).start().message("answer", orderNumber=3).message("answer", orderNumber=4)
    run.then(at=["work", "note"]).message("answer", orderNumber=3).then(at=["work", "note", "note"])


def test_a_message_that_is_sent_keys_what_is_awaited_already() -> None:
    send = (
        '<sendTask id="send" messageRef="Ask"><extensionElements><andante:input target="request" '
        'source="={id: number}"/></extensionElements></sendTask>'
    )
    run = Scenario(both(tasks("think"), send, paths("split think send"))).start({"number": 5})
    assert {wait.correlation for wait in run.instance.subscriptions.values()} == {None}
    run.complete("think")
    assert {wait.correlation for wait in run.instance.subscriptions.values()} == {"5"}
    run.suspend().message("stop", nr=6).message("stop", nr=5)
    assert len(run.instance.parked) == 1
    run.resume().then(at=["answer"])
    run.terminate().message("answer", orderNumber=5)
    assert not run.last.answer


def test_only_waits_whose_whole_key_is_known_get_it() -> None:
    roots = prop("a", "a", Answer="a", Stop="a") + prop("b", "b", Stop="b") + key("a", "b")
    run = Scenario(both(roots=roots)).start().message("answer", a=1).then(at=["stop"], variables={"a": 1})
    assert [wait.correlation for wait in run.instance.subscriptions.values()] == [None]
    run.message("stop", a=1, b=2).then(state="Completed OK", variables={"b": 2})
