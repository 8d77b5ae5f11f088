"""The OpenAPI document, and the server held to it by generated requests."""

from html import escape

import httpx
from house import BASE, House

from andante.api.openapi import operations
from andante.api.routes import api_handlers


async def test_the_document_describes_every_route(house: House) -> None:
    document = (await house.http.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == {(path, method) for path, method, _ in operations(api_handlers(test_clock=True))}
    ids = [o["operationId"] for methods in document["paths"].values() for o in methods.values()]
    assert len(ids) == len(set(ids))


async def test_the_page_lists_every_route(house: House) -> None:
    answer: httpx.Response = await house.http.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    for path, _, operation in operations(api_handlers(test_clock=True)):
        assert path in answer.text
        assert escape(operation.summary) in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


async def test_other_kinds_of_answers_are_described_too(house: House) -> None:
    paths = (await house.http.get("/openapi.json")).json()["paths"]
    export = "/runtime/insight/processes/{name}/export"
    for path, formats in (("/runtime/audit", ("csv", "ndjson")), (export, ("xes", "csv"))):
        described = paths[BASE + path]["get"]["responses"]["200"]["content"]
        for form in formats:
            answer = await house.ada.get(path.replace("{name}", "Any"), format=form)
            assert answer.response.headers["content-type"].partition(";")[0] in described


async def test_what_is_not_there_is_described(house: House) -> None:
    described = (await house.http.get("/openapi.json")).json()["paths"][f"{BASE}/runtime/verification"]["get"]
    (await house.ada.get("/runtime/verification", ids="nothing")).refused(404, "bpm.instance.notFound")
    assert "404" in described["responses"]


async def test_everybody_can_find_out_who_may(house: House) -> None:
    document = (await house.http.get("/openapi.json")).json()
    suspend = document["paths"]["/u-route/baas/bp/v2.0/runtime/jobs/activate"]["post"]
    assert suspend["x-roles"] == ["administrator", "operator"]
    assert set(suspend["responses"]) == {"200", "400", "401", "403", "413", "415"}
