"""Work that stands still: what nobody does, or nothing can do without somebody."""

from typing import Final

from andante.runtime.doctor.finding import ERROR, HINT, WARNING, Finding, Look, some, span
from andante.store import operations as rows
from andante.store.batches import AWAITING
from andante.store.instances import OPEN_STATES, open_by_definition
from andante.timing.instants import DAY, HOUR, MINUTE, iso

SHOWN: Final = 10  # of a kind
LATE: Final = MINUTE  # ms that a timer may be late, or an effect on its way
IDLE: Final = HOUR  # ms that a job may wait for a worker
MAIL: Final = 10 * MINUTE  # ms that a letter may be late
PAUSED: Final = DAY  # ms that a batch may be paused
DATABASE_NOW: Final = "select (extract(epoch from clock_timestamp())*1000)::int8"
MEMBERS: Final = "select id, expires_at from node order by started_at"
WAITING: Final = (
    "select j.type, min(i.modified_at) from job j join instance i on i.id=j.instance_id where j.retries>0"
    " and j.available_at<=? and j.locked_until<=? and j.worker='' and i.suspended=0 group by j.type"
)
LETTERS: Final = "select count(*), min(next_at) from letter where state='waiting' and next_at<=?"
DEAD: Final = "select channel, count(*) from letter where state='dead' group by channel order by channel"
FAILING: Final = (
    "select channel, count(*), max(attempts), max(error) from letter where state='waiting' and attempts>0"
    " group by channel order by channel"
)
EVENTS: Final = (
    "select sink, count(*), count(case when attempts>0 then 1 end), min(at), max(error) from event_out"
    " group by sink order by sink"
)
BATCHES: Final = (
    "select id, action, state, lease_until, started_at, created_at, error, expires_at from batch where ended_at=0"
    " order by created_at"
)
MENDING: Final = {"mail": "smtp_url, or the mail server", "webhook": "Administration, Endpoints, or who runs it"}
FAILED: Final = "select id, action, error from batch where state='failed' and ended_at>? order by ended_at desc limit 5"
NEWEST: Final = f"select max(started_at) from instance where state in ({','.join('?' * len(OPEN_STATES))})"


async def work(look: Look) -> list[Finding]:
    """Instances, jobs, timers, effects, letters, events, batches."""
    return [
        *await _broken(look), *await _jobs(look), *await _timers(look), *await _outbox(look), *await _letters(look),
        *await _events(look), *await _batches(look),
    ]  # fmt: skip


async def _broken(look: Look) -> list[Finding]:
    found = sorted(await open_by_definition(look.store), key=lambda row: -row[4])
    return [
        Finding(
            ERROR, "work.incidents", f"definition '{name}' {version}",
            f"{some(broken, 'instance')} of {opened} open ones cannot go on: they have an incident.",
            "See Operations, Incidents by cause, for why; mend it, then `andante retry ID`, or all of a cause there.",
        )
        for name, version, opened, _, broken in found[:SHOWN]
        if broken
    ]  # fmt: skip


async def _jobs(look: Look) -> list[Finding]:
    found = []
    for each in await rows.job_types(look.store, look.now):
        where = f"jobs of type '{each.type}'"
        if each.spent:
            what = f"{some(each.spent, 'job')} failed too often and will not be tried again."
            remedy = "See the incidents of their instances, mend the cause, then `andante retry ID`."
            found.append(Finding(ERROR, "work.jobs", where, what, remedy))
        if each.lost:
            what = f"{some(each.lost, 'job')} had a worker that let the lock run out."
            remedy = "See whether the worker runs and how long it takes; let it ask for a longer lock, or extend it."
            found.append(Finding(WARNING, "work.lost", where, what, remedy))
    for kind, since in await look.store.read(WAITING, (look.now, look.now)):
        if look.now - since > IDLE:
            what = f"The oldest has waited for {span(look.now - since)}, and no worker has taken it."
            remedy = "Start a worker for this type, or see whether it asks for another type."
            found.append(Finding(WARNING, "work.noWorker", f"jobs of type '{kind}'", what, remedy))
    return found


async def _timers(look: Look) -> list[Finding]:
    timers = await rows.timers(look.store, look.now, 1)
    late = look.now - timers.first
    if not timers.late or late <= LATE or look.test_clock:
        return []
    what = f"{some(timers.late, 'instance')} should have gone on by now, the first {span(late)} ago."
    remedy = "See whether a server is at work, whether it keeps up (CPU, commits a second), and what its log says."
    return [Finding(ERROR, "work.timers", "timers, SLA clocks and reminders", what, remedy)]


async def _outbox(look: Look) -> list[Finding]:
    state = await rows.outbox_state(look.store)
    found = []
    if state.oldest and look.now - state.oldest > LATE:
        what = (
            f"{state.inner} to other instances and {state.notes} to people wait, the oldest for"
            f" {span(look.now - state.oldest)}."
        )
        remedy = "See whether a server is at work, and in its log for 'an effect failed' or 'not sent'."
        found.append(Finding(WARNING, "work.outbox", "outbox", what, remedy))
    if state.dead:
        what = f"{some(state.dead, 'note')} to people could not be handed to any channel and were given up."
        remedy = "See the log for 'a note was not sent', and mend what it names."
        found.append(Finding(WARNING, "work.notes", "outbox", what, remedy))
    return found


