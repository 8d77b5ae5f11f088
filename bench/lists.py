"""What lists of tasks take over HTTP: `python -m bench.lists [COUNT [URL [REQUESTS]]]` prints one JSON object.

COUNT open tasks (a million), a fifth as many that are over, 1,000 persons in 50 groups and 10 queues, 20 processes. For
each kind of question `p50_ms` and `p95_ms` of REQUESTS, each of another person, one after the other; `pages` follows a
list by its cursor for 200 pages. URL is a PostgreSQL that may be filled, or "postgresql" for a server of its own that
waits for the disk; without one it is a SQLite file.
"""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import uvloop
from tests.support.cluster import running

from andante.api.operation import BASE
from andante.people import Access, Accounts
from andante.runtime import Runtime, SystemClock
from andante.runtime.ids import INSTANCE, Ids
from andante.store.grams import folded, grams
from andante.store.ranks import rank
from bench.postgres import Databases

PERSONS: Final = 1_000
GROUPS: Final = 50
QUEUES: Final = 10
PROCESSES: Final = 20
DAY: Final = 86_400_000
AT_ONCE: Final = 10_000
PAGES: Final = 200
NAMES: Final = ("Check the invoice", "Approve the leave", "Call back", "Sign", "审批报销单", "Book the journey")
WORDS: Final = ("Invoice", "Müller", "Zhang Wei", "报销单", "合同审批", "Contract", "Oslo", "Acme", "warehouse")
MODEL: Final = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://bench"
xmlns:andante="http://andante.dev/schema/bpmn/1.0"><process id="p{}" isExecutable="true"><startEvent id="start"/>
<userTask id="ask" name="{}" andante:candidateGroups="g1"/><endEvent id="end"/>
<sequenceFlow id="a" sourceRef="start" targetRef="ask"/><sequenceFlow id="b" sourceRef="ask" targetRef="end"/>
</process></definitions>"""
Rows = dict[str, list[dict[str, Any]]]


async def prepare(url: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Definitions and persons. A started instance's row of each process, and a token of each person."""
    runtime = await Runtime.open(url, timers=False)
    patterns = []
    for n in range(PROCESSES):
        await runtime.deploy_xml(MODEL.format(n, NAMES[n % len(NAMES)]).encode(), who="bench")
        started = await runtime.start(f"p{n}", who="u1")
        names = [
            row[0]
            for row in await runtime.store.read(
                "select name from pragma_table_info('instance') order by cid"
                if url.startswith("sqlite")
                else "select column_name::text from information_schema.columns where table_name='instance'"
                " order by ordinal_position"
            )
        ]
        columns = ",".join(f'"{name}"' for name in names)
        (row,) = await runtime.store.read(f"select {columns} from instance where id=?", (started.id,))
        patterns.append(dict(zip(names, row, strict=True)))
    accounts = Accounts(runtime.store, runtime.clock.now)
    access = Access(runtime.store, accounts, runtime.clock.now)
    tokens = []
    for n in range(PERSONS):
        choose = random.Random(n)
        await accounts.add_person(
            f"u{n}", roles=["user"], groups=[f"g{choose.randrange(GROUPS)}" for _ in range(3)],
            queues=[f"q{choose.randrange(QUEUES)}"],
        )  # fmt: skip
        tokens.append(await access.issue(f"u{n}", "bench", 10**7))
    await accounts.add_person("admin-bench", roles=["administrator"])
    tokens.append(await access.issue("admin-bench", "bench", 10**7))
    await runtime.close()
    return patterns, tokens


