"""The worker for connectors: takes their jobs after the commit that made them, carries them out, reports what came."""

import asyncio
import secrets
from typing import Any, Final, final

import httpx
import structlog
from aiosmtplib import SMTPException

from andante.connectors import mail as mails
from andante.connectors import sql
from andante.connectors.faults import MOST, Later, Wrong
from andante.connectors.http import AGAIN, CAMUNDA_7, TYPES, brought, call_of
from andante.connectors.results import set_by
from andante.connectors.sources import Sources
from andante.notify.faults import NotNow, Undeliverable
from andante.notify.mail import Mail
from andante.notify.outbound import Answer, asked_ms, call
from andante.runtime import HouseWorker, JobView, Problem, Runtime

LOCK_MS: Final = 180_000
AT_ONCE: Final = 16
FIRST_PAUSE_MS: Final = 10_000
LONGEST_PAUSE_MS: Final = 3_600_000
PATIENCE: Final = 120.0  # seconds for a mail
WHO: Final = "connectors"
log: Final = structlog.get_logger("andante.connectors")
Values = dict[str, object]


class _Refused(Exception):
    """The receiver of a call said no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@final
class Connectors:
    """`async with Connectors(runtime, private=False):` serves these tasks meanwhile. `private`: whether addresses that
    are not of the open internet may be called. Without `mail` the mail tasks of other engines are left to workers."""

    def __init__(
        self, runtime: Runtime, *, private: bool, mail: Mail | None = None, sources: Sources | None = None
    ) -> None:
        self._runtime = runtime
        self._private = private
        self._mail = mail
        self._sources = sources or {}
        self._name = f"{WHO}-{secrets.token_hex(4)}"  # each server is a worker of its own
        types = [*TYPES, sql.OWN, mails.OWN, *(mails.OTHERS if mail is not None else ())]
        self._worker = HouseWorker(runtime, self._name, types, self._carry_out, at_once=AT_ONCE, lock_ms=LOCK_MS)

    async def __aenter__(self) -> "Connectors":
        self._worker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._worker.stop()

    async def _carry_out(self, job: JobView) -> None:
        try:
            if job.type in TYPES:
                variables, local = await self._call(job)
            elif job.type == sql.OWN:
                variables, local = await self._ask(job)
            else:
                variables, local = await self._send(job)
        except _Refused as refused:
            await self._refused(job, refused.answer)
        except (Wrong, Undeliverable) as fault:
            await self._fail(job, str(fault), retries=0)  # it would fail again in the same way
        except NotNow as fault:
            await self._fail(job, str(fault), wait_ms=fault.wait_ms)
        except (Later, SMTPException) as fault:
            await self._fail(job, str(fault))
        except (OSError, httpx.HTTPError, TimeoutError) as fault:
            where = f"{_place(job)}: " if job.type in TYPES else ""
            await self._fail(job, f"{where}{fault or type(fault).__name__}")
        except (ValueError, httpx.InvalidURL) as fault:  # a library does not take what the model made
            await self._fail(job, f"It cannot be asked for: {fault}", retries=0)
        else:
            await self._complete(job, variables, local)

    async def _call(self, job: JobView) -> tuple[Values, Values]:
        asked = call_of(job.type, job.own, job.id)
        async with asyncio.timeout(asked.seconds * 2):
            answer = await call(
                asked.method, asked.parts, asked.headers, asked.body, private=self._private, seconds=asked.seconds,
                most=MOST,
            )  # fmt: skip
        if job.type != CAMUNDA_7 and answer.status >= 400:
            raise _Refused(answer)
        return brought(job.type, answer, job.headers, self._runtime.clock.now())

    async def _ask(self, job: JobView) -> tuple[Values, Values]:
        asked = sql.question_of(job.headers, job.own, job.id)
        definition = "" if job.record is None else job.record.definition
        answered = await asyncio.to_thread(sql.ask, self._sources, definition, asked)
        known: Values = {"rows": answered.rows, "count": answered.count}
        whole = answered.count if answered.rows is None else answered.rows
        return set_by(job.headers, whole, known, self._runtime.clock.now(), "={name: rows[1].name}"), known

    async def _send(self, job: JobView) -> tuple[Values, Values]:
        if self._mail is None:
            raise Wrong("This server sends no mail: its operator has set no smtp_url")
        asked = mails.wanted(job)
        enclosed = await mails.enclosures(self._runtime, job.instance_id, asked.enclosed)
        async with asyncio.timeout(PATIENCE):
            refused = await self._mail.send(asked.letter._replace(enclosures=enclosed), job.id)
        told: Values = {"messageId": self._mail.message_id(job.id), "refused": dict(refused)}
        return set_by(job.headers, told, told, self._runtime.clock.now(), "={sent: messageId}"), told

    async def _refused(self, job: JobView, answer: Answer) -> None:
        again = answer.status >= 500 or answer.status in AGAIN
        wait = asked_ms(answer.headers.get("retry-after", ""))
        text = f"{_place(job)} answered {answer.status}"
        details = answer.body[:2_000].decode(errors="replace")
        await self._fail(job, text, retries=None if again else 0, wait_ms=wait, details=details)

    async def _complete(self, job: JobView, variables: Values, local: Values) -> None:
        try:
            await self._runtime.jobs.held.complete(job.id, self._name, variables, local, who=WHO)
        except Problem as problem:
            if problem.status >= 500:
                raise
            if problem.status == 400:  # the values do not fit the model
                await self._fail(job, problem.message, retries=0, taken=False)
            else:
                log.info("a connector's job was gone", job=job.id, problem=problem.message)

    async def _fail(
        self, job: JobView, message: str, *, retries: int | None = None, wait_ms: int = 0, details: str = "",
        taken: bool = True,
    ) -> None:  # fmt: skip
        left = max(0, job.retries - 1) if retries is None else retries
        if taken and not left and (excuse := mails.excused(job, message)) is not None:
            await self._complete(job, excuse, {})
            return
        said: dict[str, Any] = {"message": message, "details": details, "variables": {}, "local": {}}
        try:
            await self._runtime.jobs.held.fail(
                job.id, self._name, retries=left, backoff_ms=wait_ms or await self._pause(job, left), who=WHO, **said
            )
        except Problem as problem:
            if problem.status >= 500:
                raise
            log.info("a connector's job was gone", job=job.id, problem=problem.message)

    async def _pause(self, job: JobView, left: int) -> int:
        """0 where the model says how long, else longer with each try."""
        if job.record is not None:
            graph = await self._runtime.graph(job.record.definition_id)
            if getattr(graph.nodes[graph.by_id[job.element]].work, "backoff_ms", 0):
                return 0
        return min(FIRST_PAUSE_MS * int(4 ** max(0, 3 - left)), LONGEST_PAUSE_MS)


def _place(job: JobView) -> str:
    """Where a job calls, as an incident may tell it: many write keys into the query."""
    return str(job.own.get("url")).partition("?")[0]
