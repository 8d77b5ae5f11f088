"""Scripts, jobs, send and receive tasks, sub-processes, called processes, multi-instances (BPMN 2.0.2 chapter 13.3)."""

import pytest

from andante.bpmn import kinds
from andante.bpmn.graph import Assignment, Call, MultiInstance, Variable
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import PublishMessage, StartChild, TellChild, TellParent
from andante.engine.faults import Rejected
from andante.engine.views import current_element, job_headers, job_variables
from andante.expressions import compile_feel, compile_juel, literal
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import error, message, timer


def test_a_script_sets_its_result() -> None:
    graph = ProcessBuilder().start().script("double", "amount * 2", "total").end().path("start", "double", "end")
    given(graph.graph(), amount=21).then(state="Completed OK", variables={"amount": 21, "total": 42})


def test_a_faulty_script_breaks_the_instance_and_retry_goes_on() -> None:
    graph = ProcessBuilder().start().script("double", "${amount * 2}", "total").end().path("start", "double", "end")
    broken = given(graph.graph()).then(state="Broken", at=["double"], incidents=["expression"])
    broken.retry().then(state="Broken", at=["double"], incidents=["expression"])
    broken.when(cmd.SetVariables({"amount": 5}, introduce=True)).retry().then(state="Completed OK")


def jobs(**named: object) -> ProcessBuilder:
    return ProcessBuilder().start().service("charge", **named).end().path("start", "charge", "end")  # type: ignore[arg-type]


def test_a_job_is_done_by_a_worker() -> None:
    running = given(jobs().graph(), amount=3).then(state="Running", at=["charge"])
    job = running.instance.jobs[running.job("charge")]
    assert (job.type, job.retries) == ("charge", 3)
    assert job_variables(running.graph, running.instance, job) == {"amount": 3}
    assert job_headers(running.graph, job) == {}
    running.complete_job("charge", receipt="r-1").then(state="Completed OK", variables={"receipt": "r-1"})


def test_a_failed_job_waits_for_its_next_try_and_without_tries_for_an_operator() -> None:
    running = given(jobs().graph())
    key = running.job("charge")
    running.when(cmd.FailJob(key, 1, "timeout", backoff_ms=500)).then(state="Running")
    job = running.instance.jobs[key]
    assert (job.retries, job.retry_at) == (1, running.now + 500)
    running.fail_job("charge", message="card refused").then(state="Broken", incidents=["job"])
    running.fail_job("charge").then(incidents=["job"])
    assert "card refused" in next(iter(running.instance.incidents.values())).message
    running.retry().then(state="Running", incidents=[])
    assert running.instance.jobs[key].retries == 3
    running.fail_job("charge").complete_job("charge").then(state="Completed OK")


def test_stale_results_are_recorded_and_change_nothing() -> None:
    running = given(jobs().user_task("t").flow("start", "t").graph())
    key = running.job("charge")
    running.complete_job("charge")
    running.when(cmd.CompleteJob(key), cmd.FailJob(key, 0), cmd.ThrowError(key, "x")).then(at=["t"])
    assert [fact.what for fact in running.facts(ev.CommandIgnored)] == ["CompleteJob", "FailJob", "ThrowError"]


def test_inputs_are_local_and_outputs_are_all_that_comes_out() -> None:
    graph = jobs(inputs={"sum": "amount * 2"}, outputs={"paid": "receipt", "what": "sum"}).graph()
    running = given(graph, amount=3)
    job = running.instance.jobs[running.job("charge")]
    assert job_variables(graph, running.instance, job) == {"amount": 3, "sum": 6}
    running.complete_job("charge", receipt="r-1", noise=1)
    running.then(state="Completed OK")
    assert dict(running.variables) == {"amount": 3, "paid": "r-1", "what": 6}


