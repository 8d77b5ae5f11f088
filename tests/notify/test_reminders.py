"""Reminders and notices as people get them: by mail, in Andante, and not when they are no longer wanted."""

from bureau import Bureau

from andante.timing.instants import DAY, HOUR, MINUTE


async def test_a_reminder_comes_by_mail_and_stands_in_the_inbox(bureau: Bureau) -> None:
    await bureau.person("ada")
    await bureau.person("bob")
    await bureau.deploy()
    instance = await bureau.start()
    task = await bureau.task(instance)
    await bureau.later(3 * HOUR)
    assert bureau.mails == [("ada", "Reminder: Approve <it>")]
    assert bureau.text() == (
        "Reminder: Approve <it>\n\nApprove <it> is due\n\nTask: Approve <it>\n"
        "Process: Expense claim 2026-03-27 12:00:00\n"
        f"Due: 2026-03-27 16:00 (UTC)\n\nOpen it: https://flow.example/tasks/{task.id}\n"
    )
    assert f'href="https://flow.example/tasks/{task.id}"' in bureau.html()
    assert "Approve &lt;it&gt;" in bureau.html()
    assert "<it>" not in bureau.html()
    letter = bureau.office.letter("ada@example.com")
    assert letter["From"] == "Andante <flow@andante.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    await bureau.later(HOUR)
    assert bureau.mails[1:] == [("bob", "Goal passed: Approve <it>")]
    (note,), after = await bureau.post.inbox.many("ada", unread=True, limit=10, after="")
    assert (note.kind, note.task_id, note.task_open, note.content.text) == (
        "reminder", task.id, True, "Approve <it> is due",
    )  # fmt: skip
    assert after == ""
    assert await bureau.states() == {"sent": 2}


async def test_a_note_says_what_people_call_the_process_and_its_instance(bureau: Bureau) -> None:
    await bureau.person("ada", language="zh")
    await bureau.deploy()
    await bureau.runtime.start("Expenses", who="ina", title="Trip to Oslo")
    await bureau.later(3 * HOUR)
    assert "流程：Expense claim · Trip to Oslo\n" in bureau.text()
    assert "Expense claim · Trip to Oslo" in bureau.html()
    assert "Expenses" not in bureau.text() + bureau.html()
    (note,), _ = await bureau.post.inbox.many("ada", unread=True, limit=10, after="")
    assert (note.content.called, note.content.definition) == ("Expense claim · Trip to Oslo", "Expenses")


async def test_a_task_that_is_done_before_the_reminder_goes_is_not_reminded_of(bureau: Bureau) -> None:
    await bureau.person("ada", quiet_from="14:00", quiet_until="20:00")
    await bureau.deploy()
    done, suspended, transferred, ended, kept = [await bureau.start() for _ in range(5)]
    await bureau.later(3 * HOUR)
    assert await bureau.states() == {"waiting": 5}
    await bureau.runtime.task_action((await bureau.task(done)).id, "complete", who="ada")
    await bureau.runtime.act(suspended, "suspend", who="oda")
    await bureau.runtime.task_action((await bureau.task(transferred)).id, "transfer", who="ada", to="cy")
    await bureau.runtime.act(ended, "terminate", who="oda")
    left = (await bureau.task(kept)).id
    await bureau.at("2026-03-27T20:00")
    assert [each for each in bureau.mails if each[0] == "ada"] == [("ada", "Reminder: Approve <it>")]
    assert left in bureau.text()
    assert (await bureau.states())["dropped"] == 4
    await bureau.runtime.act(suspended, "resume", who="oda")
    await bureau.later(5 * MINUTE)
    assert len(bureau.mails) == 1  # what was missed while it was suspended does not come in a burst


async def test_a_failing_channel_repeats_nothing_of_the_others(bureau: Bureau) -> None:
    await bureau.person("ada")
    await bureau.person("bob")
    await bureau.deploy(holder='candidateUsers="ada,bob"')
    await bureau.start()
    bureau.office.refusing["bob@example.com"] = "451 come back later"
    await bureau.later(3 * HOUR)
    assert bureau.mails == [("ada", "Reminder: Approve <it>")]
    await bureau.later(MINUTE)  # the second try: still not
    (letter,) = await bureau.post.letters.many("waiting", "", 10, "")
    assert (letter.person, letter.attempts, letter.error) == ("bob", 2, "bob@example.com refused for now (451)")
    del bureau.office.refusing["bob@example.com"]
    await bureau.later(2 * MINUTE)
    assert bureau.mails == [("ada", "Reminder: Approve <it>"), ("bob", "Reminder: Approve <it>")]
    await bureau.later(30 * MINUTE)
    assert len(bureau.mails) == 2


