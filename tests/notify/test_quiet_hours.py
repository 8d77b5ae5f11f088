"""Quiet hours and digests: when, over changes of the clocks too, and what goes together."""

import datetime as dt

import msgspec
import pytest
from bureau import Bureau
from hypothesis import given
from hypothesis import strategies as st

from andante.people.preferences import Preferences
from andante.people.quiet import next_hour, next_time, quiet_until
from andante.timing.instants import DAY, HOUR, MINUTE, iso, local, parse_instant

BERLIN = "Europe/Berlin"
NIGHT = Preferences(zone=BERLIN, quiet_from="22:00", quiet_until="07:00", digest_at="08:00", digest_day="monday")


def at(text: str, zone: str = BERLIN) -> int:
    return parse_instant(text, zone)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-27T21:59", ""),
        ("2026-03-27T22:00", "2026-03-28T07:00"),
        ("2026-03-28T06:59", "2026-03-28T07:00"),
        ("2026-03-28T07:00", ""),
        # The night in which the clocks go forward is an hour shorter.
        ("2026-03-28T23:00", "2026-03-29T07:00"),
        ("2026-03-29T03:30", "2026-03-29T07:00"),
        # And the one in which they go back is an hour longer.
        ("2026-10-24T22:00", "2026-10-25T07:00"),
        ("2026-10-25T00:59:00Z", "2026-10-25T07:00"),
    ],
)
def test_quiet_hours_end_in_the_morning(now: str, until: str) -> None:
    assert NIGHT.held_until(at(now)) == (at(until) if until else 0)


def test_quiet_hours_that_end_in_a_skipped_or_repeated_hour_are_one_stretch() -> None:
    half_past_two = dt.time(2, 30)
    skipped = quiet_until(at("2026-03-29T01:00"), dt.time(22), half_past_two, BERLIN)
    assert iso(skipped) == "2026-03-29T01:30:00.000Z"  # the clocks show 03:30 then
    repeated = quiet_until(at("2026-10-25T01:00"), dt.time(22), half_past_two, BERLIN)
    assert iso(repeated) == "2026-10-25T01:30:00.000Z"  # the second time that they show 02:30
    for minutes in range(270):
        moment = at("2026-10-24T22:00") + minutes * MINUTE
        assert quiet_until(moment, dt.time(22), half_past_two, BERLIN) == repeated


def test_quiet_hours_within_a_day() -> None:
    lunch = Preferences(zone="UTC", quiet_from="12:00", quiet_until="13:30")
    assert lunch.held_until(at("2026-03-27T12:15", "UTC")) == at("2026-03-27T13:30", "UTC")
    assert lunch.held_until(at("2026-03-27T13:30", "UTC")) == 0
    assert Preferences(zone="UTC").held_until(at("2026-03-27T12:15", "UTC")) == 0


@pytest.mark.parametrize(
    ("digest", "now", "released"),
    [
        ("immediately", "2026-03-27T12:10", "2026-03-27T12:10"),
        ("immediately", "2026-03-27T23:10", "2026-03-28T07:00"),
        ("hourly", "2026-03-27T12:10", "2026-03-27T13:00"),
        ("hourly", "2026-03-27T21:10", "2026-03-28T07:00"),
        ("daily", "2026-03-27T07:59", "2026-03-27T08:00"),
        ("daily", "2026-03-27T08:00", "2026-03-28T08:00"),
        ("daily", "2026-03-28T20:00", "2026-03-29T08:00"),
        ("weekly", "2026-03-27T12:00", "2026-03-30T08:00"),
        ("weekly", "2026-03-30T08:00", "2026-04-06T08:00"),
        ("daily", "2028-02-28T20:00", "2028-02-29T08:00"),
    ],
)
def test_when_a_note_is_released(digest: str, now: str, released: str) -> None:
    person = msgspec.structs.replace(NIGHT, digest=digest)
    assert person.release("reminder", at(now)) == at(released)
    urgent = msgspec.structs.replace(person, urgent=["reminder"])
    assert urgent.release("reminder", at(now)) == at(now)


ZONES = st.sampled_from(["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"])
TIMES = st.times().map(lambda each: each.replace(second=0, microsecond=0))
MOMENTS = st.integers(at("2010-01-01"), at("2040-01-01"))


@given(MOMENTS, TIMES, TIMES, ZONES)
def test_quiet_hours_have_an_end_that_is_not_quiet(now: int, begin: dt.time, end: dt.time, zone: str) -> None:
    until = quiet_until(now, begin, end, zone)
    if begin == end:
        return
    if until:
        assert now < until <= now + 2 * DAY
        assert quiet_until(until, begin, end, zone) in (0, until) or begin > end
    else:
        shown = local(now, zone).time()
        inside = begin <= shown < end if begin < end else shown >= begin or shown < end
        changes = {local(now + hours * HOUR, zone).utcoffset() for hours in (-26, 0, 26)}
        assert not inside or len(changes) > 1


