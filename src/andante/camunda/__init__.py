"""Camunda 7's REST API, as far as its clients and those who come from it need it, before the same runtime."""

from andante.camunda.routes import camunda_routers, on_http_exception

__all__ = ["camunda_routers", "on_http_exception"]
