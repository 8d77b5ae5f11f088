"""Camunda 7's REST API, as far as its clients and those who come from it need it, before the same runtime."""

from andante.camunda.routes import camunda_router, on_http_exception, plain_path

__all__ = ["camunda_router", "on_http_exception", "plain_path"]
