"""Every page, by a word: with the town behind it, for tests that look at all of them."""

from typing import Final

import pytest
from sites import Site
from town import EXAMPLES, STUCK, settle

from andante.runtime import Chosen, InstanceQuery, TaskQuery

# A journey that is made on both kinds of databases.
both: Final = pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)


async def screens(site: Site) -> dict[str, str]:
    """Their addresses, once the town is settled."""
    found = await settle(site.runtime, site.clock)
    leave = await site.runtime.instance(found["leave of Anna"])
    trip = await site.runtime.instance(found["trip"])
    return {
        "inbox": "/tasks",
        "paused": "/tasks?view=paused",
        "inbox-beside": f"/tasks?task={trip.id}-{await _first_task(site, trip.id)}",
        "inbox-flat": "/tasks?sort=urgent&process=LeaveApproval",
        "inbox-empty": "/tasks?view=overdue&q=nothing-like-this",
        "task": f"/tasks/{found['leave of Anna']}-{await _first_task(site, found['leave of Anna'])}",
        "task-paused": f"/tasks/{found['suspended']}-{await _first_task(site, found['suspended'])}",
        "history": "/history",
        "history-instances": "/history?kind=instances",
        "history-filtered": "/history?sla=breached&since=2026-01-01",
        "started": "/started",
        "started-all": "/started?state=all",
        "instances": "/instances?state=all",
        "bulk-terminate": "/batches/new?action=terminate&all=1",
        "bulk-tasks": "/batches/tasks?process=LeaveApproval",
        "batches": "/batches",
        "operations": "/operations",
        "operations-causes": "/operations/incidents",
        "operations-jobs": "/operations/jobs?type=reserve-stock",
        "operations-timers": "/operations/timers",
        "operations-letters": "/operations/letters",
        "operations-doctor": "/operations/doctor",
        "sla": "/sla",
        "batch": f"/batches/{await _batch(site, found)}",
        "instance": f"/instances/{found['sorted']}",
        "instance-expense": f"/instances/{found['expense']}",
        "instance-broken": f"/instances/{found['broken']}",
        "instance-suspended": f"/instances/{found['suspended']}",
        "instance-past": f"/instances/{found['expense']}/at/1",
        "instance-broken-past": f"/instances/{found['broken']}/at/1",
        "bars": f"/instances/{found['late']}/bars",
        "bars-suspended": f"/instances/{found['suspended']}/bars",
        "instance-terminate": f"/instances/{found['leave of Anna']}?ask=terminate",
        "definitions": "/definitions",
        "definition": f"/definitions/{leave.definition_id}",
        "definition-heat": f"/definitions/{leave.definition_id}?heat=cycle&days=30",
        "try-begin": f"/definitions/{leave.definition_id}/try",
        "definition-source": f"/definitions/{leave.definition_id}/text",
        "definition-compare": f"/definitions/{await _next_version(site)}/compare",
        **{f"decision-{name}": f"/definitions/{id}" for name, id in (await _decisions(site)).items()},
        "starts": "/start",
        "start": f"/start/{leave.definition_id}",
        "start-form": f"/start/{trip.definition_id}",
        "start-drawn": f"/start/{await _drawn_start(site)}",
        "task-form": f"/tasks/{trip.id}-{await _first_task(site, trip.id)}",
        "insight": "/insight",
        "insight-process": "/insight/processes/LeaveApproval",
        "insight-people": "/insight/people",
        "insight-forecast": "/insight/forecast",
        "settings": "/settings",
        "notes": "/notes",
        "error": "/instances/nothing",
    }


async def _first_task(site: Site, instance_id: str) -> int:
    page = await site.runtime.tasks(TaskQuery(view="all", everything=True, instance_id=instance_id))
    return page.items[0].key


async def _next_version(site: Site) -> str:
    changed = STUCK.replace(b"Booked in euro", b"Booked in euros")
    return (await site.runtime.deploy_xml(changed, who="mei")).id


async def _drawn_start(site: Site) -> str:
    form, process = (EXAMPLES / f"equipment-request.{ending}" for ending in ("form", "bpmn"))
    await site.runtime.forms.deploy(form.read_bytes(), who="mei")
    return (await site.runtime.deploy_xml(process.read_bytes(), who="mei")).id


async def _batch(site: Site, found: dict[str, str]) -> str:
    """With some that cannot be done."""
    chosen = Chosen(InstanceQuery(), [found["late"], found["trip"], found["terminated"]])
    batch = await site.runtime.batches.start("migrate", chosen, who="mei", arguments={"version": "1.0.0"})
    await site.runtime.batches.start("retry", Chosen(InstanceQuery(), [found["broken"]]), who="mei", reason="corrected")
    await site.runtime.batches.finish(batch.id)
    return batch.id


async def _decisions(site: Site) -> dict[str, str]:
    return {each.name: each.id for each in await site.runtime.definitions() if each.kind == "dmn"}
