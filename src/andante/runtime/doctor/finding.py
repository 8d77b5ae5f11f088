"""What a check finds: what is so, where, and what to do about it."""

from typing import Final

import msgspec

from andante.store.store import Store

ERROR: Final = "error"  # something does not work, or is lost with the next crash
WARNING: Final = "warning"  # something will not work soon, or is late
HINT: Final = "hint"  # worth knowing
SEVERITIES: Final = (ERROR, WARNING, HINT)
UNITS: Final = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))
POSTGRES: Final = ("postgresql://", "postgres://")


class Finding(msgspec.Struct, frozen=True):
    """`code` is for programs: the area and what it is. `where` names the thing: a setting, a calendar, a job type. No
    text has a secret in it. `tenant`: whose it is, "" where there are none or it is everybody's."""

    severity: str
    code: str
    where: str
    what: str
    remedy: str
    tenant: str = ""


class Look(msgspec.Struct, frozen=True):
    """What checks look at. `now`: the time of the server that looks (ms); `settings`: those of the server, by name;
    `test_clock`: the time is set by hand."""

    store: Store
    url: str
    now: int
    settings: dict[str, object]
    test_clock: bool = False

    @property
    def postgres(self) -> bool:
        return self.url.startswith(POSTGRES)

    def text(self, name: str) -> str:
        """The setting as text; "" where it is none."""
        value = self.settings.get(name, "")
        return value if isinstance(value, str) else ""


def some(count: int, one: str, many: str = "") -> str:
    """ "1 job", "2 jobs"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def span(ms: int) -> str:
    """The largest unit of a length: "3 d", "45 s"."""
    for size, unit in UNITS:
        if ms >= size:
            return f"{ms // size} {unit}"
    return f"{max(ms, 0)} ms"


def size(number: float) -> str:
    """ "12.3 GiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"