@given(MOMENTS, TIMES, ZONES)
def test_the_next_time_is_soon_and_shows_what_it_should(now: int, time: dt.time, zone: str) -> None:
    daily = next_time(now, time, zone)
    assert now < daily <= now + 2 * DAY + HOUR
    weekly = next_time(now, time, zone, 2)
    assert now < weekly <= now + 8 * DAY + 2 * HOUR
    hour = next_hour(now, zone)
    assert now < hour <= now + HOUR
    assert local(hour, zone).second == 0


async def test_a_digest_is_one_message_without_what_is_done_meanwhile(bureau: Bureau) -> None:
    await bureau.person("ada", digest="daily", digest_at="17:00", zone=BERLIN, channels={"*": ["mail"]})
    await bureau.deploy(to="nobody")
    done, suspended, *kept = [await bureau.start() for _ in range(4)]
    await bureau.at("2026-03-27T15:30")
    assert bureau.mails == []
    await bureau.runtime.task_action((await bureau.task(done)).id, "complete", who="ada")
    await bureau.runtime.act(suspended, "suspend", who="oda")
    await bureau.at("2026-03-27T17:00", BERLIN)
    assert bureau.mails == [("ada", "2 notes from Andante")]
    for each in kept:
        link = f"https://flow.example/tasks/{(await bureau.task(each)).id}"
        assert link in bureau.text()
        assert f'href="{link}"' in bureau.html()
    assert "<it>" not in bureau.html()
    assert suspended not in bureau.text()
    await bureau.later(3 * DAY)
    assert len(bureau.mails) == 1


async def test_one_note_in_a_digest_looks_like_any_other(bureau: Bureau) -> None:
    await bureau.person("ada", digest="hourly", channels={"*": ["mail"]})
    await bureau.deploy(to="nobody")
    await bureau.start()
    await bureau.at("2026-03-27T15:00")
    assert bureau.mails == []
    await bureau.at("2026-03-27T16:00")
    assert bureau.mails == [("ada", "Reminder: Approve <it>")]


async def test_what_came_in_the_night_comes_in_the_morning_as_one_but_urgent_ones_at_once(bureau: Bureau) -> None:
    await bureau.person(
        "ada", zone="Asia/Tokyo", quiet_from="22:00", quiet_until="07:00", urgent=["slaGoal"], language="zh",
        channels={"*": ["mail"]},
    )  # fmt: skip
    await bureau.deploy(to="ada")
    await bureau.start()
    await bureau.later(MINUTE)
    await bureau.start()
    await bureau.at("2026-03-27T15:30")  # in Tokyo it is half past midnight
    assert bureau.mails == []
    await bureau.at("2026-03-27T16:02")
    assert bureau.mails == [("ada", "已过目标时间：Approve <it>")] * 2
    await bureau.at("2026-03-28T07:00", "Asia/Tokyo")
    assert bureau.mails[2:] == [("ada", "Andante 有 2 条通知")]


async def test_a_try_in_quiet_hours_waits_for_their_end(bureau: Bureau) -> None:
    await bureau.person("ada", quiet_from="15:00", quiet_until="18:00", channels={"*": ["mail"]})
    await bureau.deploy(to="nobody")
    instance = await bureau.start()
    task = await bureau.task(instance)
    bureau.office.content_answer = "452 disk full"
    await bureau.runtime.task_action(task.id, "claim", who="ada")
    await bureau.at("2026-03-27T14:59:50")
    await bureau.runtime.task_action(task.id, "remind", who="ina")
    await bureau.runtime.run_due()
    bureau.office.content_answer = "250 OK"
    await bureau.at("2026-03-27T15:10")
    assert bureau.mails == []
    await bureau.at("2026-03-27T18:00")
    assert bureau.mails == [("ada", "2 notes from Andante")]  # the reminder of 15:00 too


async def test_other_preferences_move_what_waits(bureau: Bureau) -> None:
    await bureau.person("ada", digest="weekly", channels={"*": ["mail"]})
    await bureau.person("bob", digest="weekly", channels={"*": ["mail"]})
    await bureau.deploy(holder='candidateUsers="ada,bob"', to="nobody")
    await bureau.start()
    await bureau.at("2026-03-27T15:00")
    await bureau.post.preferences.change("ada", {"digest": "hourly"})
    await bureau.post.retime("ada")
    await bureau.post.preferences.change("bob", {"channels": {"*": ["app"]}})
    await bureau.post.retime("bob")
    await bureau.at("2026-03-27T16:00")
    assert bureau.mails == [("ada", "Reminder: Approve <it>")]
    assert await bureau.states() == {"sent": 1, "dropped": 1}
