"""A server of the previous release and one of this, on one PostgreSQL and under load, as an upgrade has it.

Which release that is says tests/support/previous_release.txt.
"""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from cluster import Cluster, free_port
from previous import unpack
from reckoning import COMMANDS, Log, pending, reckon
from served import SECRET, Load, Server, prepare, until

from andante.client import Client, calls, replaying, upkeep

TOUR: Final = (Path(__file__).parent / "tour.bpmn").read_bytes()
STARTS: Final[dict[str, dict[str, Any]]] = {
    "ExpenseApproval": {"employee": "Dana", "items": [{"text": "taxi", "amount": 80}]},
    "Incident": {"title": "Printer", "severity": 1},
    "LeaveApproval": {"employee": "Anna", "manager": "admin"},
    "LeaveBalance": {"age": 61, "yearsOfService": 30, "taken": 12},
    "Order": {"orderId": "4711", "customer": "Ann", "lines": 3},
    "ParallelReview": {"amount": 5000},
    "TravelRequest": {"traveller": "admin", "destination": "Oslo", "cost": 400, "departure": "2026-01-02 09:00:00"},
    "Tour": {"people": ["kim", "mona", "tom"], "amount": 500},
}
JOBS: Final = ("pack", "pay-expense", "release-stock", "reserve-stock", "ship-order")


def said(client: Client, call: calls.Call[Any]) -> Any:
    """The answer as it came: that of another release need not be of this one's shape."""
    call.answer = bytes
    return json.loads(client.send(call)).get("result")


