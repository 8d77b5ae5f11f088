"""Lists, views and the same with many at once, by both clients."""

import pytest
from desk import Hands, eventually, straight

from andante.client import Refused

TASK = '<userTask id="work" name="Do it" andante:candidateGroups="managers" andante:outcomes="yes,no"/>'


def test_many_at_once(hands: Hands) -> None:
    name = f"Many{hands.kind}"
    hands.deploy_xml(straight(name, TASK))
    ids = [hands.start(name, business_key=f"{name} {n}").id for n in range(3)]
    filters = {"definition": name}
    assert hands.find_tasks(filters, limit=2).total == 3
    assert {each.key for each in hands.task_counts().items} >= {"todo", "mine", "claimable"}
    assert [(each.key, each.count) for each in hands.task_groups("process", filters).items] == [(name, 3)]
    saved = hands.save_view("Mine", filters, default=True)
    assert [each.instance_id for each in hands.find_tasks(saved_view=saved.id).items] == ids
    assert not hands.change_view(saved.id, "Ours", filters, shared_with="*").default
    assert "Ours" in {each.name for each in hands.views().items}
    hands.delete_view(saved.id)

    planned = hands.start_batch("suspend", query={"name": name}, reason="stock", dry_run=True)
    assert (planned.id, planned.total, planned.sample) == ("", 3, ids)
    made = hands.start_batch("suspend", ids=ids, reason="stock")
    eventually(lambda: hands.batch(made.id).state == "done")
    assert hands.find_tasks(filters).total == 0
    failing = hands.start_batch("migrate", ids=ids, version="9")
    eventually(lambda: hands.batch(failing.id).state == "done")
    assert {each.instance_id for each in hands.batch_failures(failing.id).items} == set(ids)
    with pytest.raises(Refused, match="cannot pause"):
        hands.batch_action(made.id, "pause")
    assert {made.id, failing.id} <= {each.id for each in hands.batches().items}
    newest = hands.batches(1)
    assert [each.id for each in newest.items] == [newest.after]
    following = hands.batches(1_000, after=newest.after)
    found = {each.id for each in following.items}  # both were made in the same moment
    assert ({made.id, failing.id} - found, following.after) == ({made.id, failing.id} & {newest.after}, "")
    back = hands.start_batch("resume", query={"name": name})
    eventually(lambda: hands.batch(back.id).state == "done")
    handed = hands.start_batch("transferTasks", tasks=filters, to="group:managers", reason="shift")
    eventually(lambda: hands.batch(handed.id).state == "done")
    assert (handed.of, hands.batch(handed.id).done + hands.batch(handed.id).skipped) == ("tasks", 3)
    wrong = hands.start_batch("completeTasks", tasks=filters, outcome="maybe")
    eventually(lambda: hands.batch(wrong.id).state == "done")
    failed = hands.batch_failures(wrong.id).items
    assert sorted(each.task_id for each in failed) == sorted(each.id for each in hands.find_tasks(filters).items)
    done = hands.bulk_tasks("complete", query=filters, outcome="yes")
    assert (done.done, done.failed, done.more) == (3, 0, False)
    assert {each.res_code for each in done.results} == {"0"}