def made(patterns: Sequence[dict[str, Any]], ids: Sequence[str], over: bool, choose: random.Random) -> Rows:
    """Instances with a task each."""
    found: Rows = {"instance": [], "task": [], "candidate": [], "search": []}
    now = SystemClock().now()
    for id in ids:
        process = choose.randrange(PROCESSES)
        pattern = patterns[process]
        suspended = 0 if over else int(choose.random() < 0.05)
        title = f"{choose.choice(WORDS)} {choose.randrange(100_000)}" if choose.random() < 0.5 else ""
        old = pattern["id"].encode()
        found["instance"].append(
            pattern
            | {
                "id": id, "root_id": id, "business_key": id, "title": title, "suspended": suspended, "seq": 1,
                "created_by": f"u{choose.randrange(PERSONS)}", "data": bytes(pattern["data"]).replace(old, id.encode()),
                "closed": int(over), "state": "Completed OK" if over else pattern["state"],
            }
        )  # fmt: skip
        if title:
            found["search"].append({"instance_id": id, "key": 0, "text": folded(title), "grams": grams(title)})
        kind = choose.random()
        users: list[str] = []
        groups: list[str] = []
        assignee = queue = ""
        if kind < 0.4 or over:
            assignee = f"u{choose.randrange(PERSONS)}"
        if kind < 0.65:
            groups = [f"group:g{choose.randrange(GROUPS)}"]
        elif kind < 0.9:
            users = [f"u{choose.randrange(PERSONS)}"]
            groups = [f"group:g{n}" for n in choose.sample(range(GROUPS), 2)]
        else:
            queue = f"q{choose.randrange(QUEUES)}"
        who = [*(f"user:{name}" for name in users), *groups, *([f"queue:{queue}"] if queue else [])]
        urgency = choose.choice((0, 0, 0, 0, 50, 100))
        due = now + choose.randrange(-10 * DAY, 30 * DAY) if choose.random() < 0.8 else 0
        priority = choose.choice((50, 50, 50, 10, 90))
        place = rank(urgency, due, priority)
        ended = now - choose.randrange(90 * DAY) if over else 0
        found["task"].append(
            {
                "instance_id": id, "key": 3, "name": NAMES[process % len(NAMES)], "element": "ask",
                "assignee": assignee, "pool": who[0] if len(who) == 1 else "", "users": json.dumps(users),
                "groups": json.dumps(groups), "queue": queue, "owner": f"u{choose.randrange(PERSONS)}"
                if choose.random() < 0.02 else "", "priority": priority, "urgency": urgency,
                "created_at": now - choose.randrange(30 * DAY), "due_at": due, "risk_at": due,
                "state": "completed" if over else "open", "ended_at": ended, "ended_by": assignee if over else "",
                "rank": place, "suspended": suspended, "definition": f"p{process}",
            }
        )  # fmt: skip
        if len(who) > 1:
            free = int(not assignee and not suspended and not over)
            found["candidate"].extend(
                {"instance_id": id, "key": 3, "who": name, "rank": place, "free": free} for name in who
            )
    return found


