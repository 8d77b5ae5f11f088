"""The rules of the house, held by a test: sizes, docstrings, arrows, lock files, links, and no trace of a machine."""

import ast
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
LONGEST = 400
SOURCES = ("src", "tests", "bench", "scripts", ".ci")
WRITTEN = (*SOURCES, "docs", "examples", "requirements")
TOP = ("*.md", "*.toml", "*.json", "Makefile", ".gitignore")
MADE = {"node_modules", "__pycache__", "vendor", "models"}
TEXT = {".py", ".md", ".toml", ".json", ".bpmn", ".html", ".js", ".mjs", ".css", ".lock", ".in", ".txt", ""}
MACHINE = re.compile(r"(?<![\w./$}])/(?:work|root|home|Users|tmp)/\w")
REGISTRY = re.compile(r"(?:pypi|pythonhosted|npmjs)[.](?:org|com)|--(?:extra-)?index[-]url")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)|!\[[^\]]*\]\(([^)\s]+)\)")


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            made = any(part in MADE or part.startswith(".") for part in parts[1:])
            if path.is_file() and not made and path.suffix in TEXT:
                yield path


def written() -> list[Path]:
    """Every text file that is the project's own."""
    return [*files(*WRITTEN), *(path for pattern in TOP for path in sorted(ROOT.glob(pattern)))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_source_file_is_longer_than_one_can_read() -> None:
    kinds = {".py", ".js", ".mjs", ".css", ".html", ""}
    sources = [path for path in files(*SOURCES) if path.suffix in kinds]
    assert len(sources) > 100
    long = {named(path): lines for path in sources if (lines := len(path.read_text().splitlines())) > LONGEST}
    assert not long, f"split by concept what is longer than {LONGEST} lines: {long}"


def test_every_module_says_what_it_is() -> None:
    silent = [
        named(path)
        for path in files("src", "bench")
        if path.suffix == ".py" and path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent, f"a module begins with a docstring: {silent}"


def test_nothing_names_a_machine_or_a_registry() -> None:
    found = [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in written()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MACHINE.search(line) or REGISTRY.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_room_has_its_arrows() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ruled = {module for each in settings["tool"]["importlinter"]["contracts"] for module in each["source_modules"]}
    free = {
        f"andante.{each}" for each in ("__main__", "cli", "testing", "app", "assembly", "settings")
    }  # they may import everything
    package = ROOT / "src/andante"
    rooms = {
        f"andante.{path.stem}"
        for path in package.iterdir()
        if (path.is_dir() and path.name != "__pycache__") or (path.suffix == ".py" and path.name != "__init__.py")
    }
    assert rooms - free == ruled, "pyproject.toml, [tool.importlinter]: a contract for each room"


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_dependency_is_locked_by_hash(name: str) -> None:
    text = (ROOT / f"requirements/{name}.lock").read_text().replace("\\\n", "")
    pins = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert pins
    loose = [pin[:80] for pin in pins if not re.match(r"[\w.\[\]-]+==\S+.* --hash=sha256:[0-9a-f]{64}", pin)]
    assert not loose, f"renew it with `make lock`: {loose}"


def test_the_lock_files_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {"run": project["project"]["dependencies"], "dev": project["dependency-groups"]["dev"]}
    for name, requirements in wanted.items():
        locked = set(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==", (ROOT / f"requirements/{name}.lock").read_text(), re.M))
        names = {re.split(r"[\[<>=!~ ;]", each)[0].lower().replace("_", "-") for each in requirements}
        assert not names - locked, f"requirements/{name}.lock is old: run `make lock`"


def test_links_of_the_documents_lead_somewhere() -> None:
    dead = [
        f"{named(path)}: {target}"
        for path in written()
        if path.suffix == ".md"
        for link in LINK.finditer(path.read_text())
        if not re.match(r"[a-z]+:", target := link.group(1) or link.group(2)) and not (path.parent / target).exists()
    ]
    assert not dead, "\n".join(dead)


def test_every_lock_file_is_audited_and_fuzzing_makes_up_other_things_each_time(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    for folder in ("scripts", "requirements", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts/audit", tmp_path / "scripts")
    for lock in (ROOT / "requirements").glob("*.lock"):
        shutil.copy(lock, tmp_path / "requirements")
    for tool in (tmp_path / ".venv/bin/pip-audit", tmp_path / "npm"):
        tool.write_text(f'#!/bin/sh\necho "$@" >>{asked}\n')
        tool.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run([tmp_path / "scripts/audit"], env={"PATH": path}, check=True, capture_output=True, timeout=60)
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert f"-r requirements/{lock.name}" in asked.read_text()
    told = subprocess.run(
        ["make", "-n", "fuzz"], cwd=ROOT, env={"PATH": path}, check=True, capture_output=True, text=True, timeout=60
    )
    assert "--hypothesis-profile=fuzz" in told.stdout
    assert not settings.get_profile("fuzz").derandomize
