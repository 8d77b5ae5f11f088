"""What is known of the people, as a value in memory: sets of persons, managers, who stands in for whom. It answers what
the core asks (engine/roster.py), and costs no query.
"""

from collections.abc import Iterable
from typing import Final, final

from andante.engine.roster import ASSIGN, SHARE
from andante.store.records import Share
from andante.store.roster import DeputyRow, PermitRow, PersonRow, TeamRow

LONGEST_CHAIN: Final = 5  # from a person to who stands in for them at last
USER: Final = "user"
GROUP: Final = "group"
ROLE: Final = "role"
QUEUE: Final = "queue"
BELOW: Final = "roleAndSubordinates"  # a role with all that are below it


@final
class Known:
    """A roster. What is asked often is worked out once, and anew after a change."""

    def __init__(
        self, persons: Iterable[PersonRow] = (), teams: Iterable[TeamRow] = (), deputies: Iterable[DeputyRow] = (),
        permits: Iterable[PermitRow] = (),
    ) -> None:  # fmt: skip
        self.persons: dict[str, PersonRow] = {}
        self.teams: dict[tuple[str, str], TeamRow] = {}
        self.deputies: dict[str, DeputyRow] = {}
        self.permits: dict[tuple[str, str], PermitRow] = {}
        self._named: dict[str, dict[str, None]] = {}  # "group:x": who says so of themselves
        self._deputies_of: dict[str, list[DeputyRow]] = {}
        self._below: dict[str, list[str]] = {}  # a role: those right below it
        self._members: dict[str, tuple[str, ...]] = {}
        self._queues: dict[str, frozenset[str]] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self.put(persons, teams, deputies, permits)

    def put(
        self, persons: Iterable[PersonRow] = (), teams: Iterable[TeamRow] = (), deputies: Iterable[DeputyRow] = (),
        permits: Iterable[PermitRow] = (),
    ) -> None:  # fmt: skip
        """Take up rows that are new or have changed."""
        self.permits.update(((each.definition, each.who), each) for each in permits)
        for person in persons:
            before = self.persons.get(person.name)
            if before is not None:
                for name in _own(before):
                    self._named[name].pop(person.name, None)
            self.persons[person.name] = person
            for name in _own(person):
                self._named.setdefault(name, {})[person.name] = None
        changed = list(teams)
        for team in changed:
            self.teams[team.kind, team.name] = team
        if changed:
            self._below = {}
            for team in self.teams.values():
                if team.kind == ROLE and team.parent:
                    self._below.setdefault(team.parent, []).append(team.name)
        changed_deputies = list(deputies)
        for deputy in changed_deputies:
            self.deputies[deputy.id] = deputy
        if changed_deputies:
            self._deputies_of = {}
            for deputy in self.deputies.values():
                self._deputies_of.setdefault(deputy.person, []).append(deputy)
        self._members, self._queues, self._groups = {}, {}, {}

    # Sets of persons.

    def members(self, name: str) -> tuple[str, ...]:
        """The enabled persons of "group:x", "role:x", "roleAndSubordinates:x", "queue:x" or "user:x", by name."""
        found = self._members.get(name)
        if found is None:
            names = self._named_in(name)
            found = self._members[name] = tuple(sorted(each for each in names if self.exists(each)))
        return found

    def _named_in(self, name: str) -> set[str]:
        kind, _, bare = name.rpartition(":")
        if kind in ("", USER, "puser"):
            return {bare}
        if kind == BELOW:
            return {each for role in self._with_subordinates(bare) for each in self._named_in(f"{ROLE}:{role}")}
        found = set(self._named.get(name, ()))
        team = self.teams.get((kind, bare))
        for item in team.members if team is not None else ():
            if item != name and not item.startswith("queue:"):
                found |= self._named_in(item)
        return found

    def _with_subordinates(self, role: str) -> list[str]:
        found, at = [role], 0
        while at < len(found):
            found.extend(each for each in self._below.get(found[at], ()) if each not in found)
            at += 1
        return found

    def queues_of(self, user: str) -> frozenset[str]:
        """Bare names of the work queues that the person is a member of."""
        found = self._queues.get(user)
        if found is None:
            found = self._queues[user] = self._sets_of(user, QUEUE)
        return found

    def groups_of(self, user: str) -> frozenset[str]:
        """Bare names of the groups and roles that the person is in."""
        found = self._groups.get(user)
        if found is None:
            found = self._groups[user] = self._sets_of(user, GROUP) | self._sets_of(user, ROLE)
        return found

    def _sets_of(self, user: str, kind: str) -> frozenset[str]:
        person = self.persons.get(user)
        own = () if person is None else (name.partition(":")[2] for name in _own(person) if name.startswith(f"{kind}:"))
        declared = (name for k, name in self.teams if k == kind and user in self.members(f"{kind}:{name}"))
        return frozenset((*own, *declared))

    def named(self, kind: str) -> set[str]:
        """Bare names of all sets of this kind: those of their own, and those that are only named at persons."""
        own = {name for k, name in self.teams if k == kind}
        return own | {
            name.partition(":")[2] for name, who in self._named.items() if who and name.startswith(f"{kind}:")
        }

    # Single persons.

    def manager(self, user: str) -> str:
        person = self.persons.get(user)
        return person.manager if person is not None else ""

    def exists(self, user: str) -> bool:
        if not self.persons:
            return True
        person = self.persons.get(user)
        return person is not None and not person.disabled

    def skills(self, user: str) -> dict[str, int]:
        person = self.persons.get(user)
        return person.skills if person is not None else {}

    def team(self, kind: str, name: str) -> TeamRow | None:
        return self.teams.get((kind, name))

    def lead(self, queue: str) -> str:
        team = self.teams.get((QUEUE, queue.removeprefix("queue:")))
        return team.lead if team is not None else ""

    def rule(self, queue: str) -> str:
        team = self.teams.get((QUEUE, queue.removeprefix("queue:")))
        return team.rule if team is not None else ""

    def calendar(self, queue: str) -> str:
        """The name of the work queue's business calendar, "" where it has none."""
        team = self.teams.get((QUEUE, queue.removeprefix("queue:")))
        return team.calendar if team is not None else ""

    # Who stands in.

    def deputy(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        seen = [user]
        entry = self._in_force(user, now, definition, queue)
        while entry is not None and entry.deputy and entry.deputy not in seen and len(seen) <= LONGEST_CHAIN:
            name = entry.deputy
            seen.append(name)
            entry = self._in_force(name, now, definition, queue)
            if entry is None or (entry.rule == SHARE and entry.deputy):
                return name if self.exists(name) else ""
        return ""

    def deputy_rule(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        entry = self._in_force(user, now, definition, queue)
        return (entry.rule or ASSIGN) if entry is not None and entry.deputy else ""

    def stands_in(self, deputy: str, user: str, now: int, definition: str = "", queue: str = "") -> bool:
        reached, ends = {user}, {user}
        for _ in range(LONGEST_CHAIN):
            ends = {
                each.deputy for name in ends for each in self._deputies_of.get(name, ())
                if each.rule != SHARE and each.deputy not in reached and each.definition in ("", definition)
                and each.queue in ("", queue) and _holds(each, now)
            }  # fmt: skip
            reached |= ends
            if deputy in ends:
                return True
        return False

    def away(self, user: str, now: int) -> bool:
        return any(
            _holds(each, now) and not each.definition and not each.queue and (each.rule != SHARE or not each.deputy)
            for each in self._deputies_of.get(user, ())
        )

    def stands_for(self, user: str, now: int) -> list[tuple[str, str, str]]:
        """Those for whom the person stands in now, each with the process and queue that it is narrowed to ("": all);
        also those who are behind another one that is away."""
        found: list[tuple[str, str, str]] = []
        ends = {user}
        for _ in range(LONGEST_CHAIN):
            all_now = (each for each in self.deputies.values() if _holds(each, now))
            behind = [each for each in all_now if each.deputy in ends and each.person not in ends]
            for each in behind:
                if self.deputy(each.person, now, each.definition, each.queue) == user:
                    found.append((each.person, each.definition, each.queue))
            ends = {each.person for each in behind}
            if not ends:
                break
        return found

    def shares(self, user: str, now: int) -> list[Share]:
        """What is offered to those who share their tasks with the person now."""
        return [
            Share(person, self.offered_as(person), definition, queue)
            for person, definition, queue in self.stands_for(user, now)
            if self.deputy_rule(person, now, definition, queue) == SHARE and self.exists(person)
        ]

    def offered_as(self, user: str) -> tuple[str, ...]:
        """The names under which tasks are offered to the person, but for those that are offered to all."""
        sets = (f"{kind}:{name}" for name in sorted(self.groups_of(user)) for kind in (GROUP, ROLE))
        return (f"{USER}:{user}", *sets, *(f"{QUEUE}:{name}" for name in sorted(self.queues_of(user))))

    def deputies_of(self, user: str) -> list[DeputyRow]:
        """All entries of the person, past and future ones too, by their beginning."""
        return sorted(self._deputies_of.get(user, ()), key=lambda each: (each.from_at, each.id))

    def _in_force(self, user: str, now: int, definition: str, queue: str) -> DeputyRow | None:
        """What is said most closely of such a task, and of two the later one."""
        found = [
            each for each in self._deputies_of.get(user, ())
            if _holds(each, now) and each.definition in ("", definition) and each.queue in ("", queue)
        ]  # fmt: skip
        return max(
            found, key=lambda each: (bool(each.definition), bool(each.queue), each.from_at, each.id), default=None
        )


def _own(person: PersonRow) -> Iterable[str]:
    for kind, names in ((GROUP, person.groups), (ROLE, person.roles), (QUEUE, person.queues)):
        for name in names:
            yield f"{kind}:{name}"


def _holds(entry: DeputyRow, now: int) -> bool:
    return entry.from_at <= now and (not entry.until_at or now < entry.until_at)
