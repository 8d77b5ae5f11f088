"""Random processes: to test an engine, a worker or a report with shapes that nobody would draw.

The same seed gives the same process. Block-structured ones are sound: however their tasks are completed, they end.
"""

from random import Random
from typing import Final, final

from andante.bpmn.draft import ProcessDraft
from andante.bpmn.graph import MultiInstance, ProcessGraph
from andante.testing.process import ProcessBuilder, error, expression, message, multiple, signal, timer

ROUNDS: Final = 2  # of a loop
ITEMS: Final = 3  # of a multi-instance


def random_process(seed: int, size: int = 12, *, structured: bool = True) -> ProcessGraph:
    """A process of about `size` activities: user, service and script tasks, timers, multiple events, exclusive,
    parallel and inclusive gateways, loops, sub-processes (also multi-instance), boundary timers and errors.

    Its conditions ask for the variable `x`, a number. Not `structured`: flows are added that jump out of and into its
    blocks, and it may wait for ever where such a jump starves or floods a join.
    """
    return _Draw(seed, size, f"random{seed}").draw(structured).graph()


def random_draft(seed: int, size: int, id: str) -> ProcessDraft:
    """A structured one as a reader would have read it, of this id."""
    return _Draw(seed, size, id).draw(True).draft


@final
class _Draw:
    """Draws one process: each block is entered by one flow and left by one."""

    def __init__(self, seed: int, size: int, id: str) -> None:
        self._random = Random(seed)  # noqa: S311 - shapes, no secrets
        self._left = size
        self._count = 0
        self._process = ProcessBuilder(id)
        self._gateways: dict[str, list[str]] = {}  # exclusive ones, by the scope they are in
        self._chosen: set[tuple[str, str]] = set()  # flows out of them

    def draw(self, structured: bool) -> ProcessBuilder:
        self._scope("")
        if not structured:
            self._jump()
        return self._process

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _scope(self, inside: str) -> None:
        """Start, a block, end."""
        start, end = self._name("start"), self._name("end")
        self._process.start(start, inside=inside)
        first, last = self._block(inside, 0)
        self._process.end(end, inside=inside).path(start, first).path(last, end)

    def _block(self, inside: str, depth: int) -> tuple[str, str]:
        """First and last element of a new block."""
        blocks = [self._task, self._task, self._sequence, self._sequence]
        if self._left > 2 and depth < 4:
            blocks += [self._exclusive, self._parallel, self._inclusive, self._loop, self._sub_process]
        return self._random.choice(blocks)(inside, depth)

    def _task(self, inside: str, depth: int) -> tuple[str, str]:
        self._left -= 1
        kind = self._random.choice(("user", "user", "service", "script", "timer", "any", "all", "tell"))
        name = self._name(kind)
        if kind == "user":
            self._process.user_task(name, inside=inside)
        elif kind == "service":
            self._process.service(name, inside=inside)
        elif kind == "script":
            self._process.script(name, "x + 1", f"v{self._random.randrange(3)}", inside=inside)
        elif kind == "tell":
            self._process.throw(name, multiple(signal("told"), message("told")), inside=inside)
        else:
            times = [timer(self._random.choice(("PT1H", "PT2H", "P1D"))) for _ in range(2)]
            events = {"timer": times[0], "all": multiple(*times, parallel=True)}
            self._process.catch(name, events.get(kind) or multiple(times[0], message("never")), inside=inside)
        if kind in ("user", "service") and self._random.random() < 0.2:
            return name, self._boundary(name, inside)
        return name, name

    def _boundary(self, activity: str, inside: str) -> str:
        """A way out of the activity, to what follows it, or beside it, to an end of its own; where the block ends."""
        name, end = self._name("boundary"), self._name("end")
        late = self._random.random() < 0.6
        event = timer("PT3H") if late else error()
        if self._random.random() < 0.3:
            event = multiple(event, message("never"))
        interrupting = not late or self._random.random() < 0.5
        self._process.boundary(name, activity, event, interrupting=interrupting, inside=inside)
        if not interrupting:
            self._process.end(end, inside=inside).path(name, end)
            return activity
        self._process.exclusive(end, inside=inside).path(name, end).path(activity, end)
        return end

    def _sequence(self, inside: str, depth: int) -> tuple[str, str]:
        first, last = self._block(inside, depth + 1)
        for _ in range(self._random.randrange(1, 3)):
            if self._left <= 0:
                break
            following, end = self._block(inside, depth + 1)
            self._process.path(last, following)
            last = end
        return first, last

    def _branches(self, inside: str, depth: int) -> list[tuple[str, str]]:
        return [self._block(inside, depth + 1) for _ in range(self._random.randrange(2, 4))]

    def _exclusive(self, inside: str, depth: int) -> tuple[str, str]:
        branches = self._branches(inside, depth)
        split, merge = self._name("choose"), self._name("merge")
        self._process.exclusive(split, default=branches[0][0], inside=inside).exclusive(merge, inside=inside)
        self._gateways.setdefault(inside, []).extend((split, merge))
        return self._conditional(split, merge, branches)

    def _inclusive(self, inside: str, depth: int) -> tuple[str, str]:
        branches = self._branches(inside, depth)
        split, join = self._name("some"), self._name("gather")
        self._process.inclusive(split, default=branches[0][0], inside=inside).inclusive(join, inside=inside)
        return self._conditional(split, join, branches)

    def _conditional(self, split: str, join: str, branches: list[tuple[str, str]]) -> tuple[str, str]:
        """The first branch is the default; the others ask for `x`."""
        for number, (first, last) in enumerate(branches):
            self._chosen.add((split, first))
            if number == 0:
                self._process.path(split, first)
            else:
                self._process.flow(split, first, f"x > {self._random.randrange(-1, 4)}")
            self._process.path(last, join)
        return split, join

    def _parallel(self, inside: str, depth: int) -> tuple[str, str]:
        branches = self._branches(inside, depth)
        split, join = self._name("split"), self._name("join")
        self._process.parallel(split, inside=inside).parallel(join, inside=inside)
        for first, last in branches:
            self._process.path(split, first).path(last, join)
        return split, join

    def _loop(self, inside: str, depth: int) -> tuple[str, str]:
        """Zero, the block, one more, and again while there are rounds left."""
        zero, back, more, again = (self._name(kind) for kind in ("zero", "back", "more", "again"))
        first, last = self._block(inside, depth + 1)
        self._process.script(zero, "0", f"n{more}", inside=inside).exclusive(back, inside=inside)
        self._process.script(more, f"n{more} + 1", f"n{more}", inside=inside)
        out = self._name("out")
        self._process.script(out, "x", "y", inside=inside).exclusive(again, default=out, inside=inside)
        self._process.path(zero, back, first).path(last, more, again, out)
        self._process.flow(again, back, f"n{more} < {self._random.randrange(1, ROUNDS + 1)}")
        return zero, out

    def _sub_process(self, inside: str, depth: int) -> tuple[str, str]:
        name = self._name("sub")
        multi = None
        if self._random.random() < 0.4:
            multi = MultiInstance(
                sequential=self._random.random() < 0.5,
                cardinality=expression(str(self._random.randrange(ITEMS + 1))),
            )
        self._process.sub_process(name, inside=inside, multi=multi)
        self._scope(name)
        if self._random.random() < 0.3:
            return name, self._boundary(name, inside)
        return name, name

    def _jump(self) -> None:
        """Flows from exclusive gateways to others of their scope."""
        for gateways in self._gateways.values():
            for split in [name for name in gateways if name.startswith("choose")]:
                jump = (split, self._random.choice(gateways))
                if jump[1] != split and jump not in self._chosen:
                    self._chosen.add(jump)
                    self._process.flow(*jump, f"x > {self._random.randrange(0, 5)}")
