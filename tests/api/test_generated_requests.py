"""Requests generated from the OpenAPI document, good and bad ones, against a server over real HTTP."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

import pytest
import requests
import schemathesis
import uvicorn
from house import APPROVAL, BASE, SECRET
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.checks import CHECKS, load_all_checks

from andante.api.jobs import STREAM
from andante.api.openapi import document
from andante.api.routes import api_handlers
from andante.app import create_app
from andante.settings import Settings

EXAMPLES = 25
SAME = settings.get_current_profile_name() != "fuzz"  # each time, so that a change is not told of what it has not done


class Served:
    """A server in a thread, and an administrator's token."""

    def __init__(self, url: str) -> None:
        self.url = url
        form = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": SECRET}
        answer = requests.post(f"{url}/baas/auth/v1.0/oauth2/token", data=form, timeout=10)
        self.headers = {"access-token": answer.json()["access_token"]}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = tmp_path_factory.mktemp("served")
    app = create_app(
        Settings(
            db=f"sqlite:///{path}/andante.db", bootstrap_client_secret=SECRET, token_lifetime=86_400, test_clock=True
        )
    )
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=5)
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    served = Served(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    headers = {**served.headers, "content-type": "application/xml"}
    requests.post(f"{served.url}{BASE}/metadata/definitions", data=APPROVAL, headers=headers, timeout=10)
    yield served
    server.should_exit = True
    thread.join()


load_all_checks()
whole = schemathesis.openapi.from_dict(document(api_handlers(test_clock=False), "test"))
schema = whole.exclude(path=STREAM)  # it answers for as long as the worker stays
# The document cannot say that a text must be an expression, a duration, or a model that can run: the server may
# refuse what the document allows, with 400 or 422. That it refuses what the document forbids is checked.
LEFT_OUT: Any = CHECKS.get_by_names(["positive_data_acceptance"])


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=SAME,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_its_document(served: Served, case: schemathesis.Case[Any]) -> None:
    case.call_and_validate(base_url=served.url, headers=served.headers, excluded_checks=LEFT_OUT, timeout=30)


CALLED: Counter[tuple[str, str, int]] = Counter()
Machine: Any = schema.as_state_machine()


class Clerk(Machine):  # type: ignore[misc]
    """Goes from one answer to the next by the document's links; starts what is deployed."""

    url = ""
    headers: ClassVar[dict[str, str]] = {}

    def before_call(self, case: Any) -> None:
        if (case.method, case.path) == ("POST", f"{BASE}/runtime/instances") and isinstance(case.body, dict):
            case.body = {"name": "Approval"}

    def get_call_kwargs(self, case: Any) -> dict[str, Any]:
        return {"base_url": self.url, "headers": self.headers, "timeout": 30}

    def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
        CALLED[case.method, case.path.removeprefix(BASE), response.status_code] += 1
        case.validate_response(response, excluded_checks=LEFT_OUT)


def test_what_an_answer_leads_to_keeps_to_the_document_too(served: Served) -> None:
    Clerk.url, Clerk.headers = served.url, served.headers
    with suppress(FlakyStrategyDefinition):  # the server remembers: the same choices may lead somewhere else now
        Clerk.run(
            settings=settings(
                max_examples=12, stateful_step_count=8, deadline=None, derandomize=SAME, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
        )  # fmt: skip
    if SAME:  # other choices need not come as far
        assert CALLED["POST", "/runtime/instances", 200]
        assert any("{instance_id}" in path and status == 200 for _, path, status in CALLED)
