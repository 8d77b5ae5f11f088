"""Which version of a process runs: the model's own, the next number, the one that was deployed again."""

from server import MINUTE, Bench, bpmn, line

from andante.runtime import Deployment

STEPS = line('<startEvent id="start"/>', '<userTask id="do"/>', '<endEvent id="end"/>')


def model(attribute: str, name: str = "Do it") -> bytes:
    return bpmn("job " + STEPS.replace('id="do"', f'id="do" name="{name}"')).replace(
        b'id="job"', f'id="job" {attribute}'.encode()
    )


async def deploy(bench: Bench, data: bytes) -> Deployment:
    return await bench.runtime.deploy_xml(data, who="designer")


async def version_of(bench: Bench, deployment: Deployment) -> str:
    return (await bench.runtime.definition(deployment.id)).version


async def test_a_model_may_name_its_version(bench: Bench) -> None:
    assert await version_of(bench, await deploy(bench, model(""))) == "1.0.0"
    assert await version_of(bench, await deploy(bench, model('andante:version="2.1.0"'))) == "2.1.0"
    assert await version_of(bench, await deploy(bench, model("", "Do it again"))) == "2.1.1"
    assert await version_of(bench, await deploy(bench, model('camunda:versionTag="spring"'))) == "spring"
    assert (await bench.start("job")).version == "spring"
    assert (await bench.runtime.start("job", version="2.1.0", who="anna")).version == "2.1.0"


async def test_a_tag_that_is_used_again_gets_a_number_and_a_warning(bench: Bench) -> None:
    await deploy(bench, model('camunda:versionTag="spring"'))
    again = await deploy(bench, model('camunda:versionTag="spring"', "Do it better"))
    assert await version_of(bench, again) == "1.0.1"
    assert [(warning.code, warning.element) for warning in again.warnings] == [("version", "job")]
    assert "'spring' is taken" in again.warnings[0].message


async def test_a_called_version_is_found_by_its_tag(bench: Bench) -> None:
    await deploy(bench, model('camunda:versionTag="spring"', "In spring"))
    await deploy(bench, model('camunda:versionTag="autumn"', "In autumn"))
    call = '<callActivity id="call" calledElement="job" camunda:calledElementBinding="versionTag"'
    await bench.deploy(
        "caller "
        + line(
            '<startEvent id="start"/>',
            f'{call} camunda:calledElementVersionTag="spring"/>',
            '<endEvent id="end"/>',
        )
    )
    await bench.start("caller")
    await bench.runtime.executor.idle()
    await bench.runtime.run_due()
    assert [task.name for task in await bench.todo()] == ["In spring"]


async def test_an_older_file_deployed_again_is_the_active_one(bench: Bench) -> None:
    timer = (
        '<startEvent id="start"><timerEventDefinition><timeCycle>R/PT1M</timeCycle></timerEventDefinition></startEvent>'
    )
    steps = line(timer, '<userTask id="do" name="{}"/>', '<endEvent id="end"/>')
    old, new = bpmn("tick " + steps.format("old")), bpmn("tick " + steps.format("new"))
    first = await deploy(bench, old)
    await deploy(bench, new)
    assert (await deploy(bench, old)).id == first.id
    assert (await bench.runtime.definition(first.id)).active
    await bench.pass_time(MINUTE)
    assert [task.name for task in await bench.todo()] == ["old"]
    assert len(await bench.runtime.definitions(active=True)) == 1


async def test_a_version_that_only_looks_like_a_number_is_not_there(bench: Bench) -> None:
    await deploy(bench, model(""))
    call = '<callActivity id="call" calledElement="job" camunda:calledElementBinding="version"'
    await bench.deploy(
        "caller "
        + line('<startEvent id="start"/>', f'{call} camunda:calledElementVersion="²"/>', '<endEvent id="end"/>')
    )
    instance = await bench.start("caller")
    await bench.runtime.executor.idle()
    await bench.runtime.run_due()
    (incident,) = (await bench.runtime.detail(instance.id)).incidents
    assert "version '²'" in incident.message
