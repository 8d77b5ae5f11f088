"""Whatever the policy, the answers and their order: decided exactly once, as the policy says, and no vote is lost."""

from itertools import product

from approving import holders, task_of
from core_rules import check
from hypothesis import given, settings
from hypothesis import strategies as st

from andante.bpmn.voting import ANY_ONE, EVERY_ONE, SEQUENTIAL, ApprovalPolicy
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.testing import ProcessBuilder, Scenario

OUTCOMES = ("yes", "no", "maybe")
PEOPLE = ("ann", "bob", "cid", "dan")
ANSWERS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(OUTCOMES)), min_size=4, max_size=4)
POLICIES = st.builds(
    ApprovalPolicy,
    st.sampled_from((ANY_ONE, EVERY_ONE, SEQUENTIAL)),
    threshold=st.sampled_from((0, 0, 25, 50, 51, 75, 100)),
    thresholds=st.one_of(st.none(), st.dictionaries(st.sampled_from(OUTCOMES), st.sampled_from((30.0, 60.0)))),
    default_outcome=st.sampled_from(("no", "maybe")),
    terminating=st.sampled_from(((), ("no",), ("no", "maybe"))),
)


def asked(policy: ApprovalPolicy, people: int) -> Scenario:
    builder = ProcessBuilder().start()
    builder.user_task("t", users=",".join(PEOPLE[:people]), outcomes=OUTCOMES, approval=policy)
    return Scenario(builder.end().path("start", "t", "end").graph()).start()


def share(policy: ApprovalPolicy, outcome: str) -> float:
    if outcome in policy.thresholds:
        return policy.thresholds[outcome]
    return policy.threshold or 100


def reached(policy: ApprovalPolicy, votes: list[str], total: int) -> str:
    """The outcome of the last vote, if it has its share now."""
    return votes[-1] if votes and 100 * votes.count(votes[-1]) / total >= share(policy, votes[-1]) else ""


def expected(policy: ApprovalPolicy, votes: list[str], total: int) -> str | None:
    """What is so after these votes, none of which decided but perhaps the last. By trying all answers still to come."""
    if votes[-1] in policy.terminating or policy.type == ANY_ONE:
        return votes[-1]
    if not policy.threshold and not policy.thresholds:
        if len(votes) < total:
            return None
        return votes[0] if len(set(votes)) == 1 else policy.default_outcome
    if reached(policy, votes, total):
        return votes[-1]
    for rest in product(OUTCOMES, repeat=total - len(votes)):
        if any(reached(policy, [*votes, *rest[: n + 1]], total) for n in range(len(rest))):
            return None
    return policy.default_outcome


@given(policy=POLICIES, answers=ANSWERS, people=st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_it_is_decided_once_and_as_the_policy_says(
    policy: ApprovalPolicy, answers: list[tuple[int, str]], people: int
) -> None:
    scenario = asked(policy, people)
    votes: list[str] = []
    for pick, outcome in answers:
        open_ones = holders(scenario)
        who = open_ones[pick % len(open_ones)].split(",")[0]
        scenario.when(cmd.CompleteTask(task_of(scenario, who), outcome, None, f"because {who}"), by=who)
        votes.append(outcome)
        check(scenario)
        should = expected(policy, votes, 1 if policy.type == ANY_ONE else people)
        decided = scenario.facts(ev.ApprovalDecided)
        assert [fact.outcome for fact in decided] == ([] if should is None else [should])
        if should is not None:
            break
        assert len(holders(scenario)) == (1 if policy.type == SEQUENTIAL else people - len(votes))
    scenario.then(state="Completed OK", tasks=[])
    assert scenario.instance.task_outcome == decided[0].outcome
    told = scenario.variables["approval"]
    assert isinstance(told, dict)
    assert [vote["outcome"] for vote in told["votes"]] == votes
    assert [vote["comment"] for vote in told["votes"]] == [f"because {vote['who']}" for vote in told["votes"]]
    assert sum(told["counts"].values()) == len(votes)


@given(outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=4, max_size=4), order=st.permutations(range(4)))
@settings(max_examples=100, deadline=None)
def test_where_everyone_is_heard_the_order_does_not_matter(outcomes: list[str], order: list[int]) -> None:
    policy = ApprovalPolicy(EVERY_ONE, default_outcome="maybe")
    results = []
    for turn in (range(4), order):
        scenario = asked(policy, 4)
        for n in turn:
            scenario.when(cmd.CompleteTask(task_of(scenario, PEOPLE[n]), outcomes[n]), by=PEOPLE[n])
        results.append((scenario.instance.state, scenario.instance.task_outcome))
    assert results[0] == results[1]


@given(policy=POLICIES, answers=ANSWERS, at=st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_what_was_closed_stays_closed(policy: ApprovalPolicy, answers: list[tuple[int, str]], at: int) -> None:
    """Terminated after any number of votes: nothing is decided, nothing is open, and every vote is in the journal."""
    scenario = asked(policy, 4)
    cast = 0
    for pick, outcome in answers[:at]:
        open_ones = holders(scenario)
        if not open_ones:
            break
        who = open_ones[pick % len(open_ones)].split(",")[0]
        scenario.when(cmd.CompleteTask(task_of(scenario, who), outcome), by=who)
        cast += 1
    assert len(scenario.facts(ev.VoteCast)) == cast
    if scenario.instance.closed:
        return
    scenario.suspend().terminate().then(state="User Terminated", tasks=[])
    check(scenario)
    assert not scenario.facts(ev.ApprovalDecided)