def test_an_output_that_fails_does_not_redo_the_work() -> None:
    graph = jobs(outputs={"paid": "${receipt}", "total": "${amount}"}).graph()
    broken = given(graph).complete_job("charge", receipt="r-1").then(state="Broken", at=["charge"])
    broken.retry().then(state="Broken", at=["charge"], incidents=["expression"])
    broken.when(cmd.SetVariables({"amount": 5}, introduce=True)).retry()
    broken.then(state="Completed OK", variables={"paid": "r-1", "total": 5})
    assert len(broken.facts(ev.JobCreated)) == 1


def test_send_and_receive_tasks() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .node("send", kinds.SEND_TASK, event=message("asked"), inputs={"question": "q"})
        .node("receive", kinds.RECEIVE_TASK, event=message("answered"))
        .node("note", kinds.MANUAL_TASK)
        .node("think", kinds.TASK)
        .end()
        .path("start", "send", "receive", "note", "think", "end")
        .graph()
    )
    asked = given(graph, q="why?").then(state="Paused", at=["receive"])
    assert [(m.name, m.variables) for m in asked.asked(PublishMessage)] == [("asked", {"question": "why?"})]
    asked.message("answered", answer=42).then(state="Completed OK", variables={"answer": 42})


def nested() -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .sub_process("sub")
        .start("s", inside="sub")
        .user_task("inner", inside="sub")
        .end("e", inside="sub")
        .user_task("after")
        .path("start", "sub", "after")
        .path("s", "inner", "e")
    )


def test_a_sub_process_is_a_scope() -> None:
    running = given(nested().graph()).then(at=["inner"])
    assert current_element(running.graph, running.instance) == "inner"
    running.complete("inner").then(at=["after"])
    assert len(running.instance.scopes) == 1


def test_a_boundary_timer_interrupts_all_that_is_in_a_sub_process() -> None:
    graph = nested().boundary("late", "sub", timer("PT1H")).user_task("remind").path("late", "remind").graph()
    given(graph).pass_time("PT1H").then(at=["remind"], tasks=["remind"])
    given(graph).complete("inner").pass_time("PT2H").then(at=["after"])


def call(**named: object) -> ProcessBuilder:
    work = Call(literal("child"), **named)  # type: ignore[arg-type]
    return (
        ProcessBuilder()
        .start()
        .node("call", kinds.CALL_ACTIVITY, work=work)
        .user_task("after")
        .path("start", "call", "after")
    )


def test_a_called_process_gets_and_brings_variables() -> None:
    running = given(call().graph(), amount=3).then(state="CompletedOkWait", at=["call"])
    (letter,) = running.asked(StartChild)
    assert (letter.element, letter.variables, letter.depth, letter.root_id) == ("child", {"amount": 3}, 1, "scenario")
    assert len(letter.child_id) == 20
    running.complete_call("call", result=1).then(at=["after"], variables={"amount": 3, "result": 1})
    repeated = cmd.CompleteCall(letter.parent_token, letter.child_id, {"result": 2})
    running.when(repeated).then(at=["after"], variables={"result": 1})


def test_a_called_process_may_get_and_bring_only_what_is_mapped() -> None:
    ins = (Assignment("sum", compile_feel("amount")),)
    outs = (Assignment("receipt", compile_feel("number + amount")),)
    running = given(call(all_in=False, all_out=False, ins=ins, outs=outs).graph(), amount=3)
    assert running.asked(StartChild)[0].variables == {"sum": 3}
    running.complete_call("call", number=4, noise=1)
    assert dict(running.variables) == {"amount": 3, "receipt": 7}


def test_a_called_process_that_is_terminated_is_an_incident_and_retry_calls_anew() -> None:
    running = given(call().graph()).fail_call("call", message="terminated").then(state="Broken", incidents=["call"])
    running.retry().then(at=["call"], incidents=[])
    first, second = running.asked(StartChild)
    assert first.child_id != second.child_id
    running.when(cmd.CompleteCall(first.parent_token, first.child_id, {})).then(at=["call"])
    running.complete_call("call").then(at=["after"])


