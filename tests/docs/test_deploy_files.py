"""What is in deploy/ to run servers with: it names settings that there are, is as careful as it says, and is linted."""

import configparser
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from andante.settings import from_environment

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Containerfile and what it says."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Containerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(name, about.strip()) for name, about in re.findall(r"^([A-Z]+) (.*)$", text, re.MULTILINE)]


def checked(settings: dict[str, str]) -> None:
    """They can be, and each is one that there is."""
    named = {name.removeprefix("ANDANTE_").lower() for name in settings if name.startswith("ANDANTE_")}
    known = set(from_environment({}).__struct_fields__)
    assert named
    assert named <= known
    from_environment(settings)


def test_the_container_runs_as_nobody_in_particular_and_says_whether_it_is_well() -> None:
    found = instructions()
    last = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    stage = dict(found[last:])
    assert not stage["USER"].startswith(("root", "0"))
    assert (json.loads(stage["ENTRYPOINT"]), json.loads(stage["CMD"])) == (["andante"], ["serve"])
    check = json.loads(stage["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "HEALTHCHECK", "exec")
    assert "/health/ready" in check[2]
    checked(dict(pair.split("=", 1) for pair in stage["ENV"].split()))


def test_the_container_is_built_of_what_is_there_at_versions_that_are_named() -> None:
    stages: set[str] = set()
    for name, about in instructions():
        if name == "FROM":
            image, _, stage = about.partition(" AS ")
            assert re.fullmatch(r"[\w./-]+:[\w.-]*\d[\w.-]*", image), f"{image}: name a version"
            stages.add(stage)
        elif name == "COPY" and not about.startswith("--from="):
            *sources, _ = about.split()
            assert all((ROOT / source).exists() for source in sources), about
        elif name == "COPY":
            assert about.split()[0].removeprefix("--from=") in stages


def composed() -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return body


def test_the_servers_of_the_composition_have_settings_that_can_be() -> None:
    services = composed()["services"]
    servers = [each for each in services.values() if each["image"] == "andante"]
    assert len(servers) == 2
    for server in servers:
        assert (ROOT / "deploy" / server["build"]["context"] / server["build"]["dockerfile"]).exists()
        checked({name: re.sub(r"\$\{\w+:[?-](.*?)\}", r"\1", text) for name, text in server["environment"].items()})
        assert server["read_only"]
        assert server["cap_drop"] == ["ALL"]
    for name, service in services.items():
        assert service["image"] == "andante" or re.search(r":\d", service["image"]), f"{name}: name a version"
        assert set(service.get("depends_on", ())) <= set(services)
        assert {each["source"] for each in service.get("configs", ())} <= set(composed()["configs"])


def test_docker_reads_the_composition() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run((docker, "compose", "version"), capture_output=True, check=False).returncode:
        pytest.skip("NOT LINTED: deploy/compose.yaml, for docker compose is missing")
    said = subprocess.run(
        (docker, "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"), capture_output=True, text=True,
        check=False, env=os.environ | {"POSTGRES_PASSWORD": "x", "ANDANTE_BOOTSTRAP_CLIENT_SECRET": "x"},
    )  # fmt: skip
    assert said.returncode == 0, said.stderr


def test_systemd_takes_the_unit_and_finds_it_careful(tmp_path: Path) -> None:
    text = (DEPLOY / "andante.service").read_text()
    names = dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE))
    checked(names)
    unit = configparser.RawConfigParser(strict=False)
    unit.read_string(text)
    assert unit["Service"]["type"] == "exec"  # it does not notify
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("NOT LINTED: deploy/andante.service, for systemd-analyze is missing")
    path = tmp_path / "andante.service"
    path.write_text(text.replace("/opt/andante/bin/andante", shutil.which("true") or "/bin/true"))
    for command in (("verify", "--man=no"), ("security", "--offline=true", "--threshold=20", "--no-pager")):
        said = subprocess.run((program, *command, str(path)), capture_output=True, text=True, check=False)
        wrong = [line for line in said.stderr.splitlines() if "andante.service" in line and "User" not in line]
        assert (said.returncode, wrong) == (0, []), said.stdout[-300:] + said.stderr


def test_prometheus_takes_the_alerts() -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("NOT LINTED: deploy/prometheus/alerts.yml, for promtool is missing")
    said = subprocess.run(
        (program, "check", "rules", str(DEPLOY / "prometheus/alerts.yml")), capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
