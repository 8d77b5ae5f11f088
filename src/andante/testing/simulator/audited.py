"""What operators do as the API does it: with a row in the audit log, there before the reply is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from andante.runtime import Problem, Runtime
from andante.runtime.auditing import Asked, Origin, Verification, begin, keep, keep_refusal, note
from andante.testing.simulator.database import Database
from andante.testing.simulator.ledger import Ledger
from andante.testing.simulator.trace import Violation

T = TypeVar("T")
KINDS = frozenset(("suspend", "resume", "terminate", "retry", "migrate"))


def audited(
    kind: str, of: str, who: str, reason: str, work: Callable[[Runtime], Awaitable[T]]
) -> Callable[[Runtime], Awaitable[T]]:
    """A question to a server; `reason` is its mark."""

    async def ask(runtime: Runtime) -> T:
        begin(Asked(runtime.audit.log, Origin(who), "", of))
        note(f"instance.{kind}", reason=reason, rides=True)
        try:
            answer = await work(runtime)
        except Problem as problem:
            await keep_refusal(problem.code, problem.status)
            raise
        await keep()
        return answer

    # In a task of its own: all that a server does shares one context, and who asks is known by that.
    return lambda runtime: asyncio.get_running_loop().create_task(ask(runtime))


def compare(ledger: Ledger, database: Database, found: Verification) -> None:
    """At the end. Raises Violation where what was acknowledged is not in the log, or what was refused is, or where a
    chain was broken though nobody tampered with it."""
    if found.faults:
        raise Violation(f"the audit log seems to have been tampered with: {found.faults[:3]}")
    kept = {row[0] for row in database.query("select reason from audit where kind='instance' and outcome='done'")}
    done, refused = ledger.outcomes(KINDS)
    if missing := sorted(done - kept):
        raise Violation(f"the audit log has nothing of what was acknowledged: {missing[:3]}")
    if told := sorted(refused & kept):
        raise Violation(f"the audit log has what was refused as done: {told[:3]}")
