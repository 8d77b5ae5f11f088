"""Why a connector could not do its job, beside what the network says."""

from typing import Final, final

MOST: Final = 4 * 1024 * 1024  # bytes that a job may bring


@final
class Wrong(Exception):
    """The model, or what was asked, refuses it: no later try helps."""


@final
class Later(Exception):
    """Another try may help."""
