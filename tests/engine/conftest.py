"""Every scenario of this room also proves that its journal, replayed, gives its state."""

from collections.abc import Iterator

import pytest
from core_rules import check

from andante.testing import Scenario


@pytest.fixture(autouse=True)
def _replayed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    begun: list[Scenario] = []
    first = Scenario.__init__

    def begin(self: Scenario, *args: object, **named: object) -> None:
        first(self, *args, **named)  # type: ignore[arg-type]
        begun.append(self)

    monkeypatch.setattr(Scenario, "__init__", begin)
    yield
    for scenario in begun:
        check(scenario)
