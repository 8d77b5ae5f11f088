"""`andante serve` and `andante config`, with an option for each setting."""

import asyncio
import inspect
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_type_hints

import msgspec
from cyclopts import Parameter

from andante.app import serve as run_server
from andante.cli import examples as trying
from andante.cli.output import complain, print_json, print_table
from andante.runtime import StoreProblem
from andante.settings import Gathered, Settings, SettingsProblem, example, gather, masked

DEMONSTRATION: Final = (
    "With --examples: let three weeks of made-up work happen in them first, so that every page has something."
)
EXAMPLES: Final = "Deploy the models of this folder and add demo persons, to try Andante out on this machine."


CONFIG: Final = "A file with settings (TOML); else ANDANTE_CONFIG names it, or andante.toml here is it."


def serve(*, examples: Path | None = None, demonstration: bool = False, **options: Any) -> int:
    """Run a server until it is told to stop. Each option is also ANDANTE_... in the environment."""
    try:
        gathered = gather(**options)
        settings = gathered.settings
        _tell_unknown(gathered)
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


def config(
    *,
    json: bool = False,
    example_file: bool = False,
    **options: Any,
) -> int:
    """Show the settings in force, and where each came from. Takes the options of serve."""
    if example_file:
        print(example(), end="")
        return 0
    try:
        gathered = gather(**options)
    except SettingsProblem as problem:
        raise ValueError(str(problem)) from None
    _tell_unknown(gathered)
    values = msgspec.structs.asdict(gathered.settings)
    rows = [(name, masked(name, value), gathered.origins.get(name, "")) for name, value in values.items()]
    if json:
        print_json([{"name": name, "value": value, "from": origin or "default"} for name, value, origin in rows])
    else:
        print_table(("setting", "value", "from"), rows)
    return 0


def _tell_unknown(gathered: Gathered) -> None:
    for name in gathered.unknown:
        complain(f"andante: {name} is no setting, and is ignored. `andante config --example` shows all there are.")


def _option(name: str, hint: Any) -> inspect.Parameter:
    kind, meta = get_args(hint)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, Parameter(help=meta.description, show_default=False)],
    )


def _own(name: str, kind: Any, default: Any, parameter: Parameter) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, parameter]
    )


def _signature(*own: inspect.Parameter) -> inspect.Signature:
    """The settings' own fields: an option cannot be forgotten."""
    hints = get_type_hints(Settings, include_extras=True)
    file = _own("config", Path | None, None, Parameter(help=CONFIG, show_default=False))
    return inspect.Signature([*own, file, *(_option(name, hints[name]) for name in msgspec.structs.asdict(Settings()))])


def _give(function: Any, *own: inspect.Parameter) -> None:
    function.__signature__ = _signature(*own)
    function.__annotations__ = {name: each.annotation for name, each in function.__signature__.parameters.items()}


_give(
    serve,
    _own("examples", Path | None, None, Parameter(help=EXAMPLES)),
    _own("demonstration", bool, False, Parameter(help=DEMONSTRATION, negative="")),
)
_give(
    config,
    _own("json", bool, False, Parameter(help="Print JSON instead of a table.", negative=())),
    _own("example_file", bool, False, Parameter(name="--example", help="Print a file to begin with.", negative=())),
)