def differences(old: Any, new: Any, at: str = "") -> list[str]:
    """What the old release says and the new one does not, or not so. It may say more."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [text for key in old for text in differences(old[key], new.get(key), f"{at}.{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [text for n, pair in enumerate(zip(old, new, strict=True)) for text in differences(*pair, f"{at}[{n}]")]
    return [] if old == new else [f"{at}: {old!r} {new!r}"]


# A server of the release before does not write this column. Lists look at the instance too, and the row is put right
# when that server has gone (runtime/putting_right.py).
BEHIND: Final = ("suspended is 0, by the state 1", "suspended is 1, by the state 0")


def in_order(found: Any) -> Any:
    """A list of tasks by their ids: the order of those that are over is another one since this release."""
    if isinstance(found, dict) and all("id" in each for each in found.get("Recs", [{}])):
        return {**found, "Recs": sorted(found["Recs"], key=lambda each: str(each["id"]))}
    return found


class Traveller:
    """Leads an instance from its start to its end, each step at another server than the one before."""

    def __init__(self, old: Server, new: Server) -> None:
        self._clients = [Client(server.url, "admin", SECRET) for server in (old, new)]
        self._turn = 0

    def ask(self, call: calls.Call[Any]) -> Any:
        self._turn += 1
        return said(self._clients[self._turn % 2], call)

    def compare(self, instance_id: str) -> None:
        """Both say the same of it, and neither finds anything wrong."""
        looks: list[calls.Call[Any]] = [
            calls.instance(instance_id), calls.variables(instance_id), calls.history(instance_id),
            calls.tasks("all", instance_id=instance_id), calls.tasks("history", instance_id=instance_id),
            replaying.replay(instance_id),
        ]  # fmt: skip
        for look in looks:
            old, new = [in_order(said(client, look)) for client in self._clients]
            assert differences(old, new, look.path) == []
        for client in self._clients:
            found = said(client, upkeep.verify([instance_id]))
            wrong = [each for each in found["drift"] if not each["what"].endswith(BEHIND)]
            assert (found["checked"], wrong) == (1, [])

    def lead(self, name: str) -> None:
        started = self.ask(calls.start(name, STARTS[name]))
        instance_id = started["id"]
        if not started["isClosed"]:
            self.ask(calls.act(instance_id, "suspend", reason="rolling"))
            self.compare(instance_id)
            self.ask(calls.act(instance_id, "resume"))
        until(f"{name} is over", lambda: self.step(instance_id))
        self.compare(instance_id)

    def step(self, instance_id: str) -> bool:
        """Do what can be done for it. Whether it is over."""
        found = self.ask(calls.instance(instance_id))
        if found["isClosed"]:
            return True
        assert not found["incidents"], found
        for id in (instance_id, *found["children"]):
            for task in self.ask(calls.tasks("todo", instance_id=id))["Recs"]:
                self.ask(calls.set_variables(id, {"seen": task["id"]}, introduce=True))
                self.ask(calls.task_action(task["id"], "complete", outcome=next(iter(task["outcomes"]), "")))
        for job in self.ask(calls.activate_jobs(JOBS, max_jobs=10))["Recs"]:
            self.ask(calls.complete_job(job["id"]))
        self.ask(calls.publish("paid"))
        self.ask(calls.publish("payment received", correlation={"orderId": STARTS["Order"]["orderId"]}))
        return False

    def close(self) -> None:
        for client in self._clients:
            client.close()


class Upgrade:
    """Two servers on one database, and their clients, which know of both from the beginning."""

    def __init__(self, url: str, folder: Path, previous: Path) -> None:
        self.url = url
        mail = free_port()
        self.old = Server("old", url, folder, mail, source=previous / "src")
        self.new = Server("new", url, folder, mail)
        self.log = Log(folder / "log")
        self._load: Load | None = None
        self._place = (folder, mail)

    def load(self) -> None:
        folder, mail = self._place
        self._load = Load([self.old, self.new], folder, self.log.path, mail, self.old.source)

    def work(self, *servers: Server, what: frozenset[str] = frozenset(("approval", "set"))) -> None:
        """Until each of these has done each of that."""
        since = len(self.log.more())
        expected = {(server.name, each) for server in servers for each in what}

        def all_done() -> bool:
            return expected <= {(line.server, line.what) for line in self.log.more()[since:]}

        until("all was done by " + " and ".join(server.name for server in servers), all_done)

    def settle(self) -> None:
        assert self._load is not None
        self._load.finish()
        try:
            until("nothing is pending", lambda: not pending(self.url))
        except AssertionError as fault:
            raise AssertionError(f"{fault}: {pending(self.url)}") from None
        self._load.end()

    def destroy(self) -> None:
        if self._load is not None:
            self._load.destroy()
        self.old.destroy()
        self.new.destroy()


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return unpack(tmp_path_factory.mktemp("previous"))
    except LookupError as why:
        warnings.warn(f"NOT TESTED: a rolling upgrade, for {why}", stacklevel=1)
        pytest.skip(f"NOT TESTED: a rolling upgrade, for {why}")


@pytest.fixture
def upgrade(cluster: Cluster, tmp_path: Path, previous: Path) -> Iterator[Upgrade]:
    """On a database without tables."""
    cluster.execute("create database andante_rolling")
    made = Upgrade(cluster.url("andante_rolling"), tmp_path, previous)
    yield made
    made.destroy()
    cluster.execute("drop database andante_rolling with (force)")


@pytest.mark.xdist_group("faults")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_two_releases_work_on_the_same(upgrade: Upgrade, previous: Path, back: bool) -> None:
    """Forth: the old one is there first, and goes when the new one is at work. Back: the other way round."""
    first, second = (upgrade.new, upgrade.old) if back else (upgrade.old, upgrade.new)
    first.begin()
    prepare(first)
    with Client(first.url, "admin", SECRET) as client:
        for model in [TOUR, *(path.read_bytes() for path in sorted((previous / "examples").glob("*.*mn")))]:
            said(client, calls.deploy_xml(model))
        said(client, calls.deploy_json(json.loads((previous / "examples/travel-request.json").read_text())))
    upgrade.load()
    upgrade.work(first)
    second.begin()
    upgrade.work(first, second, what=COMMANDS)
    for server in (upgrade.new, upgrade.old):  # each deploys, and both run what the old one has deployed last
        with Client(server.url, "admin", SECRET) as client:
            said(client, calls.deploy_xml(TOUR + f"<!-- {server.name} -->".encode()))
    traveller = Traveller(upgrade.old, upgrade.new)
    for name in STARTS:
        traveller.lead(name)
    first.kill()  # in the midst of it, and it comes back to what the other has made of the database
    first.begin()
    upgrade.work(first, second)
    traveller.close()
    first.end()
    upgrade.work(second)
    if back:  # mail that it had in hand waits for it: the release before keeps none
        first.begin()
    upgrade.settle()
    second.end()
    reckon(upgrade.url, upgrade.log, releases=2)
