"""The pages people use: log-in, to-do list, history, instances, definitions. Made by the server, live by polling."""

from andante.web.operator import operator_router
from andante.web.router import web_router

__all__ = ["operator_router", "web_router"]
