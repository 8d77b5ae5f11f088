"""Applications for tests. To make one takes longer than most tests: one that has stopped is used again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
from litestar import Litestar

from andante.app import Start, create_app
from andante.runtime import Clock, Runtime
from andante.settings import Settings

_free: Final[dict[str, list[Litestar]]] = {}


@contextmanager
def application(settings: Settings, runtime: Runtime | None = None, clock: Clock | None = None) -> Iterator[Litestar]:
    """As `create_app` makes it; nobody else has it meanwhile. What it was made from differs in the database alone."""
    free = _free.setdefault(repr(msgspec.structs.replace(settings, db="", tenants="x" if settings.tenants else "")), [])
    app = free.pop() if free else create_app(settings)
    app.state.start = Start(settings, runtime, clock)
    yield app
    free.append(app)
