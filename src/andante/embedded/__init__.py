"""Andante in a program of one's own, without a server: `Andante`, and `AsyncAndante` for who has an event loop."""

from andante.embedded.blocking import Andante
from andante.embedded.engine import AsyncAndante, acting_as
from andante.embedded.passing import NotReached

__all__ = ["Andante", "AsyncAndante", "NotReached", "acting_as"]