def batches(patterns: Sequence[dict[str, Any]], count: int) -> Iterator[Rows]:
    ids, choose = Ids(), random.Random(7)
    for over, total in ((False, count), (True, count // 5)):
        for first in range(0, total, AT_ONCE):
            fresh = [ids.new(INSTANCE, 1_700_000_000_000 + n) for n in range(first, min(total, first + AT_ONCE))]
            yield made(patterns, fresh, over, choose)


def fill(url: str, patterns: Sequence[dict[str, Any]], count: int) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute("pragma synchronous=off")
            file.execute("pragma cache_size=-400000")
            for rows in batches(patterns, count):
                for table, found in rows.items():
                    if found:
                        names = ",".join(f'"{name}"' for name in found[0])
                        marks = ",".join(f":{name}" for name in found[0])
                        file.executemany(f"insert into {table} ({names}) values ({marks})", found)
        return
    with psycopg.connect(url) as server:
        for rows in batches(patterns, count):
            for table, found in rows.items():
                names = ",".join(f'"{name}"' for name in found[0])
                with server.cursor().copy(f"copy {table} ({names}) from stdin".encode()) as copy:
                    for row in found:
                        copy.write_row(list(row.values()))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("vacuum analyze")


QUESTIONS: Final[dict[str, tuple[str, dict[str, object]]]] = {
    "todo": ("/query/tasks", {"limit": 50}),
    "todo, overdue": ("/query/tasks", {"limit": 50, "overdue": True}),
    "todo, of a process": ("/query/tasks", {"limit": 50, "definition": "p3"}),
    "todo, by creation": ("/query/tasks", {"limit": 50, "orderField": "createdAt", "orderType": "desc"}),
    "mine": ("/query/tasks", {"limit": 50, "scope": "mine"}),
    "claimable": ("/query/tasks", {"limit": 50, "scope": "claimable"}),
    "delegated": ("/query/tasks", {"limit": 50, "view": "delegated"}),
    "history": ("/query/tasks", {"limit": 50, "view": "history"}),
    "search, few": ("/query/tasks", {"limit": 50, "text": "acme 4321"}),
    "search, Chinese": ("/query/tasks", {"limit": 50, "text": "合同审批 77"}),
    "search, many": ("/query/tasks", {"limit": 50, "text": "invoice"}),
    "counts": ("/query/tasks/counts", {}),
    "groups by due": ("/query/tasks/groups", {"by": "due"}),
    "groups by process": ("/query/tasks/groups", {"by": "process"}),
}
OF_ALL: Final = ("todo", "todo, of a process", "todo, by creation", "search, few", "search, many", "history", "counts",
                 "groups by due", "groups by process")  # fmt: skip


async def ask(url: str, tokens: Sequence[str], requests: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:

        async def one(path: str, query: dict[str, object], token: str) -> tuple[float, Any]:
            begun = time.perf_counter()
            answer = await http.get(BASE + path, params=query, headers={"access-token": token})  # type: ignore[arg-type]
            took = time.perf_counter() - begun
            if answer.status_code != 200:
                raise SystemExit(f"{path} {query}: {answer.text}")
            return took, answer.json()["result"]

        for person, names in (("", QUESTIONS), ("administrator: ", OF_ALL)):
            for name in names:
                path, query = QUESTIONS[name]
                times = []
                for n in range(requests + 5):
                    took, _ = await one(path, query, tokens[-1] if person else tokens[n * 37 % PERSONS])
                    if n >= 5:
                        times.append(took * 1000)
                times.sort()
                found[person + name] = {
                    "p50_ms": round(times[len(times) // 2], 1), "p95_ms": round(times[len(times) * 95 // 100], 1)
                }  # fmt: skip
        times, after = [], ""
        for _ in range(PAGES):
            took, page = await one("/query/tasks", {"limit": 50, **({"after": after} if after else {})}, tokens[-1])
            times.append(took * 1000)
            after = page["after"]
        found["pages"] = {"first_ms": round(sorted(times[:20])[10], 1), "last_ms": round(sorted(times[-20:])[10], 1)}
    return found


def measure(url: str, count: int, requests: int) -> dict[str, Any]:
    patterns, tokens = uvloop.run(prepare(url))
    begun = time.perf_counter()
    fill(url, patterns, count)
    filled = time.perf_counter() - begun
    server = subprocess.Popen(
        [sys.executable, "-c", "from andante.cli import main; main()", "serve", "--db", url, "--port", "0"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        while "ready at" not in line:
            if not line:
                raise SystemExit("the server did not start")
            line = server.stdout.readline()
        answers = asyncio.run(ask(line.rsplit(" ", 1)[1].strip(), tokens, requests))
    finally:
        os.kill(server.pid, signal.SIGTERM)
        server.wait()
    worst = max(each["p95_ms"] for each in answers.values() if "p95_ms" in each)
    return {"count": count, "fill_s": round(filled, 1), "worst_p95_ms": worst, **answers}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    requests = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = sys.argv[2] if len(sys.argv) > 2 and sys.argv[2] else f"sqlite:///{Path(folder)}/andante.db"
        if url == "postgresql":
            url = Databases(stack.enter_context(running(durable=True))).new()
        print(json.dumps(measure(url, count, requests), indent=1))


if __name__ == "__main__":
    main()
