"""How a list of tasks is read, so that a page costs the same wherever it is and however many tasks there are.

What few tasks have is gathered by its index and put in order; else the list's own index is walked from where the page
begins, until the page is full. A person's to-do list is walked in several places at once (what is theirs, and what each
of their groups is offered), which are merged. A page begins after the last row of the one before (store/cursors.py).
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from andante.store import cursors, search
from andante.store.grams import LIKE, folded, pattern
from andante.store.instances import MOST, keyed, one_of
from andante.store.records import Page, TaskQuery, TaskRecord
from andante.store.store import Row, Store
from andante.store.task_arms import FEW, MANY_NAMES, OF_ALL, Arm, counting, everything, is_, keys, offers
from andante.store.task_conditions import Condition, base, due_range, equals, mine, narrowed, others, stood_for, who_may
from andante.store.task_order import DEFAULT, Order, order_of
from andante.store.task_walk import walk
from andante.store.tasks import OF_TASK, record

PLACED: Final = 4_000  # of one place in an index, which is a quick look
LEAST: Final = 100  # of one place, whose rows are looked at
# A server of the release before suspends without a word to the tasks.
SHOWN = " and i.suspended=0"


async def many(store: Store, query: TaskQuery) -> Page[TaskRecord]:
    """A page. To-do: most urgent first, then by due time; history: what ended last first. Raises ValueError for an
    unknown view or order field, and for a cursor that is not of this list."""
    order = order_of(query)
    reading = Reading(store, query, order)
    return await reading.page()


class Reading:
    """One list, read once."""

    def __init__(self, store: Store, query: TaskQuery, order: Order) -> None:
        self._store = store
        self._query = query
        self._order = order
        self._base = base(query)
        self._limit = max(1, min(query.limit, MOST))
        self._skip = 0 if query.after else max(0, query.skip)
        # A cursor of ours also says how many came before.
        after = cursors.read(query.after, order.name, len(order.columns) + 1) if query.after else [0]
        self._before, self._after = int(after[-1]), after[:-1]
        self._conditions = others(query)
        self._equals = equals(query)
        self._few: list[tuple[str, int]] | None = None
        self._text: Condition | None = None
        self._found: Condition | None = None
        self._names: list[str] = []
        self._processes: list[str] = []

    async def page(self) -> Page[TaskRecord]:
        if self._query.text:
            await self._search()
        driver = await self._driver()
        if driver is not None:
            return await self._gathered(driver)
        return await self._walked()

    async def meant(self) -> Condition:
        """All that is asked for, as one condition."""
        if self._query.text:
            await self._search()
        return Condition(*everything(self._filters()))

    # What is asked for.

    def _filters(self, *, scope: bool = True, but: str = "") -> list[Condition]:
        """All conditions; without that of the column `but`, which has been seen to."""
        found = [Condition(self._base, [])]
        found.extend(Condition(f't."{column}"=?', [value]) for column, value in self._equals if column != but)
        found.extend(self._conditions)
        if scope and self._scoped:
            found.append(mine(self._query))
        return found

    @property
    def _scoped(self) -> bool:
        return not self._query.everything or self._query.view == "delegated" or bool(self._query.scope)

    async def _search(self) -> None:
        """Few that have the text are known one by one; else each task is looked at whether it has it."""
        text = self._query.text
        self._few = await search.few(self._store, text, FEW)
        names = await search.names(self._store, text, FEW)
        processes = [row[0] for row in await self._store.browse("select distinct name from definition")]
        part = folded(text)
        processes = [name for name in processes if part in folded(name)]
        found = f"search s where s.instance_id=t.instance_id and s.key in (0,t.key) and s.text {LIKE}"
        whole = f"t.instance_id=? or {one_of(found)}"
        parts, values = [whole], [text, pattern(text)]
        for column, chosen in (("name", names), ("definition", processes)):
            if chosen:
                parts.append(f"t.{column} in ({','.join('?' * len(chosen))})")
                values += chosen
        self._names, self._processes = names, processes
        self._text = Condition(f"({' or '.join(parts)})", list(values))
        self._conditions.append(self._text)

    # Few: gathered.

    async def _driver(self) -> Condition | None:
        """The keys of few tasks among which all that are asked for are, if an index gives them."""
        query = self._query
        if query.instance_id:
            return Condition("select instance_id, key from task where instance_id=?", [query.instance_id])
        if query.business_key:
            return Condition(
                "select t.instance_id, t.key from instance i cross join task t"
                f" where t.instance_id=i.id and {keyed('i')}",
                [query.business_key] * 2,
            )
        for driver in self._drivers():
            ((count,),) = await self._store.browse(
                f"select count(*) from (select 1 from ({driver.text}) d limit {FEW + 1}) n", driver.values
            )
            if count <= FEW:
                return driver
        return None

    def _drivers(self) -> list[Condition]:
        query = self._query
        found: list[Condition] = []
        if query.view in ("todo", "delegated"):
            narrowed = bool(self._conditions) or len(self._equals) + int(self._scoped) > 1
            if query.text and self._few is not None:
                found.append(self._texts(self._few))
            elif narrowed or query.order_field:
                found.extend(
                    Condition(f"select instance_id, key from task t where {self._base} and {is_(column)}", [value])
                    for column, value in self._equals
                )
                if self._scoped:
                    found.append(keys(self.arms()))
                due = due_range(query)
                if due is not None:
                    text = f"select instance_id, key from task t where {self._base} and t.due_at>=? and t.due_at>0"
                    values: list[object] = [due[0]]
                    if due[1]:
                        text, values = f"{text} and t.due_at<?", [*values, due[1]]
                    found.append(Condition(text, values))
        elif query.view == "history" and query.text and self._few is not None:
            if not self._names and not self._processes:  # what is over has no index of these: it is looked through
                found.append(self._texts(self._few))
        elif query.view == "history" and self._scoped and (self._conditions or self._equals or query.order_field):
            found.append(keys(self.arms()))
        return found

    def _texts(self, few: Sequence[tuple[str, int]]) -> Condition:
        """All tasks that have the text, by what has it."""
        keys_of = search.tasks_of(self._store, few)
        parts: list[str] = ["select instance_id, key from task where instance_id=?", keys_of.text]
        values: list[object] = [self._query.text, *keys_of.values]
        for column, chosen in (("name", self._names), ("definition", self._processes)):
            for value in chosen:
                parts.append(
                    f"select * from (select instance_id, key from task t where {self._base} and {is_(column)}"
                    f" limit {FEW + 1}) a"
                )
                values.append(value)
        self._found = Condition(" union ".join(parts), values)
        return self._found

    async def _gathered(self, driver: Condition) -> Page[TaskRecord]:
        asked = self._filters()
        if driver is self._found:  # all of these have the text
            asked = [each for each in asked if each is not self._text]
        where, values = everything(asked)
        columns = ", ".join(f"{column} as o{n}" for n, column in enumerate(self._order.columns))
        hit = (
            f"with d as materialized (select distinct instance_id, key from ({driver.text}) x), hit as materialized"
            f" (select {columns}, t.instance_id, t.key from d cross join task t{self._instance(where)}"
            f" where t.instance_id=d.instance_id and t.key=d.key and {where})"
        )
        rest: list[object] = []
        begin = ""
        if self._after:
            after = self._order.after(self._after, [f"p.o{n}" for n in range(len(self._order.columns))])
            begin, rest = f" where {after.text}", after.values
        page = f"select * from hit p{begin} order by {self._order.by('p')} limit ? offset ?"
        given = [*driver.values, *values]
        rows = await self._rows(
            f"{hit}, page as ({page})", [*given, *rest, self._limit + 1, self._skip], "(select count(*) from hit), "
        )
        if rows:
            return self._made([row[1:] for row in rows], rows[0][0], False)
        ((total,),) = await self._store.browse(f"{hit} select count(*) from hit", given)
        return self._made([], total, False)

    def _instance(self, where: str) -> str:
        """The join of the instance, where something of it is asked for."""
        needed = "i." in where or "i." in self._order.columns[0]
        return " join instance i on i.id=t.instance_id" if needed else ""

    # Many: walked.

    def arms(self) -> list[Arm]:
        """The places in indexes that have this person's tasks."""
        query, user = self._query, self._query.user
        if query.view == "history":
            had = "t.assignee<>t.ended_by"  # the others are known by who has ended them
            return [
                Arm("task t", Condition(f"{is_(column)} and {more}{self._base}", [user]), group="all")
                for column, more in (("ended_by", ""), ("assignee", f"{had} and "), ("owner", ""))
            ]
        owner = Arm(
            "task t", Condition(f"t.owner=? and t.owner<>'' and t.assignee<>? and {self._base}", [user, user]),
            group="owner",
        )  # fmt: skip
        if query.view == "delegated":
            return [owner]
        assignee = Arm("task t", Condition(f"t.assignee=? and t.assignee<>'' and {self._base}", [user]))
        if query.scope == "mine":
            return [assignee]
        free = offers(who_may(query), self._base)
        for names, only in narrowed(query):
            free += offers(names, self._base, only)
        if query.scope == "free":
            return free
        instead = [stood_for(*each) for each in query.stands_for]
        shared = [Arm("task t", Condition(f"{c.text} and {self._base}", c.values), group="owner") for c in instead]
        return [assignee, owner, *shared, *free]

    @property
    def _shown(self) -> str:
        return SHOWN if self._query.view in ("todo", "delegated") else ""

    @property
    def plain(self) -> bool:
        """Whether nothing is asked for but the view."""
        return not (self._conditions or self._equals or self._query.text)

    async def counted_with(self, columns: str, in_index: str) -> tuple[str, list[object], int]:
        """A query of the tasks asked for, as many as it says at most, with these columns of `t`, and `ok` 1 for those
        that are really meant. `in_index`: what says the same by what indexes have alone ("{0}"), "" for nothing."""
        if self._query.text:
            await self._search()
        driver = await self._driver()
        if driver is None:
            arms, filters = self._places()
            if in_index and not filters:
                return *counting(arms, [], in_index, most=PLACED), PLACED
            most = max(LEAST, FEW // len(arms))
            return *counting(arms, filters, columns, rows=True, most=most), most
        where, values = everything(self._filters())
        return (
            f"select t.instance_id, t.key, 1 as ok{columns}"
            f" from (select distinct instance_id, key from ({driver.text}) x) d cross join task t join instance i"
            f" on i.id=t.instance_id where t.instance_id=d.instance_id and t.key=d.key and {where}",
            [*driver.values, *values], FEW + 1,
        )  # fmt: skip

    async def _walked(self) -> Page[TaskRecord]:
        arms, filters = self._places()
        page = self._along(arms[0], filters) if len(arms) == 1 else self._merged(arms, filters)
        if self._scoped and not self.plain:
            rows = await page
            so_far = self._before + self._skip + min(len(rows), self._limit)
            return self._made(rows, so_far, len(rows) > self._limit)
        counted = self._number(self.arms(), []) if self._scoped else self._number(arms, filters)
        rows, (total, more) = await asyncio.gather(page, counted)
        return self._made(rows, total, more)

    def _places(self) -> tuple[list[Arm], list[Condition]]:
        """Where to walk, and what to look at on the way."""
        own = "" if self._query.order_field else DEFAULT.get(self._query.view, "rank")
        merged = self._scoped and own in ("rank", "ended_at") and self._query.view != "paused"
        candidate = self._query.candidate and self._query.view == "todo" and not merged and own == "rank"
        if candidate:
            name = self._query.candidate if ":" in self._query.candidate else f"user:{self._query.candidate}"
            arms = offers([name], self._base)
        else:
            arms = self.arms() if merged else self._every_arm(own)
        return arms, self._filters(scope=not merged)[1:]

    def _every_arm(self, own: str) -> list[Arm]:
        """The whole list; or that of each of the few definitions that are asked for, by the index of theirs."""
        only = self._query.definitions
        if own != "rank" or self._equals or only is None or only.but or not 0 < len(only.names) <= MANY_NAMES:
            return [self._one_arm(own)]
        where = f"{self._base} and {is_('definition')}"
        return [Arm("task t", Condition(where, [name])) for name in sorted(only.names)]

    def _one_arm(self, own: str) -> Arm:
        """The whole list, or the part of it that has an index: the rest is looked at on the way."""
        if own == "rank" and self._equals:
            column, value = self._equals[0]
            return Arm("task t", Condition(f"{self._base} and {is_(column)}", [value]))
        if own == "rank" and self._query.view != "paused":
            return Arm("task t", Condition(f"{self._base} and {OF_ALL}", []))
        extra = {"due_at": " and t.due_at>0", "assignee": "", "queue": ""}.get(self._query.order_field, "")
        return Arm("task t", Condition(self._base + ("" if not extra or not due_range(self._query) else extra), []))

    async def _along(self, arm: Arm, filters: Sequence[Condition]) -> list[Row]:
        """The first of one place after the cursor. What is looked at on the way is no reason to leave the index."""
        where, values = everything(filters)
        # SQLite begins where the first condition on a column says.
        begin = [self._order.after(self._after, self._order.columns)] if self._after else []
        conditions = [*begin, arm.where]
        if where:
            conditions.append(Condition(f"case when {where} then 1 else 0 end=1", values))
        text, given = everything(conditions)
        named = ", ".join(f"{column} as o{n}" for n, column in enumerate(self._order.columns))
        page = (
            f"select {named}, t.instance_id, t.key from {arm.tables}{self._instance(where)} where {text}"
            f" order by {self._order.by()} limit ? offset ?"
        )
        return await self._rows(f"with page as ({page})", [*given, self._limit + 1, self._skip])

    async def _merged(self, arms: Sequence[Arm], filters: Sequence[Condition]) -> list[Row]:
        """The first of all places after the cursor."""
        wanted = self._skip + self._limit + 1
        rows = await walk(self._store, arms, self._order, self._after, self._base, self._shown, filters, wanted)
        return rows[self._skip :]

    async def _rows(self, head: str, values: Sequence[object], first: str = "") -> list[Row]:
        columns = ", ".join(f"p.o{n}" for n in range(len(self._order.columns)))
        return await self._store.browse(
            f"{head} select {first}{columns}, {OF_TASK} from page p cross join task t"
            f" join instance i on i.id=t.instance_id where t.instance_id=p.instance_id and t.key=p.key"
            f"{self._shown} order by {self._order.by('p')}",
            values,
        )

    async def _number(self, arms: Sequence[Arm], filters: Sequence[Condition]) -> tuple[int, bool]:
        """How many there are, as far as indexes tell it or few rows are looked at; and whether there are more."""
        apart = [arm for arm in arms if not arm.group]
        if not filters and 0 < len(apart) < len(arms):
            text, values = counting(apart, [])
            ((least,),) = await self._store.browse(
                f"select count(*) from (select 1 from ({text}) n limit {FEW + 1}) m", values
            )
            if least > FEW:
                return FEW, True  # whatever the others have
        text, values = counting(arms, filters)
        ((seen, good),) = await self._store.browse(
            f"select count(*), coalesce(cast(sum(ok) as bigint),0) from ({text}) n", values
        )
        return (min(good, FEW), True) if seen > FEW else (good, False)

    def _made(self, rows: Sequence[Row], total: int, more: bool) -> Page[TaskRecord]:
        width = len(self._order.columns)
        kept = rows[: self._limit]
        after = ""
        if len(rows) > len(kept):
            before = self._before + self._skip + len(kept)
            after = cursors.written(self._order.name, [*kept[-1][:width], before])
        return Page([record(row[width:]) for row in kept], max(total, len(kept)), after, more)
