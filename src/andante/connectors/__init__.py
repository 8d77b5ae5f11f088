"""Service tasks that the server does itself: a call by HTTP."""

from andante.connectors.worker import Connectors

__all__ = ["Connectors"]
