"""The Helm chart: it names settings that there are, the servers may do nothing they need not, and Helm takes it."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_deploy_files import checked

from andante.settings import SECRETS, Settings

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/andante"
# Of Kubernetes; Helm takes an old one where it was not told.
VERSION = ("--kube-version", "1.30.0")


def values() -> dict[str, Any]:
    body: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return body


def test_settings_and_secrets_are_those_that_there_are() -> None:
    assert values()["settings"].keys() <= set(Settings.__struct_fields__)
    assert set(values()["secret"]["settings"]) <= set(SECRETS)
    text = "".join(each.read_text() for each in (CHART / "templates").iterdir())
    named = {name.lower() for name in re.findall(r"\bANDANTE_([A-Z_]+)\b", text)}
    assert named >= {"host", "port", "drain", "base_url"}
    assert named <= set(Settings.__struct_fields__)
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (about["version"], about["appVersion"]) == (release, release)


def helm(*arguments: str) -> str:
    program = shutil.which("helm")
    if program is None:
        pytest.skip("NOT LINTED: deploy/helm, for helm is missing")
    said = subprocess.run((program, *arguments), capture_output=True, text=True, check=False, timeout=60)
    return said.stdout if said.returncode == 0 else f"FAILED {said.stdout}{said.stderr}"


def rendered(*settings: str) -> dict[str, Any]:
    """What is made, by its kind."""
    text = helm("template", "prod", str(CHART), *VERSION, *(part for each in settings for part in ("--set", each)))
    assert not text.startswith("FAILED"), text
    return {each["kind"]: each for each in yaml.safe_load_all(text) if each}


def test_helm_takes_the_chart() -> None:
    assert "0 chart(s) failed" in helm("lint", "--strict", str(CHART), *VERSION)
    for wrong in ("settings.port=1", "secret.settings={smtp_url}", "replica=3"):
        assert "FAILED" in helm("template", "prod", str(CHART), *VERSION, "--set", wrong), wrong


def test_servers_share_a_database_and_may_do_nothing_they_need_not() -> None:
    made = rendered("settings.max_body=33554432", "settings.two_persons=true", "drain=20")
    assert made.keys() == {"Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"}
    pod = made["Deployment"]["spec"]["template"]["spec"]
    (server,) = pod["containers"]
    environment = {each["name"]: each["value"] for each in server["env"]}
    assert environment["ANDANTE_DB_FILE"] == "/run/secrets/andante/db"
    checked({name: text for name, text in environment.items() if not name.endswith("_FILE")})
    assert (environment["ANDANTE_MAX_BODY"], environment["ANDANTE_TWO_PERSONS"]) == ("33554432", "true")
    assert pod["terminationGracePeriodSeconds"] >= int(environment["ANDANTE_DRAIN"]) + 10
    assert not pod["automountServiceAccountToken"]
    assert not pod["enableServiceLinks"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert server["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert f"USER {pod['securityContext']['runAsUser']}:" in (ROOT / "deploy/Containerfile").read_text()
    assert {volume["name"] for volume in pod["volumes"]} == {each["name"] for each in server["volumeMounts"]}
    labels = made["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
    for kind, place in (("Service", "selector"), ("PodDisruptionBudget", "selector"), ("Deployment", "selector")):
        chosen = made[kind]["spec"][place]
        assert chosen.get("matchLabels", chosen).items() <= labels, kind


def test_what_may_be_asked_for() -> None:
    made = rendered("ingress.enabled=true", "ingress.tlsSecret=t", "serviceMonitor.enabled=true", "replicas=1")
    assert made.keys() == {"Deployment", "Service", "ServiceAccount", "Ingress", "ServiceMonitor"}
    (server,) = made["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "ANDANTE_BASE_URL", "value": "https://andante.example.com"} in server["env"]
    (port,) = made["Service"]["spec"]["ports"]
    assert made["ServiceMonitor"]["spec"]["endpoints"][0]["port"] == port["name"]
    assert (
        made["ServiceMonitor"]["spec"]["selector"]["matchLabels"].items()
        <= made["Service"]["metadata"]["labels"].items()
    )
    assert made["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"]["name"] == port["name"]