async def test_tries_become_rarer_until_the_letter_is_dead_and_can_be_sent_again(bureau: Bureau) -> None:
    await bureau.person("ada", channels={"*": ["mail"]})
    await bureau.deploy(to="nobody")
    await bureau.start()
    bureau.office.content_answer = "452 disk full"
    await bureau.later(3 * HOUR)
    waits: list[int] = []
    while found := await bureau.post.letters.many("waiting", "", 10, ""):
        waits.append(found[0].next_at - bureau.clock.now())
        await bureau.later(waits[-1])
    assert len(waits) == 11
    for n, wait in enumerate(waits):
        plain = min(30_000 * 2**n, 2 * HOUR)
        assert 0.8 * plain <= wait <= 1.2 * plain
    (dead,) = await bureau.post.letters.many("dead", "", 10, "")
    assert (dead.attempts, dead.error) == (12, "message to ada@example.com refused (452 disk full)")
    bureau.office.content_answer = "250 OK"
    await bureau.later(HOUR)
    assert bureau.mails == []
    await bureau.post.letters.retry(dead, bureau.clock.now())
    await bureau.runtime.run_due()
    assert bureau.mails == [("ada", "Reminder: Approve <it>")]
    assert bureau.office.letters[0][1]["Message-ID"] == f"<{dead.id}@andante.example>"


async def test_an_address_refused_for_good_is_dead_at_once(bureau: Bureau) -> None:
    await bureau.person("ada")
    await bureau.person("bob", email="joerg@bücher.example")
    await bureau.person("cy", email="no address")
    await bureau.deploy(holder='candidateUsers="ada,bob,cy"')
    await bureau.start()
    bureau.office.refusing["ada@example.com"] = "550 no such mailbox"
    await bureau.later(3 * HOUR)
    found = {each.person: each.error for each in await bureau.post.letters.many("dead", "", 10, "")}
    assert found["ada"] == "ada@example.com refused (550)"
    assert "refused" in found["bob"]
    assert found["cy"] == "'no address' is no mail address"


async def test_who_waits_reminds_by_the_same_way(bureau: Bureau) -> None:
    await bureau.person("ada", language="zh", zone="Asia/Shanghai")
    await bureau.deploy()
    task = await bureau.task(await bureau.start())
    await bureau.runtime.task_action(task.id, "remind", who="ina", text="we leave at four")
    await bureau.runtime.run_due()
    assert bureau.mails == [("ada", "催办：Approve <it>")]
    assert "ina 请您处理“Approve <it>”：we leave at four" in bureau.text()
    assert "截止时间：2026-03-28 04:00 (Asia/Shanghai)" in bureau.text()


async def test_suspension_in_every_state_of_a_note(bureau: Bureau) -> None:
    """Held by quiet hours, between two tries, dead, and not yet addressed: nothing goes while it is suspended, and
    nothing of the past when it is resumed."""
    await bureau.person("held", quiet_from="15:00", quiet_until="17:00", channels={"*": ["mail"]})
    await bureau.person("tried", channels={"*": ["mail"]})
    await bureau.person("dead", channels={"*": ["mail"]})
    await bureau.deploy(holder='candidateUsers="held,tried,dead"', to="tried")
    instance = await bureau.start()
    bureau.office.refusing |= {"tried@example.com": "451 later", "dead@example.com": "550 no such mailbox"}
    await bureau.at("2026-03-27T15:00")
    assert await bureau.states() == {"waiting": 2, "dead": 1}
    await bureau.runtime.act(instance, "suspend", who="oda")
    bureau.office.refusing.clear()
    (dead,) = await bureau.post.letters.many("dead", "", 10, "")
    await bureau.post.letters.retry(dead, bureau.clock.now())
    await bureau.at("2026-03-27T18:00")
    assert bureau.mails == []
    assert await bureau.states() == {"dropped": 3}
    await bureau.runtime.act(instance, "resume", who="oda")
    await bureau.runtime.run_due()
    assert bureau.mails == []
    await bureau.later(HOUR)  # the goal, with the hour that was left
    assert bureau.mails == [("tried", "Goal passed: Approve <it>")]


async def test_ending_in_every_state_of_a_note(bureau: Bureau) -> None:
    await bureau.person("held", quiet_from="15:00", quiet_until="17:00", channels={"*": ["mail"]})
    await bureau.person("tried", channels={"*": ["mail"]})
    await bureau.deploy(holder='candidateUsers="held,tried"', to="tried")
    instance = await bureau.start()
    bureau.office.refusing["tried@example.com"] = "451 later"
    await bureau.at("2026-03-27T15:00")
    await bureau.runtime.act(instance, "terminate", who="oda")
    bureau.office.refusing.clear()
    await bureau.later(DAY)
    assert bureau.mails == []
    assert await bureau.states() == {"dropped": 2}
