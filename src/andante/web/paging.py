"""Which part of a list is shown, from the address."""

from typing import Final

import msgspec

from andante.web.session import Asked

SIZE: Final = 50
FURTHEST: Final = 1_000_000


class Part(msgspec.Struct, frozen=True):
    """Rows `first` to `last` of `total` (counting from 1; 0: not counted); `before` and `after` are the neighbours'
    skips, -1: none."""

    first: int
    last: int
    total: int
    before: int
    after: int


def skip_of(request: Asked) -> int:
    """The `skip` of the address; 0 where it is none."""
    text = request.query_params.get("skip", "0")
    return min(int(text), FURTHEST) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def part(skip: int, shown: int, total: int) -> Part:
    end = skip + shown
    return Part(skip + 1 if shown else 0, end, total, max(0, skip - SIZE) if skip else -1, end if end < total else -1)
