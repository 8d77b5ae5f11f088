"""The HTTP interface: the published contract and Andante's own endpoints beside it."""

from andante.api.routes import api_handlers
from andante.api.services import Services

__all__ = ["Services", "api_handlers"]
