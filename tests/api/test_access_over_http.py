"""Tokens over HTTP, and that no route can be called without one or with the wrong role."""

import base64
from pathlib import Path

import pytest
from house import SECRET, House, Person, house_at
from litestar.handlers import HTTPRouteHandler

from andante.api.openapi import operations
from andante.api.routes import api_handlers
from andante.people import permissions as allow

TOKEN = "/baas/auth/v1.0/oauth2/token"
FORM = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": SECRET}
ROUTES = [(path, method, operation) for path, method, operation in operations(api_handlers(test_clock=True))]
GUARDED = [route for route in ROUTES if route[2].permission != allow.PUBLIC]
PUBLIC = {
    ("/baas/auth/v1.0/oauth2/token", "post"), ("/health/live", "get"), ("/health/ready", "get"), ("/metrics", "get"),
    ("/openapi.json", "get"), ("/docs", "get"), ("/schemas/events/{kind}", "get"),
}  # fmt: skip


async def test_client_credentials_as_form_json_and_basic(house: House) -> None:
    basic = base64.b64encode(f"admin:{SECRET}".replace(" ", "+").encode()).decode()
    answers = [
        await house.http.post(TOKEN, data=FORM),
        await house.http.post(TOKEN, json=FORM),
        await house.http.post(
            TOKEN, data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
        ),
    ]
    for answer in answers:
        assert answer.status_code == 200
        body = answer.json()
        assert list(body) == ["access_token", "expires_in", "token_type"]
        assert (body["expires_in"], body["token_type"]) == (600, "Bearer")
        assert answer.headers["cache-control"] == "no-store"
        found = await Person(house.http, body["access_token"]).get("/admin/persons")
        assert found.result["total"] == 6
    assert len({answer.json()["access_token"] for answer in answers}) == 3


