"""Two tenants behind one server: what is one's is nowhere at the other's."""

from typing import Any, Final

from street import ADMIN, BASE, DOMAIN, Caller, street_at

HOUR: Final = 3_600_000


async def test_two_tenants_with_the_same_names_know_nothing_of_each_other(place: str) -> None:
    async with street_at(place) as street:
        for name in ("acme", "globex"):
            made = await street.add(name)
            assert made["tenant"]["address"] == f"https://{name}.{DOMAIN}"
            assert made["tenant"]["serving"]
        acme, globex = await street.admin("acme"), await street.admin("globex")
        ours, theirs = await acme.deploy(), await globex.deploy()
        kim, other = await street.kim("acme"), await street.kim("globex")
        started = await kim.start()
        assert [each["name"] for each in await acme.result("GET", "/metadata/definitions")] == ["Order"]

        # A token of one is at the other what any unknown token is.
        for stranger in (Caller(street.http, "globex", kim.token), Caller(street.http, "globex", "no such token")):
            answer = await stranger.call("GET", f"{BASE}/query/tasks")
            assert (answer.status_code, answer.json()["resCode"]) == (401, "astrozero.0004")
        # Ids of one are at the other what any unknown id is.
        told = [
            (await globex.call("GET", f"{BASE}/runtime/instances/{each}")).text.replace(each, "ID")
            for each in (started["id"], started["id"][::-1])
        ]
        assert told[0] == told[1]
        assert ours["id"] != theirs["id"]

        # Camunda's clients may say whose they are.
        count = "/engine-rest/process-instance/count?tenantIdIn="
        counts: list[Any] = [(await acme.call("GET", count + name)).json() for name in ("acme", "globex", "nobody")]
        assert counts == [{"count": 1}, {"count": 0}, {"count": 0}]
        start = "/engine-rest/process-definition/key/Order/tenant-id/{}/start"
        statuses = [(await acme.call("POST", start.format(name), json={})).status_code for name in ("globex", "acme")]
        assert statuses == [404, 200]

        # Timers of all run.
        await other.start()
        street.clock.set(street.clock.now() + HOUR)
        await street.run_due()
        for each, tasks in ((kim, 2), (other, 1)):
            assert len((await each.result("GET", "/query/tasks"))["Recs"]) == tasks


async def test_which_tenant_a_request_is_of(place: str) -> None:
    async with street_at(place) as street:
        await street.add("acme")
        await street.add("globex", base_url="https://bpm.globex.test")
        acme = await street.admin("acme")
        token = {"access-token": acme.token}
        path = f"{BASE}/query/tasks"

        async def status(host: str, **headers: str) -> tuple[int, str]:
            answer = await street.http.get(f"http://{host}{path}", headers={**token, **headers})
            return answer.status_code, answer.json()["resCode"]

        unknown = (404, "bpm.tenant.unknown")
        assert await status(f"acme.{DOMAIN}") == await status(f"ACME.{DOMAIN}.:8080") == (200, "0")
        assert await status("10.0.0.7", **{"X-Andante-Tenant": "acme"}) == (200, "0")
        assert await status(f"acme.{DOMAIN}", **{"X-Andante-Tenant": "acme"}) == (200, "0")
        assert await status(f"acme.{DOMAIN}", **{"X-Andante-Tenant": "globex"}) == unknown
        assert await status("bpm.globex.test") == (401, "astrozero.0004")
        for host in (DOMAIN, "10.0.0.7", f"nobody.{DOMAIN}", f"a.acme.{DOMAIN}", f"..{DOMAIN}"):
            assert await status(host) == unknown
        assert await status("10.0.0.7", **{"X-Andante-Tenant": "../acme"}) == unknown

        # What is no tenant's: health, and the operator's addresses, which no tenant has.
        for path in ("/health/live", "/health/ready"):
            assert (await street.http.get(f"http://{DOMAIN}{path}")).status_code == 200
        assert (await street.operate("GET", "/tenants")).json()["result"]["total"] == 2
        at_acme = await acme.call("GET", "/operator/tenants", headers={"authorization": "Bearer the operator's secret"})
        assert at_acme.json()["resCode"] == "bpm.request.noSuchRoute"

        # People are told in words, and get the log-in page of their own tenant.
        page = await street.http.get(f"http://nobody.{DOMAIN}/login", headers={"accept": "text/html"})
        assert page.status_code == 404
        assert page.text.startswith("<!doctype html>")
        assert "acme" not in page.text
        login = await street.http.get(f"http://acme.{DOMAIN}/login", headers={"accept": "text/html"})
        assert login.status_code == 200
        assert all("domain=" not in each.lower() for each in login.headers.get_list("set-cookie"))


