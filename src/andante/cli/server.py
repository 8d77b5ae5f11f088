"""`andante serve`, with an option for each setting."""

import asyncio
import inspect
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_type_hints

import msgspec
from cyclopts import Parameter

from andante.app import serve as run_server
from andante.cli import examples as trying
from andante.cli.output import complain
from andante.runtime import StoreProblem
from andante.settings import Settings, SettingsProblem, from_environment

DEMONSTRATION: Final = (
    "With --examples: let three weeks of made-up work happen in them first, so that every page has something."
)
EXAMPLES: Final = "Deploy the models of this folder and add demo persons, to try Andante out on this machine."


def serve(*, examples: Path | None = None, demonstration: bool = False, **options: Any) -> int:
    """Run a server until it is told to stop. Each option is also ANDANTE_... in the environment."""
    try:
        settings = from_environment(**options)
        if examples is not None:
            settings = trying.with_demo_secret(settings)
            asyncio.run(trying.prepare(settings, trying.read(examples)))
            if demonstration:
                asyncio.run(trying.fill(settings))
            print(trying.greeting(settings), flush=True)
        run_server(settings)
    except SettingsProblem as problem:
        raise ValueError(str(problem)) from None
    except StoreProblem as problem:
        complain(f"andante: {problem}")
        return 1
    return 0


def _option(name: str, hint: Any) -> inspect.Parameter:
    kind, meta = get_args(hint)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, Parameter(help=meta.description, show_default=False)],
    )


def _signature() -> inspect.Signature:
    """The settings' own fields: an option cannot be forgotten."""
    folder = inspect.Parameter(
        "examples",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Path | None, Parameter(help=EXAMPLES)],
    )
    work = inspect.Parameter(
        "demonstration",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, Parameter(help=DEMONSTRATION, negative="")],
    )
    hints = get_type_hints(Settings, include_extras=True)
    return inspect.Signature(
        [folder, work, *(_option(name, hints[name]) for name in msgspec.structs.asdict(Settings()))]
    )


serve.__signature__ = _signature()  # type: ignore[attr-defined]
serve.__annotations__ = {name: each.annotation for name, each in _signature().parameters.items()}