REFUSED_FORMS: list[tuple[dict[str, str], str]] = [
    ({**FORM, "client_secret": "wrong"}, "unauthorized_client"),
    ({**FORM, "client_id": "nobody"}, "unauthorized_client"),
    ({**FORM, "grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, "invalid_request"),
]


async def test_the_token_endpoint_refuses_as_oauth_says(house: House) -> None:
    for form, error in REFUSED_FORMS:
        answer = await house.http.post(TOKEN, data=form)
        assert answer.status_code == 400
        assert answer.json()["error"] == error
        assert answer.json()["error_description"]


BROKEN_TOKEN_REQUESTS: list[bytes] = [
    b"{",
    b"[]",
    b'{"client_id": 5}',
    b"\xff",
    b"[" * 50_000,
    b'{"client_id": "\xff"}',
]


async def test_a_broken_token_request_is_refused(house: House) -> None:
    for body in BROKEN_TOKEN_REQUESTS:
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            answer = await house.http.post(TOKEN, content=body, headers={"content-type": kind})
            assert answer.status_code == 400
            assert answer.json()["error"] == "invalid_request"


async def test_both_headers_carry_a_token(house: House) -> None:
    path = "/u-route/baas/bp/v2.0/metadata/definitions"
    for headers in ({"access-token": house.kim.token}, {"authorization": f"Bearer {house.kim.token}"}):
        assert (await house.http.get(path, headers=headers)).status_code == 200
    for headers in ({"access-token": "x"}, {"authorization": house.kim.token}, {"authorization": "Basic x"}):
        assert (await house.http.get(path, headers=headers)).status_code == 401


async def test_an_expired_token_is_refused(house: House) -> None:
    body = (await house.http.post(TOKEN, data=FORM)).json()
    admin = Person(house.http, body["access_token"])
    house.clock.set(house.clock.now() + 600_000)
    answer = await admin.get("/metadata/definitions")
    answer.refused(401, "astrozero.0004", "expired")
    assert answer.response.headers["www-authenticate"] == "Bearer"


def filled(path: str) -> str:
    for name in ("instance_id", "definition_id", "task_id", "job_id", "client_id", "name"):
        path = path.replace("{" + name + "}", "some-1")
    return path


async def test_no_route_answers_without_a_token(house: House) -> None:
    for path, method, _ in ROUTES:
        answer = await house.nobody.call(method.upper(), filled(path))
        if (path, method) in PUBLIC:
            assert answer.status != 401
        else:
            answer.refused(401, "astrozero.0004")


async def test_the_wrong_role_is_refused_on_every_route(house: House) -> None:
    await house.accounts.add_person("nil", roles=[])
    callers = {role: house.people[name] for role, name in (("operator", "oda"), ("user", "kim"))}
    callers["none"] = await house.token_for("nil")
    refused = 0
    for path, method, operation in GUARDED:
        for role, person in callers.items():
            if role not in allow.PERMISSIONS[operation.permission]:
                (await person.call(method.upper(), filled(path))).refused(403, "bpm.access.forbidden")
                refused += 1
    assert refused > len(GUARDED)  # who has no role is refused on each, and others on some


def test_every_served_route_names_its_operation(house: House) -> None:
    served = {
        handler: route.path.startswith("/engine-rest")
        for route in house.app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}
    }
    guarded = [handler for handler in served if handler.guards or "operation" in handler.opt]
    assert all("operation" in handler.opt for handler in guarded)
    assert len([handler for handler in guarded if not served[handler]]) == len(ROUTES)
    assert len([handler for handler in guarded if served[handler]]) > 50  # Camunda's


@pytest.mark.parametrize(("outside", "secure"), [("https://bpm.example", True), ("http://bpm.example", False)])
async def test_cookies_go_by_https_alone_where_the_server_is_reached_by_it(
    tmp_path: Path, outside: str, secure: bool
) -> None:
    async with house_at(f"sqlite:///{tmp_path}/a.db", base_url=outside) as house:
        (cookie,) = (await house.http.get("/login")).headers.get_list("set-cookie")
        assert ("Secure" in cookie) == secure
        assert "HttpOnly" in cookie


async def test_cookies_go_by_https_alone_where_a_trusted_proxy_was_reached_by_it(tmp_path: Path) -> None:
    by_https = {"x-forwarded-proto": "https"}
    for trusted, secure in (("127.0.0.0/8", True), ("10.0.0.0/8", False)):
        async with house_at(f"sqlite:///{tmp_path}/{secure}.db", trusted_proxies=trusted) as house:
            (cookie,) = (await house.http.get("/login", headers=by_https)).headers.get_list("set-cookie")
            assert ("Secure" in cookie) == secure
            house.http.cookies.clear()
            (cookie,) = (await house.http.get("/login")).headers.get_list("set-cookie")
            assert "Secure" not in cookie


async def test_users_see_their_own_instances_and_those_they_have_a_task_in(house: House, approval: str) -> None:
    made = await house.zoe.start("Approval")
    path = f"/runtime/instances/{made['id']}"
    assert (await house.zoe.get(path)).result["id"] == made["id"]
    assert (await house.kim.get(path)).result["id"] == made["id"]
    await house.accounts.add_person("max", roles=["user"])
    stranger = await house.token_for("max")
    (await stranger.get(path)).refused(404, "bpm.instance.notFound")
    (await stranger.put(path, {"action": "terminate"})).refused(404, "bpm.instance.notFound")
    (await stranger.get(path + "/variables")).refused(404, "bpm.instance.notFound")
    for person, count in ((house.zoe, 1), (house.kim, 0), (house.oda, 1)):
        found = (await person.get("/runtime/instances", states="Waiting for user interaction")).result
        assert len(found) == count


async def test_users_stop_only_what_they_started_and_only_if_it_is_cancelable(house: House, approval: str) -> None:
    made = await house.zoe.start("Approval")
    path = f"/runtime/instances/{made['id']}"
    (await house.zoe.put(path, {"action": "suspend"})).refused(403, "bpm.access.forbidden")
    (await house.zoe.put(path, {"action": "withdraw"})).refused(403, "bpm.access.forbidden", "cancelable")
    (await house.kim.put(path, {"action": "terminate"})).refused(403, "bpm.access.forbidden")
    (await house.zoe.put(path + "/variables", {"a": 1})).refused(403, "bpm.access.forbidden")


async def test_withdrawal_until_the_element_of_the_definition(house: House) -> None:
    await house.ada.deploy(CANCELABLE)
    first, second = await house.zoe.start("Trip"), await house.zoe.start("Trip")
    withdrawn = (await house.zoe.put(f"/runtime/instances/{first['id']}", {"action": "withdraw"})).result
    assert (withdrawn["state"], withdrawn["isClosed"]) == ("User Terminated", True)
    (task,) = await house.ada.tasks(instanceId=second["id"])
    await house.ada.put(f"/runtime/tasks/{task['id']}", {"action": "complete"})
    for action in ("withdraw", "terminate"):
        answer = await house.zoe.put(f"/runtime/instances/{second['id']}", {"action": action})
        answer.refused(409, "bpm.instance.pastWithdrawal", "book")
    assert (await house.oda.act(second["id"], "terminate"))["isClosed"] is True


CANCELABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Trip" isExecutable="true" andante:cancelable="true" andante:noCancelAfter="book">
    <startEvent id="begin"/><userTask id="book"/><userTask id="report"/><endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="book"/>
    <sequenceFlow id="f2" sourceRef="book" targetRef="report"/>
    <sequenceFlow id="f3" sourceRef="report" targetRef="finish"/>
  </process>
</definitions>"""
