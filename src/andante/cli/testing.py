"""The command `test`: tests of processes that are written in YAML."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from xml.etree import ElementTree as ET

import msgspec
from cyclopts import Parameter

from andante.bpmn import ModelRefused
from andante.cli.output import complain, plain, print_findings, print_json
from andante.cli.progress import Quiet, progress
from andante.cli.screen import Screen
from andante.testing.carried_out import Run, run_suite
from andante.testing.written import Faulty, read_suite

ENDINGS: Final = (".test.yaml", ".test.yml")


def run_tests(
    *files: Path,
    only: Annotated[str, Parameter(name=["--only", "-k"])] = "",
    coverage: Path | None = None,
    cover: Annotated[float, Parameter(name="--fail-under")] = 0.0,
    junit: Path | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
    quiet: Quiet = False,
) -> int:
    """Run tests of processes, written in YAML, here and without a server.

    A folder stands for the files in it, at any depth, that are named *.test.yaml. Exit 1 where a test fails.

    Parameters
    ----------
    only
        Only tests whose names have this in them.
    coverage
        Write a page to this HTML file that shows on the diagrams which elements and flows the tests came to.
    cover
        Exit 1 where the tests of a process come to less than so many percent of its elements and flows.
    junit
        Write the results as JUnit XML, for the machines that collect such.
    json
        Print JSON instead of lines.
    """
    if not 0 <= cover <= 100:
        raise ValueError("--fail-under: give percent, from 0 to 100")
    runs: list[Run] = []
    broken = 0
    suites = list(_all_of(files or (Path(),)))
    with progress("test", len(suites), silent=quiet or json) as tell:
        for count, file in enumerate(suites):
            tell(count)
            try:
                runs.append(run_suite(file, read_suite(file), only))
            except Faulty as fault:
                broken += 1
                complain(f"{file}:{fault.line}: {fault}" if fault.line else f"{file}: {fault}")
            except ModelRefused as refused:
                broken += 1
                print_findings(str(file), "fault", [finding._asdict() for finding in refused.findings])
            except OSError as fault:
                broken += 1
                complain(f"{fault.filename or file}: it cannot be read: {fault.strerror}.")
    found = [each for run in runs for each in run.results]
    if not found and not broken:
        raise ValueError(f"no test has '{only}' in its name" if only else f"there is no file named *{ENDINGS[0]}")
    thin = [run for run in runs if not only and 100 * run.coverage.part < cover]
    if json:
        print_json([_told(run) for run in runs])
    else:
        _print(runs, broken)
    for run in thin:
        part = f"{run.coverage.part:.0%}"
        complain(f"{run.file}: the tests cover {part} of {run.coverage.process}, which is under {cover:g}%.")
    if coverage is not None:
        _write_page(coverage, runs)
    if junit is not None:
        junit.write_bytes(_junit(runs))
    return 1 if broken or thin or any(not each.passed for each in found) else 0


def _all_of(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.name.endswith(ENDINGS) and each.is_file())
        else:
            yield path


def _print(runs: Sequence[Run], broken: int) -> None:
    console = Screen(soft_wrap=True)
    for run in runs:
        console.print(plain(f"{run.file}  {run.coverage.process}"), style="bold")
        for each in run.results:
            console.print("  ✓ " if each.passed else "  ✗ ", style="green" if each.passed else "red", end="")
            console.print(plain(each.name))
            if not each.passed:
                console.print(plain(f"      {run.file}:{each.line}: {each.message}"), style="red")
        missed = run.coverage.missed
        further = f"; no test comes to {', '.join(missed[:8])}{' ...' if len(missed) > 8 else ''}" if missed else ""
        console.print(plain(f"  covered {run.coverage.part:.0%}{further}"), style="dim")
    failed = sum(1 for run in runs for each in run.results if not each.passed)
    passed = sum(1 for run in runs for each in run.results if each.passed)
    files = f", {broken} file{'s' if broken > 1 else ''} that could not be read" if broken else ""
    console.print(f"{passed} passed, {failed} failed{files}", style="red" if failed or broken else "green")


def _told(run: Run) -> dict[str, Any]:
    return {
        "file": str(run.file), "process": run.coverage.process,
        "tests": [msgspec.to_builtins(each) | {"passed": each.passed} for each in run.results],
        "coverage": {
            "part": round(run.coverage.part, 4), "elements": run.coverage.nodes, "flows": run.coverage.flows,
        },
    }  # fmt: skip


def _write_page(target: Path, runs: Sequence[Run]) -> None:
    from andante.testing.coverage_page import coverage_page

    try:
        target.write_text(coverage_page(runs))
    except FileNotFoundError as fault:
        raise ValueError(
            f"--coverage: {fault.filename} is not there; in a checkout, `make assets` fetches it"
        ) from None


def _junit(runs: Sequence[Run]) -> bytes:
    root = ET.Element("testsuites")
    for run in runs:
        failures = sum(1 for each in run.results if not each.passed)
        suite = ET.SubElement(
            root, "testsuite", name=run.coverage.process, file=str(run.file), tests=str(len(run.results)),
            failures=str(failures), errors="0", skipped="0", time=f"{sum(each.seconds for each in run.results):.4f}",
        )  # fmt: skip
        for each in run.results:
            case = ET.SubElement(
                suite, "testcase", classname=run.coverage.process, name=each.name, file=str(run.file),
                line=str(each.line), time=f"{each.seconds:.4f}",
            )  # fmt: skip
            if not each.passed:
                ET.SubElement(case, "failure", message=each.message).text = f"{run.file}:{each.line}: {each.message}"
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
