"""Service tasks that the server does itself: calls by HTTP, questions to databases, mail."""

from andante.connectors.sources import Sources, read_sources
from andante.connectors.worker import Connectors

__all__ = ["Connectors", "Sources", "read_sources"]