async def test_numbers_and_news_do_not_mix(place: str) -> None:
    async with street_at(place) as street:
        for name in ("acme", "globex"):
            await street.add(name)
            await (await street.admin(name)).deploy()
        acme, globex = await street.admin("acme"), await street.admin("globex")
        news = street.services("globex").runtime.changes.watch("")
        for _ in range(3):
            await acme.start()
        assert not await news.changed(0.0)
        news.stop()

        def opened(text: str) -> str:
            return next(line for line in text.splitlines() if line.startswith("andante_open_instances"))

        assert opened((await acme.call("GET", "/metrics")).text) == "andante_open_instances 3.0"
        assert opened((await globex.call("GET", "/metrics")).text) == "andante_open_instances 0.0"
        every = (await street.operate("GET", "/metrics")).text
        assert 'andante_open_instances{tenant="acme"} 3.0' in every
        assert 'andante_open_instances{tenant="globex"} 0.0' in every
        assert 'andante_tenant_up{tenant="globex"} 1.0' in every
        assert "globex" not in (await acme.call("GET", "/metrics")).text


async def test_suspending_resuming_and_deleting(place: str) -> None:
    async with street_at(place) as street:
        await street.add("acme")
        await street.add("globex")
        await (await street.admin("acme")).deploy()
        kim = await street.kim("acme")
        await kim.start()
        body = {"action": "suspend", "reason": "not paid"}
        shown = (await street.operate("PUT", "/tenants/acme", json=body)).json()["result"]
        assert (shown["state"], shown["serving"]) == ("suspended", False)
        refused = await kim.call("GET", f"{BASE}/query/tasks")
        assert (refused.status_code, refused.json()["resCode"]) == (403, "bpm.tenant.suspended")
        form = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": ADMIN}
        assert (await kim.call("POST", "/baas/auth/v1.0/oauth2/token", data=form)).status_code == 403
        page = await kim.call("GET", "/login", headers={"accept": "text/html"})
        assert (page.status_code, "This is suspended." in page.text) == (403, True)
        assert (await (await street.admin("globex")).call("GET", f"{BASE}/query/tasks")).status_code == 200

        street.clock.set(street.clock.now() + HOUR)
        await street.operate("PUT", "/tenants/acme", json={"action": "resume"})
        await street.run_due()  # what fell due meanwhile happens now
        assert len((await kim.result("GET", "/query/tasks"))["Recs"]) == 1

        assert (await street.operate("DELETE", "/tenants/acme")).json()["resCode"] == "astrozero.0002"
        rows = (await street.operate("DELETE", "/tenants/acme?confirm=acme")).json()["result"]["Recs"]
        assert [row["action"] for row in rows] == ["put away", "delete", "resume", "suspend", "open", "create"]
        assert (rows[3]["reason"], rows[3]["address"]) == ("not paid", "127.0.0.1")
        assert (await kim.call("GET", f"{BASE}/query/tasks")).json()["resCode"] == "bpm.tenant.unknown"
        # The name is free; who has it now finds nothing of the one before.
        await street.add("acme")
        assert (await kim.call("GET", f"{BASE}/query/tasks")).status_code == 401
        assert await (await street.admin("acme")).result("GET", "/metadata/definitions") == []