def test_an_error_of_the_called_process_is_caught_at_the_call() -> None:
    graph = call().boundary("caught", "call", error("bad", code_variable="code")).user_task("x").path("caught", "x")
    given(graph.graph()).fail_call("call", "bad").then(at=["x"], variables={"code": "bad"})
    given(graph.graph()).fail_call("call", "other").then(state="Broken", incidents=["call"])


def test_calls_have_a_limit_of_depth() -> None:
    deep = Scenario(call().graph())
    deep.settings = type(deep.settings)("UTC", max_depth=1)
    deep.start({}, parent="caller").then(state="Broken", incidents=["call"])
    assert deep.asked(StartChild) == []


def test_what_is_called_ends_with_its_caller() -> None:
    running = given(call().graph()).terminate().then(state="User Terminated")
    (letter,) = running.asked(TellChild)
    assert isinstance(letter.command, cmd.Terminate)
    child = Scenario(nested().graph()).start({}, parent="caller")
    child.when(letter.command).then(state="Terminated")
    assert child.asked(TellParent) == []


def test_a_called_process_tells_its_caller_how_it_ended() -> None:
    child = Scenario(nested().graph()).start({"x": 1}, parent="caller").complete("inner").complete("after", y=2)
    (letter,) = child.asked(TellParent)
    assert isinstance(letter.command, cmd.CompleteCall)
    assert (letter.parent_id, letter.command.variables) == ("caller", {"x": 1, "y": 2})
    ended = Scenario(nested().graph()).start({}, parent="caller").terminate()
    (letter,) = ended.asked(TellParent)
    assert isinstance(letter.command, cmd.FailCall)
    assert letter.command.code == ""


def signing(multi: MultiInstance, **named: object) -> ProcessBuilder:
    return (
        ProcessBuilder()
        .start()
        .user_task("sign", multi=multi, **named)  # type: ignore[arg-type]
        .user_task("after")
        .path("start", "sign", "after")
    )


def test_a_parallel_multi_instance_offers_all_at_once() -> None:
    multi = MultiInstance(
        collection=compile_feel("people"),
        element_variable="person",
        output_collection="votes",
        output_element=compile_feel("vote"),
    )
    vote = given(signing(multi, inputs={"vote": "null"}).graph(), people=["anna", "berta"])
    vote.then(tasks=["sign", "sign"])
    first, second = vote.instance.tasks
    assert vote.instance.tokens[vote.instance.tasks[second].token].locals is not None
    vote.when(cmd.CompleteTask(second, "", {"vote": "no"})).then(tasks=["sign"])
    vote.when(cmd.CompleteTask(first, "", {"vote": "yes"})).then(tasks=["after"], variables={"votes": ["yes", "no"]})
    assert "person" not in vote.variables


def test_a_sequential_multi_instance_offers_one_after_the_other() -> None:
    multi = MultiInstance(sequential=True, cardinality=compile_feel("3"))
    vote = given(signing(multi).graph())
    for number in range(3):
        vote.then(tasks=["sign"])
        token = vote.instance.tokens[next(iter(vote.instance.tasks.values())).token]
        assert token.locals is not None
        assert token.locals["loopCounter"] == number
        vote.complete("sign")
    vote.then(tasks=["after"])


def test_a_completion_condition_ends_the_others() -> None:
    multi = MultiInstance(cardinality=compile_feel("5"), completion=compile_feel("nrOfCompletedInstances >= 2"))
    vote = given(signing(multi).graph()).complete("sign").then(tasks=["sign"] * 4)
    vote.complete("sign").then(tasks=["after"])
    assert len(vote.facts(ev.TaskCancelled)) == 3


@pytest.mark.parametrize("people", [None, "anna", 3])
def test_a_collection_that_is_no_list_is_an_incident(people: object) -> None:
    multi = MultiInstance(collection=compile_feel("people"))
    broken = given(signing(multi).graph(), people=people).then(state="Broken", incidents=["multiInstance"])
    broken.when(cmd.SetVariables({"people": []})).retry().then(at=["after"])


