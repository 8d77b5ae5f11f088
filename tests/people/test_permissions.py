"""Who may do what."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andante.people import AccessProblem, Caller, demand, demand_instance_action, demand_task_action, may, may_work
from andante.people.permissions import PERMISSIONS, ROLES
from andante.store.records import InstanceRecord, TaskRecord


def caller(name: str, *roles: str, groups: tuple[str, ...] = (), queues: tuple[str, ...] = ()) -> Caller:
    return Caller(name, frozenset(roles or ("user",)), frozenset(groups), frozenset(queues))


def task(
    assignee: str = "", users: tuple[str, ...] = (), groups: tuple[str, ...] = (), queue: str = "", owner: str = ""
) -> TaskRecord:
    return TaskRecord(
        "i-1", "i", 1, "Approve", "approve", "d", "leave", "1.0.0", "", assignee, list(users), list(groups), queue,
        owner, False, 50, 0, 0, 0, 0, 0, 0, "", [], "open", "", 0, "", False,
    )  # fmt: skip


def instance(created_by: str) -> InstanceRecord:
    return InstanceRecord(
        "i", "d", "leave", "1.0.0", "", "", "", "Paused", False, False, False, 0, "", "", "", "", "", "", "",
        created_by, created_by, "", created_by, 0, 0, 0, ["", "", "", "", "", "", 0, 0], "", "i", False,
    )  # fmt: skip


def test_administrators_may_everything_and_users_administer_nothing() -> None:
    assert all(may(caller("ada", "administrator"), permission) for permission in PERMISSIONS)
    kim = caller("kim", "user")
    assert not any(may(kim, p) for p in PERMISSIONS if p.endswith(("delete", "deploy", "manage", "Any", "set")))


def test_a_caller_without_roles_may_nothing() -> None:
    nobody = Caller("nobody")
    assert not any(may(nobody, permission) for permission in PERMISSIONS)


def test_a_refusal_names_the_permission_and_the_roles_that_have_it() -> None:
    with pytest.raises(AccessProblem) as caught:
        demand(caller("kim"), "definition.deploy")
    assert caught.value.status == 403
    assert "definition.deploy" in caught.value.message
    assert "administrator or operator" in caught.value.message


@pytest.mark.parametrize(
    ("who", "what", "expected"),
    [
        (caller("kim"), task(assignee="kim"), True),
        (caller("kim"), task(assignee="lee", users=("kim",)), False),
        (caller("kim"), task(users=("kim",)), True),
        (caller("kim"), task(users=("lee",)), False),
        (caller("kim", groups=("hr",)), task(groups=("group:hr",)), True),
        (caller("kim", groups=("hr",)), task(groups=("queue:hr",)), False),
        (caller("kim", "operator"), task(groups=("role:operator",)), True),
        (caller("kim", queues=("inbox",)), task(queue="inbox"), True),
        (caller("kim", queues=("inbox",)), task(groups=("queue:inbox",)), True),
        (caller("kim", groups=("inbox",)), task(queue="inbox"), False),
        (caller("kim"), task(), True),
        (caller("kim"), task(assignee="lee", owner="kim"), True),
    ],
)
def test_who_may_work_on_a_task(who: Caller, what: TaskRecord, expected: bool) -> None:
    assert may_work(who, what) is expected


@given(st.sampled_from(ROLES), st.sampled_from(["", "kim", "lee"]))
def test_nobodys_empty_name_is_no_key(role: str, assignee: str) -> None:
    stranger = caller("zoe", role)
    assert not may_work(stranger, task(assignee=assignee, users=("lee",)))


ACTIONS = ("claim", "unclaim", "complete", "transfer", "delegate", "resolve", "comment")


def permits(who: Caller, what: TaskRecord, action: str) -> bool:
    with contextlib.suppress(AccessProblem):
        demand_task_action(who, what, action)
        return True
    return False


def allowed(who: Caller, what: TaskRecord) -> set[str]:
    return {action for action in ACTIONS if permits(who, what, action)}


def test_what_each_may_do_to_a_task_that_lee_has() -> None:
    lees = task(assignee="lee", users=("kim", "lee"))
    everything = set(ACTIONS)
    assert allowed(caller("lee"), lees) == everything
    assert allowed(caller("ada", "administrator"), lees) == everything
    assert allowed(caller("oda", "operator"), lees) == {"unclaim", "transfer", "delegate", "comment"}
    assert allowed(caller("kim"), lees) == {"claim", "comment"}
    assert allowed(caller("zoe"), lees) == set()


@pytest.mark.parametrize(
    ("who", "action", "cancelable", "expected"),
    [
        (caller("oda", "operator"), "suspend", False, True),
        (caller("oda", "operator"), "terminate", False, True),
        (caller("oda", "operator"), "withdraw", True, False),
        (caller("kim"), "terminate", True, True),
        (caller("kim"), "terminate", False, False),
        (caller("kim"), "withdraw", True, True),
        (caller("kim"), "withdraw", False, False),
        (caller("kim"), "suspend", True, False),
        (caller("zoe"), "terminate", True, False),
        (caller("kim", "operator"), "withdraw", False, False),
    ],
)
def test_who_may_stop_kims_instance(who: Caller, action: str, cancelable: bool, expected: bool) -> None:
    if expected:
        demand_instance_action(who, instance("kim"), action, cancelable=cancelable)
        return
    with pytest.raises(AccessProblem) as caught:
        demand_instance_action(who, instance("kim"), action, cancelable=cancelable)
    assert caught.value.status == 403