async def _letters(look: Look) -> list[Finding]:
    found = []
    for channel, count in await look.store.read(DEAD):
        what = f"{some(count, 'letter')} could not be delivered and will not be tried again."
        remedy = "`andante letters list` tells why; mend it, then `andante letters retry`, or `discard`."
        found.append(Finding(WARNING, "work.deadLetters", f"channel {channel}", what, remedy))
    for channel, count, tries, error in await look.store.read(FAILING):
        what = f"{some(count, 'letter')} could not be delivered yet, after {some(tries, 'try', 'tries')}: {error}"
        remedy = f"Mend what it says ({MENDING.get(channel, 'the address')}); what waits is tried again by itself."
        found.append(Finding(WARNING, "work.lettersFailing", f"channel {channel}", what, remedy))
    ((late, first),) = await look.store.read(LETTERS, (look.now - MAIL,))
    if late and not look.test_clock:
        what = f"{some(late, 'letter')} should have gone by now, the first {span(look.now - first)} ago."
        remedy = "See whether a server is at work, and whether it can reach the mail server (`andante notes test WHO`)."
        found.append(Finding(WARNING, "work.letters", "letters", what, remedy))
    return found


async def _events(look: Look) -> list[Finding]:
    found = []
    for sink, count, failing, since, error in await look.store.read(EVENTS):
        if failing:
            what = f"Events of {some(count, 'command')} wait, the oldest for {span(look.now - since)}: {error}"
            remedy = "Mend what it says; then they go by themselves, in order, or at once from Operations."
            found.append(Finding(WARNING, "work.events", f"events to {sink}", what, remedy))
    return found


async def _batches(look: Look) -> list[Finding]:
    found = []
    for id, action, state, lease, started, created, _error, expires in await look.store.read(BATCHES):
        where = f"batch {id} ({action})"
        if state == AWAITING:
            if look.now - created > HOUR:
                what = f"It waits for a second person since {iso(created)}, until {iso(expires)}."
                remedy = f"Let another operator decide: `andante batch approve {id}`, or `refuse`."
                found.append(Finding(HINT, "work.batchAwaiting", where, what, remedy))
        elif state == "paused":
            if look.now - (started or created) > PAUSED:
                remedy = f"`andante batch resume {id}`, or `cancel`."
                found.append(Finding(HINT, "work.batchPaused", where, "It has been paused for over a day.", remedy))
        elif look.now - max(lease, created) > LATE and not look.test_clock:
            what = f"It stands still: no server has carried it on for {span(look.now - max(lease, created))}."
            remedy = "See whether a server is at work; it goes on by itself with the next one."
            found.append(Finding(WARNING, "work.batch", where, what, remedy))
    for id, action, error in await look.store.read(FAILED, (look.now - DAY,)):
        what = f"It stopped: {error}"
        found.append(
            Finding(WARNING, "work.batchFailed", f"batch {id} ({action})", what, f"`andante batch resume {id}`.")
        )
    return found


async def clock(look: Look) -> list[Finding]:
    """The server's clock against the database's, and against what is stored."""
    found = []
    if look.postgres and not look.test_clock:
        ((database,),) = await look.store.read(DATABASE_NOW)
        apart = abs(database - look.now)
        if apart > MINUTE:
            what = f"The clock of this machine and the database's are {span(apart)} apart."
            remedy = "Let both be set by NTP (chrony). Andante counts by the database's, browsers and tokens do not."
            found.append(Finding(WARNING, "clock.apart", "clock", what, remedy))
    ((newest,),) = await look.store.read(NEWEST, OPEN_STATES)
    if newest and newest - look.now > MINUTE and not look.test_clock:
        what = f"An instance was started at {iso(newest)}, which is still to come: the clock went back, or stood wrong."
        remedy = "Set the clock right (NTP). Due dates that were counted by the wrong one stay; extend them by hand."
        found.append(Finding(WARNING, "clock.future", "clock", what, remedy))
    return found


async def members(look: Look) -> list[Finding]:
    """Servers that share the database."""
    if not look.postgres:
        return []
    ((now,),) = await look.store.read(DATABASE_NOW)
    found, alive = [], 0
    for id, expires in await look.store.read(MEMBERS):
        if expires > now:
            alive += 1
            continue
        what = f"It has been silent for {span(now - expires)}: it was killed, hangs, or is cut off."
        remedy = "Others do its work. See its machine; the entry goes when a server starts."
        found.append(Finding(WARNING, "members.silent", f"server {id}", what, remedy))
    if not alive:
        what = "No server is at work on this database: nothing falls due, and nothing is sent."
        found.append(Finding(HINT, "members.none", "servers", what, "Start one: `andante serve`."))
    return found