def test_a_multi_instance_sub_process_keeps_its_items_apart() -> None:
    multi = MultiInstance(
        collection=compile_feel("orders"),
        element_variable="order",
        output_collection="done",
        output_element=compile_feel("order * 10"),
    )
    graph = (
        ProcessBuilder()
        .start()
        .sub_process("each", multi=multi)
        .start("s", inside="each")
        .service("ship", inside="each")
        .end("e", inside="each")
        .end()
        .path("start", "each", "end")
        .path("s", "ship", "e")
        .graph()
    )
    running = given(graph, orders=[1, 2, 3])
    seen = [job_variables(graph, running.instance, job)["order"] for job in running.instance.jobs.values()]
    assert seen == [1, 2, 3]
    for _ in range(3):
        running.complete_job("ship")
    running.then(state="Completed OK", variables={"done": [10, 20, 30]})


def test_a_boundary_event_interrupts_the_whole_multi_instance() -> None:
    multi = MultiInstance(cardinality=compile_feel("3"))
    graph = signing(multi).boundary("late", "sign", timer("PT1H")).user_task("x").path("late", "x").graph()
    given(graph).complete("sign").pass_time("PT1H").then(at=["x"], tasks=["x"])


def test_an_endless_loop_is_stopped_and_can_be_gone_on_with() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .exclusive("again")
        .script("count", "n + 1", "n")
        .exclusive("enough", default="again")
        .end()
        .path("start", "again", "count", "enough")
        .flow("enough", "end", "n >= 400")
        .flow("enough", "again")
        .graph()
    )
    endless = Scenario(graph)
    endless.settings = type(endless.settings)("UTC", max_steps=1_000)
    endless.start({"n": 0}).then(state="Broken", incidents=["stepLimit"])
    endless.retry().then(state="Completed OK")


def test_system_variables_can_be_read_and_some_set() -> None:
    graph = (
        ProcessBuilder()
        .start()
        .user_task("decide", outputs={"$BP.Status": '"decided"', "$Flow.Title": '"Order " + $Flow.BusinessKey'})
        .exclusive("which", default="no")
        .user_task("yes")
        .user_task("no")
        .path("start", "decide", "which")
        .flow("which", "yes", '$BP.TaskOutcome = "agree"')
        .flow("which", "no")
        .graph()
    )
    agreed = Scenario(graph).start(business_key="B-1").complete("decide", "agree").then(at=["yes"], variables={})
    assert agreed.instance.properties == {"bpStatus": "decided"}
    assert agreed.instance.title == "Order B-1"
    assert dict(agreed.variables) == {}
    Scenario(graph).start(business_key="B-1").complete("decide", "refuse").then(at=["no"])


def test_a_result_that_is_not_of_its_declared_type_is_an_incident_and_the_rest_is_kept() -> None:
    known = [Variable("total", "Number"), Variable("note", "Text")]
    builder = ProcessBuilder(variables=known).start().service("charge").user_task("after")
    running = given(builder.path("start", "charge", "after").graph())
    with pytest.raises(Rejected, match="total"):
        running.complete_job("charge", total="much")
    running.then(state="Running", at=["charge"])
    script = ProcessBuilder(variables=known).start().script("s", '{total: "much", note: "x"}').user_task("after")
    broken = given(script.path("start", "s", "after").graph())
    broken.then(state="Broken", at=["s"], incidents=["variableType"], variables={"note": "x", "total": None})
    broken.when(cmd.SetVariables({"total": 3})).retry().then(at=["after"], variables={"total": 3})


def test_an_output_of_a_called_process_that_fails_does_not_call_it_anew() -> None:
    outs = (Assignment("receipt", compile_juel("${number + fee}")),)
    running = given(call(all_out=False, outs=outs).graph()).complete_call("call", number=4)
    running.then(state="Broken", at=["call"], incidents=["expression"])
    running.when(cmd.SetVariables({"fee": 1}, introduce=True)).retry()
    running.then(at=["after"], variables={"receipt": 5, "number": None})
    assert len(running.asked(StartChild)) == 1
