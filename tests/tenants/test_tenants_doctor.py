"""The doctor looks at all tenants, and says of which each finding is."""

import asyncio
import json
from pathlib import Path

import pytest
from street import street_at

from andante.cli import run
from andante.client import AsyncClient, operating
from andante.client.upkeep import Finding


async def test_each_finding_names_its_tenant(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with street_at(place, private_addresses=True) as street:
        for name in ("acme", "globex"):
            await street.add(name, retention="P90D" if name == "acme" else "")
        transport = street.http._transport
        operator = AsyncClient("http://example.test", token="the operator's secret", transport=transport)

        async def found() -> list[Finding]:
            return list((await operator.send(operating.diagnose_tenants())).findings)

        whose = {(each.code, each.tenant) for each in await found()}
        assert ("settings.retention", "globex") in whose
        assert ("settings.retention", "acme") not in whose
        # What is so at all of them is told once.
        assert [code for code, tenant in sorted(whose) if code == "settings.private"] == ["settings.private"]
        assert ("settings.private", "") in whose
        assert all(each.remedy.endswith((".", ")")) for each in await found())

        # One that is out of service, and one that stands still.
        broken = street.tenants.get("globex")
        assert broken is not None
        await broken.close()
        broken.why = "The disk is gone."
        out = next(each for each in await found() if each.severity == "error" and each.tenant == "globex")
        assert (out.code, out.what) == ("tenant.outOfService", "It is out of service: The disk is gone.")
        await street.operate("PUT", "/tenants/acme", json={"action": "suspend"})
        assert [each.tenant for each in await found() if each.code == "tenant.suspended"] == ["acme"]
        assert (await street.operate("GET", "/diagnosis", secret="a guess")).status_code == 401

    # The same without a server; the command's exit code is the worst that there is.
    code = await asyncio.to_thread(run, ["tenant", "doctor", "--tenants", place, "--json"])
    seen = json.loads(capsys.readouterr().out)
    assert {each["tenant"] for each in seen["findings"]} >= {"acme", "globex"}
    assert code == max({"error": 2, "warning": 1, "hint": 0}[each["severity"]] for each in seen["findings"])


def test_where_there_are_none_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--tenants", f"sqlite:///{tmp_path}/none"]) == 2
    assert "[tenants.unread]" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()
