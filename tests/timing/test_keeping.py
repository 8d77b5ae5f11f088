"""How long what is over is kept."""

import pytest

from andante.timing.instants import DAY, TimingError
from andante.timing.keeping import checked_keeping, kept_since

NOW = 1_767_258_000_000  # 2026-01-01T09:00:00Z


@pytest.mark.parametrize(
    ("text", "meant"),
    [("", ""), (" P90D ", "P90D"), ("forever", "forever"), ("180", "P180D"), ("0", "P0D"), ("P1Y", "P1Y")],
)
def test_what_can_be_said(text: str, meant: str) -> None:
    assert checked_keeping(text) == meant


@pytest.mark.parametrize("text", ["soon", "-P1D", "-5", "P", "90 days", "٣"])
def test_what_cannot(text: str) -> None:
    with pytest.raises(TimingError):
        checked_keeping(text)


def test_what_need_not_be_kept() -> None:
    assert kept_since("P90D", NOW, "UTC") == NOW - 90 * DAY
    assert kept_since("P1M", NOW, "UTC") == NOW - 31 * DAY
    assert kept_since("", NOW, "UTC") is None
    assert kept_since("forever", NOW, "UTC") is None
    assert kept_since("P9000Y", NOW, "UTC") is None
