"""The doctor: of what is well nothing is said; each trouble is told with its place and what to do about it."""

from pathlib import Path

import msgspec
import pytest
from server import HOUR, MINUTE, START, Bench, line

from andante.runtime import Chosen, InstanceQuery, Runtime, TestClock
from andante.runtime.doctor import Finding, diagnose, diagnose_database
from andante.runtime.doctor.settings import settings_of
from andante.settings import Settings
from andante.timing.calendar_form import CalendarForm, Exceptional, Week

WEEK = Week(*[["08:00-17:00"]] * 5)
CAREFUL = Settings(retention="P90D", audit_retention="P2Y")
STUCK = "stuck " + line(
    '<startEvent id="start"/>',
    '<serviceTask id="do"><extensionElements><zeebe:taskDefinition type="do" retries="1"/></extensionElements>'
    "</serviceTask>",
    '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>",
    '<endEvent id="end"/>',
)


class Frozen:
    """A clock that stands, and is no test clock: what looks takes its time for the true one."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now


async def found(bench: Bench, now: int, settings: Settings = CAREFUL) -> dict[str, list[Finding]]:
    """By code, as found over the runtime; from outside it is the same, but for who is there to do it."""
    clock, values = Frozen(now), msgspec.structs.asdict(settings)
    inside = await diagnose(bench.runtime.store, clock, values)
    outside = await diagnose_database(bench.url, values, clock)
    assert inside == outside
    by_code: dict[str, list[Finding]] = {}
    for each in inside.findings:
        assert each.remedy.endswith((".", ")")), each
        # The database's clock is the true one, the test's stands in its own past; and the cluster need not be durable.
        if each.code not in ("clock.apart", "database.notDurable"):
            by_code.setdefault(each.code, []).append(each)
    return by_code


async def test_of_what_is_well_nothing_is_said(bench: Bench) -> None:
    assert await found(bench, START) == {}
    seen = await diagnose(bench.runtime.store, TestClock(START), {})
    assert seen.checks == ["database", "clock", "members", "settings", "calendars", "work"]
    if bench.url.startswith("sqlite"):
        assert (seen.worst, {each.severity for each in seen.findings}) == (0, {"hint"})
    else:  # the tests' cluster is quick, and not safe
        assert {each.where for each in seen.findings if each.severity == "error"} == {"fsync", "full_page_writes"}
    assert "@" not in seen.database.partition("@")[2]


async def test_work_that_stands_still(bench: Bench) -> None:
    await bench.deploy(STUCK)
    failed, timed, waiting = [(await bench.start("stuck")).id for _ in range(3)]
    jobs = await bench.runtime.activate_jobs(["do"], worker="w", max_jobs=2)
    by_instance = {job.instance_id: job.id for job in jobs}
    await bench.runtime.job_action(by_instance[failed], "fail", who="w", retries=0, message="no")
    await bench.runtime.job_action(by_instance[timed], "complete", who="w")
    await bench.runtime.batches.start("suspend", Chosen(InstanceQuery(), [timed]), who="oda")
    store = bench.runtime.store
    await store.write([(
        "insert into outbox (instance_id, seq, n, lane, state, attempts, next_at, error, data, node)"
        " values (?,1,9,'note','dead',5,0,'no',?,''), (?,1,8,'inner','',0,0,'',?,'gone')",
        [waiting, b"", waiting, b""],
    )])  # fmt: skip
    seen = await found(bench, START + 2 * HOUR)
    assert set(seen) == {
        "work.incidents", "work.jobs", "work.noWorker", "work.timers", "work.outbox", "work.notes", "work.batch",
    }  # fmt: skip
    (incident,) = seen["work.incidents"]
    assert (incident.severity, incident.where) == ("error", "definition 'stuck' 1.0.0")
    assert "1 instance of 3 open ones" in incident.what
    assert seen["work.jobs"][0].where == "jobs of type 'do'"
    assert "2 h" in seen["work.noWorker"][0].what
    assert "1 instance should have gone on" in seen["work.timers"][0].what
    assert (await found(bench, START - 2 * MINUTE)).keys() >= {"clock.future"}


async def test_what_cannot_be_sent(bench: Bench) -> None:
    store = bench.runtime.store
    letters = [("l1", "mail", "waiting", 3, "No answer from mail.test:25."), ("l2", "webhook", "dead", 9, "404")]
    for id, channel, state, attempts, error in letters:
        await store.write([(
            "insert into letter (id, person, channel, address, kind, instance_id, task, recipient, holder, state,"
            " attempts, next_at, gathered, error, node, created_at, done_at, data)"
            " values (?,'kim',?,'','reminder','',0,'kim',0,?,?,?,0,?,'',?,0,?)",
            [id, channel, state, attempts, START + HOUR, error, START, b""],
        )])  # fmt: skip
    await store.write([(
        "insert into event_out (instance_id, seq, sink, at, node, attempts, next_at, error, data)"
        " values ('i',1,'nats',?,'',2,?,'nats.test cannot be reached.',?), ('j',1,'kafka',?,'',0,0,'',?)",
        [START, START + HOUR, b"", START, b""],
    )])  # fmt: skip
    seen = await found(bench, START + MINUTE)
    assert set(seen) == {"work.deadLetters", "work.lettersFailing", "work.events"}
    (failing,), (events,) = seen["work.lettersFailing"], seen["work.events"]
    assert (failing.where, "mail.test:25" in failing.what, "smtp_url" in failing.remedy) == ("channel mail", True, True)
    assert (events.where, "nats.test" in events.what) == ("events to nats", True)


async def test_a_postgresql_that_was_set_to_be_read_only(postgres_url: str) -> None:
    runtime = await Runtime.open(postgres_url, clock=TestClock(START), timers=False)
    name = postgres_url.rpartition("/")[2].partition("?")[0]
    await runtime.store.write([(f'alter database "{name}" set default_transaction_read_only = on', [])])
    seen = await diagnose(runtime.store, runtime.clock, {})
    await runtime.store.write([(f'alter database "{name}" reset default_transaction_read_only', [])])
    await runtime.close()
    assert "database.readOnly" in {each.code for each in seen.findings}


async def test_calendars_that_end_or_are_missing(bench: Bench) -> None:
    calendars = bench.runtime.calendars
    ending = CalendarForm(WEEK, exceptions=[Exceptional("2026-12-24"), Exceptional("05-01")])
    await calendars.save("plant", ending, who="ada")
    await bench.runtime.store.write([(
        "insert into team (kind, name, label, members, calendar) values ('queue','night','Night','[]','moon')", [],
    )])  # fmt: skip
    sla = '<andante:sla name="fix" deadline="PT16H" deadlineBusinessDays="true" calendar="mars"/>'
    task = f'<userTask id="ask"><extensionElements>{sla}</extensionElements></userTask>'
    await bench.deploy("far " + line('<startEvent id="s"/>', task, '<endEvent id="e"/>'))
    seen = await found(bench, START)
    assert {each.where for each in seen["calendar.missing"]} == {"work queue 'night'", "definition 'far' 1.0.0"}
    assert "calendar.ended" not in seen
    later = await found(bench, START + 400 * 24 * HOUR)
    assert "end with 2026" in later["calendar.ended"][0].what


async def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    seen = await diagnose_database(f"sqlite:///{tmp_path}/none.db", msgspec.structs.asdict(CAREFUL))
    assert [each.code for each in seen.findings] == ["database.unreachable"]
    seen = await diagnose_database("postgresql://me:secret@127.0.0.1:1/x", msgspec.structs.asdict(CAREFUL))
    assert ([each.code for each in seen.findings], seen.worst) == (["database.unreachable"], 2)
    assert "secret" not in str(msgspec.to_builtins(seen))


async def test_a_database_of_another_release(bench: Bench) -> None:
    store = bench.runtime.store
    await store.write([("update alembic_version set version_num='0001_first'", [])])
    assert "0001_first" in (await found(bench, START))["database.behind"][0].what
    await store.write([("update alembic_version set version_num='9999_last'", [])])
    assert (await found(bench, START)).keys() == {"database.later"}
    await store.write([("update alembic_version set version_num='9999_last_from_9000'", [])])
    assert (await found(bench, START)).keys() == {"database.tooLate"}


async def test_a_server_that_went_silent(bench: Bench) -> None:
    if bench.url.startswith("sqlite"):
        return
    await bench.runtime.store.write([("insert into node (id, slot, started_at, expires_at) values ('z',7,1,2)", [])])
    assert (await found(bench, START))["members.silent"][0].where == "server z"


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, set()),
        ({"test_clock": True}, {"settings.testClock"}),
        ({"smtp_url": "smtp://mail", "mail_from": "a@example.org"}, {"settings.links"}),
        ({"host": "0.0.0.0"}, {"settings.plain"}),
        ({"base_url": "http://work.example.org"}, {"settings.plain"}),
        ({"host": "0.0.0.0", "base_url": "https://work.example.org"}, {"settings.proxy"}),
        ({"bootstrap_client_secret": "easy"}, {"settings.secret"}),
        ({"trusted_proxies": "0.0.0.0/0"}, {"settings.proxies"}),
        ({"private_addresses": True}, {"settings.private"}),
        ({"attachment_max": 2**29}, {"settings.attachments"}),
        ({"replica": "postgresql://x/y"}, {"settings.replica"}),
        ({"retention": "", "audit_retention": ""}, {"settings.retention", "settings.audit"}),
    ],
)
def test_settings_that_are_risky(given: dict[str, object], codes: set[str]) -> None:
    values = {**msgspec.structs.asdict(CAREFUL), **given}
    seen = settings_of("sqlite:///x.db", values)
    assert {each.code for each in seen} == codes
    assert "easy" not in str(seen)
