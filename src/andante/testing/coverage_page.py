"""Coverage drawn on the diagram: one HTML page that needs no network and no server."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec
from jinja2 import Environment, select_autoescape
from markupsafe import Markup

from andante.testing.carried_out import Run

VENDOR: Final = "web/static/vendor"


class _Shown(msgspec.Struct):
    """What the script is told of a run."""

    xml: str
    counts: dict[str, int]


def coverage_page(runs: Sequence[Run]) -> str:
    """Raises FileNotFoundError where the drawing library is not there: a checkout without `make assets`."""
    root = files("andante")
    viewer = root.joinpath(f"{VENDOR}/bpmn-viewer.js").read_text()
    styles = root.joinpath(f"{VENDOR}/diagram.css").read_text()
    shown = [_Shown(_xml(run.model), run.coverage.nodes | run.coverage.flows) for run in runs]
    data = msgspec.json.encode(shown).decode().replace("<", "\\u003c")
    template = root.joinpath("testing/coverage.html").read_text()
    page = Environment(autoescape=select_autoescape(default=True)).from_string(template)
    return page.render(
        viewer=Markup(viewer.replace("</script", "<\\/script")), styles=Markup(styles), data=Markup(data),  # noqa: S704
        runs=[
            {
                "process": run.coverage.process, "part": f"{run.coverage.part:.0%}", "file": run.file,
                "xml": each.xml, "results": run.results, "missed": run.coverage.missed,
            }
            for run, each in zip(runs, shown, strict=True)
        ],
    )  # fmt: skip


def _xml(model: Path) -> str:
    """Of a file that has a drawing."""
    if model.suffix == ".json":
        return ""
    text = model.read_text(errors="replace")
    return text if "BPMNDiagram" in text else ""
