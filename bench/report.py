"""What a measurement comes to, and how it is shown."""

from typing import NamedTuple

from rich.console import Console
from rich.table import Table

SMALLEST = 16  # bytes of any object of Python


class Result(NamedTuple):
    """A line of results.json. `ratio` is value over the peer's; peer fields are None where there is no peer.
    `histogram` is how many took how long, where the value is a time that so many took at most."""

    name: str
    value: float
    unit: str
    peer: str | None
    peer_value: float | None
    ratio: float | None
    goal: str
    met: bool
    histogram: dict[str, int] | None = None


def at_least(name: str, value: float, unit: str, peer: str, peer_value: float, least: float) -> Result:
    """The goal is a ratio to the peer."""
    ratio = value / peer_value
    return Result(
        name, round(value, 1), unit, peer, round(peer_value, 1), round(ratio, 2), f"ratio >= {least:g}", ratio >= least
    )


def info(name: str, value: float, unit: str, peer: str, peer_value: float) -> Result:
    """No goal: to compare."""
    return Result(name, round(value, 1), unit, peer, round(peer_value, 1), round(value / peer_value, 2), "", True)


def below(name: str, value: float, unit: str, most: float) -> Result:
    """The goal is a bound."""
    return Result(name, round(value, 3), unit, None, None, None, f"< {most:g} {unit}", value < most)


def shown(name: str, value: float, unit: str) -> Result:
    """No goal and no peer."""
    return Result(name, round(value, 3), unit, None, None, None, "", True)


def steady(name: str, value: float, unit: str, before: str, before_value: float, most: float) -> Result:
    """The goal is that a cost does not grow: a ratio to what it was before."""
    ratio = value / before_value
    return Result(
        name, round(value, 4), unit, before, round(before_value, 4), round(ratio, 2), f"ratio < {most:g}", ratio < most
    )


def none_at_all(name: str, value: float, unit: str) -> Result:
    """The goal is nothing: less each than the 16 bytes of the smallest object, so that none is kept for each."""
    return Result(name, round(max(value, 0), 1), unit, None, None, None, "no object each", value < SMALLEST)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(results: list[Result]) -> None:
    """The table."""
    table = Table(title="Andante measured", title_justify="left")
    for head, side in (("what", "left"), ("value", "right"), ("peer", "left"), ("peer's", "right"), ("ratio", "right")):
        table.add_column(head, justify="right" if side == "right" else "left")
    table.add_column("goal")
    table.add_column("met")
    for each in results:
        table.add_row(
            each.name,
            f"{_figure(each.value)} {each.unit}",
            each.peer or "",
            "" if each.peer_value is None else _figure(each.peer_value),
            "" if each.ratio is None else f"{each.ratio:,.2f}",
            each.goal,
            "" if not each.goal else "[green]yes[/]" if each.met else "[red]no[/]",
        )
    Console().print(table)
    for each in results:
        if each.histogram:
            Console().print(_spread(each))


def _spread(result: Result) -> Table:
    """How many took how long, and which share took no longer than that."""
    counts = result.histogram or {}
    table = Table(title=result.name, title_justify="left")
    for head in ("took", "commands", "up to here"):
        table.add_column(head, justify="right")
    total, so_far = sum(counts.values()), 0
    for took, count in counts.items():
        so_far += count
        table.add_row(took, f"{count:,}", f"{so_far / total:.3%}")
    return table
