"""Saved views: filters of task lists that a person has given a name, for themselves or for a group."""

from collections.abc import Sequence
from random import SystemRandom
from typing import Final, final

import msgspec

from andante.runtime.clock import Clock
from andante.runtime.problem import PARAMETER, VIEW_NOT_FOUND, Problem
from andante.store import saved_views as rows
from andante.store.saved_views import SavedView
from andante.store.store import Store

MOST: Final = 200  # of one person
EVERYONE: Final = "*"


def shares(names: Sequence[str]) -> list[str]:
    """What a view may be shared with, to be seen by somebody of these groups and roles."""
    return [EVERYONE, *(f"{kind}:{name}" for kind in ("group", "role") for name in names)]


@final
class SavedViews:
    """`names` are the groups and roles of who asks. All methods raise Problem."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def seen_by(self, user: str, names: Sequence[str]) -> list[SavedView]:
        """Their own, and those that are shared with them."""
        return await rows.seen_by(self._store, user, shares(names))

    async def one(self, view_id: str, user: str, names: Sequence[str]) -> SavedView:
        found = await rows.one(self._store, view_id)
        if found is None or (found.owner != user and found.shared_with not in shares(names)):
            raise Problem(VIEW_NOT_FOUND, 404, f"There is no view '{view_id}', or it is not yours to see.")
        return found

    async def add(self, user: str, name: str, shared: str, filters: dict[str, object], default: bool) -> SavedView:
        if len(await rows.seen_by(self._store, user, [])) >= MOST:
            raise Problem(PARAMETER, 400, f"name: one person has at most {MOST} views. Delete one first.")
        now = self._clock.now()
        view = SavedView(
            f"view-{now:013d}-{SystemRandom().randbytes(4).hex()}", user, name, shared, filters, default, now, now
        )
        await rows.keep(self._store, view)
        return view

    async def change(
        self, view_id: str, name: str, shared: str, filters: dict[str, object], default: bool
    ) -> SavedView:
        """The caller has seen to it that it may be changed."""
        known = await rows.one(self._store, view_id)
        if known is None:
            raise Problem(VIEW_NOT_FOUND, 404, f"There is no view '{view_id}'.")
        view = msgspec.structs.replace(
            known, name=name, shared_with=shared, filters=filters, is_default=default, modified_at=self._clock.now()
        )
        await rows.keep(self._store, view)
        return view

    async def remove(self, view_id: str) -> None:
        await rows.remove(self._store, view_id)