async def test_a_tenant_is_called_otherwise(place: str) -> None:
    async with street_at(place) as street:
        await street.add("acme")
        kim = await street.kim("acme")

        async def called() -> bool:
            page = await kim.call("GET", "/login", headers={"accept": "text/html"})
            return "<span>Acme &amp; Sons</span>" in page.text and "· Acme &amp; Sons</title>" in page.text

        assert not await called()
        shown = await street.operate("PUT", "/tenants/acme", json={"settings": {"title": "Acme & Sons"}})
        assert shown.json()["result"]["settings"] == {"title": "Acme & Sons"}
        assert await called()
        assert (await kim.call("GET", f"{BASE}/query/tasks")).status_code == 200  # nobody is logged out by it


async def test_limits_of_one_do_not_hold_up_the_other(place: str) -> None:
    async with street_at(place) as street:
        await street.add("acme", starts="2", tenant_requests="1")
        await street.add("globex")
        acme, globex = await street.admin("acme"), await street.admin("globex")
        for each in (acme, globex):
            await each.deploy()
        answers: list[Any] = []
        for each in (acme, acme, acme, globex, globex, globex):
            body = {"name": "Order", "variables": {}}
            answers.append(await each.call("POST", f"{BASE}/runtime/instances", json=body))
        assert [each.status_code for each in answers] == [200, 200, 429, 200, 200, 200]
        assert answers[2].headers["retry-after"] == "1"
        assert answers[2].json()["resCode"] == "bpm.instance.tooMany"
        street.clock.set(street.clock.now() + 1_000)
        await acme.start()

        inside = street.tenants.get("acme")
        assert inside is not None
        inside.inside += 1  # a request that takes long
        full = await acme.call("GET", f"{BASE}/query/tasks")
        assert (full.status_code, full.json()["resCode"]) == (503, "bpm.server.overloaded")
        assert (await globex.call("GET", f"{BASE}/query/tasks")).status_code == 200
        inside.left()
        assert (await acme.call("GET", f"{BASE}/query/tasks")).status_code == 200


async def test_what_operators_ask_for_wrongly(place: str) -> None:
    async with street_at(place) as street:
        await street.add("acme", oidc_client_secret="provider's secret", oidc_issuer="")

        async def code(method: str, path: str, **more: Any) -> tuple[int, str]:
            answer = await street.operate(method, path, **more)
            return answer.status_code, answer.json()["resCode"]

        parameter = (400, "astrozero.0002")
        for body in ({"name": "A b"}, {"name": "x" * 31}, {"name": "b", "settings": {"port": "1"}},
                     {"name": "b", "settings": {"zone": "Nowhere"}}, {"name": "../acme"},
                     {"name": "b", "clientSecret": "short"}, {"name": "b", "clientId": "a b"}):  # fmt: skip
            assert await code("POST", "/tenants", json=body) == parameter
        assert (await street.operate("GET", "/tenants")).json()["result"]["total"] == 1
        assert await code("POST", "/tenants", json={"name": "acme"}) == (409, "bpm.tenant.exists")
        assert await code("PUT", "/tenants/acme", json={}) == parameter
        assert await code("PUT", "/tenants/nobody", json={"action": "suspend"}) == (404, "bpm.tenant.unknown")
        shown = await street.operate("PUT", "/tenants/acme", json={"settings": {"zone": "Asia/Shanghai"}})
        assert shown.json()["result"]["settings"] == {
            "oidc_client_secret": "***", "oidc_issuer": "", "zone": "Asia/Shanghai"
        }  # fmt: skip
        assert street.services("acme").zone == "Asia/Shanghai"
        gone = await street.operate("PUT", "/tenants/acme", json={"settings": {"zone": None}})
        assert "zone" not in gone.json()["result"]["settings"]
        assert (await street.operate("GET", "/openapi.json")).json()["paths"]["/operator/tenants/{name}"]
        for _ in range(10):
            assert await code("GET", "/tenants", secret="a guess") == (401, "astrozero.0004")
        assert await code("GET", "/tenants") == (429, "bpm.access.tooFast")
