"""The lines of the log: which request, instance or batch they are of, how they are written, and what never is.

Whoever begins something says what it is `about`; every line from there on has it. A line is written in one piece on
standard error, as logfmt or as JSON, with a plain traceback: what a request or a process carried is not in it.
"""

import logging
import re
import sys
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO, final
from urllib.parse import unquote, urlsplit

import structlog
from structlog.contextvars import (
    bind_contextvars,
    bound_contextvars,
    clear_contextvars,
    get_contextvars,
    merge_contextvars,
)

log: Final = structlog.get_logger("andante.request")
# What the framework says of a request that breaks off.
GONE: Final = "client disconnected prematurely"
FORMATS: Final = ("logfmt", "json")
LEVELS: Final = ("debug", "info", "warning", "error")
FIRST: Final = ["timestamp", "level", "event"]
SHORTEST: Final = 4  # characters of a secret: what is shorter would black out ordinary words
# All control characters and marks of direction, but the end of a line, which is spelled out anyhow.
STEERING: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
BLACK: Final = "***"
TENANT: Final = "tenant"


def about(**what: str) -> None:
    """From here on the task's lines have these, as far as they are something."""
    bind_contextvars(**{name: value for name, value in what.items() if value})


@contextmanager
def lines_about(**what: str) -> Iterator[None]:
    """The same meanwhile."""
    with bound_contextvars(**what):
        yield


def about_nothing(tenant: str | None = None) -> None:
    """The task is no request's. The tenant whose it is stays, unless another, or "" for none, is named."""
    whose = get_contextvars().get(TENANT, "") if tenant is None else tenant
    clear_contextvars()
    about(tenant=whose)


@final
class Hidden:
    """A processor that blacks out secrets, wherever they stand: in a message, a traceback, an address."""

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {part for secret in secrets for part in (secret, unquote(secret)) if len(part) >= SHORTEST}
        self._secrets = sorted(found, key=len, reverse=True)

    def __call__(self, _: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if self._secrets:
            for name, value in line.items():
                text = value if isinstance(value, str) else str(value)
                if any(secret in text for secret in self._secrets):
                    for secret in self._secrets:
                        text = text.replace(secret, BLACK)
                    line[name] = text
        return line


def steady(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: what others wrote must not steer the terminal that shows the log. JSON does the same itself."""
    for name, value in line.items():
        if isinstance(value, str) and STEERING.search(value):
            line[name] = STEERING.sub(lambda sign: sign[0].encode("unicode_escape").decode("ascii"), value)
    return line


def password_of(url: str) -> str:
    """As it stands in an address; "" for none."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


@final
class Stream:
    """Where lines go: standard error as it is at the time, or `to`. A line that cannot be written, on a full disk or to
    a reader that has gone, is lost; the work that it tells of goes on."""

    def __init__(self, to: TextIO | None) -> None:
        self._to = to

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            (self._to or sys.stderr).write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            (self._to or sys.stderr).flush()


def configure(form: str = "logfmt", level: str = "info", secrets: Iterable[str] = (), to: TextIO | None = None) -> None:
    """Lines of this process go to `to` (standard error) from `level` on; other packages' from "warning" on. None of
    the `secrets` is in them."""
    stream: Any = Stream(to)
    number = logging.getLevelNamesMapping()[level.upper()]
    made: list[Any] = [
        merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Hidden(secrets),
    ]
    last: Any = structlog.processors.LogfmtRenderer(key_order=FIRST, bool_as_flag=False)
    if form == "json":
        last = structlog.processors.JSONRenderer()
    else:
        made.append(steady)
    structlog.configure(
        processors=[*made, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    foreign = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=made[:3],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *made[3:], last],
    )
    handler.setFormatter(foreign)
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def as_a_library() -> None:
    """Lines go to `logging`, to loggers of their rooms' names (andante.embedded, ...), as those of other libraries do;
    how they look is the program's matter. One that has set up structlog has them as it says."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[merge_contextvars, _said],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _said(_: Any, __: str, line: MutableMapping[str, Any]) -> tuple[tuple[str], dict[str, Any]]:
    """What happened, and about what, as logging takes it."""
    fault, event = line.pop("exc_info", None), line.pop("event", "")
    text = " ".join([str(event), *(f"{name}={value!r}" for name, value in line.items())])
    return (text,), {"exc_info": fault} if fault else {}


def keep_fault(what: str, fault: Exception, **about: str) -> None:
    """A bug of ours is logged with its traceback. Who goes away before the request has come whole makes none."""
    if getattr(fault, "detail", "") == GONE:
        log.info("the caller went away", **about)
    else:
        log.error(what, **about, exc_info=fault)
