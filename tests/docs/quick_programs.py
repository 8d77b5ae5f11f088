"""`andante` and `python` for the blocks of the documents, without the time that Python needs to import all of it.

One process has imported the command line; for each call it forks, and the child carries it out with the caller's files,
folder and environment. What is on the PATH hands the call over.
"""

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
CALLER: Final = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({socket!r})
    call = [{program!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]
    socket.send_fds(line, [json.dumps(call).encode() + b"\\n"], [0, 1, 2])
    answer = line.recv(1)
sys.exit(answer[0] if answer else 70)
"""
# `make TARGET`: there is such a target. What the targets do, the whole check does.
MAKE: Final = """#!/bin/sh
for target in "$@"; do
    case "$target" in *=*) continue ;; esac
    grep -q "^$target:" {makefile} || {{ echo "make: no target $target" >&2; exit 2; }}
done
"""

# `pip install 'andante[EXTRA]'`: there is such an extra.
PIP: Final = """#!/bin/sh
extra=$(expr "$2" : 'andante\\[\\([a-z]*\\)\\]$') && grep -q "^$extra = " {project} && exit
echo "pip: $*: this cannot be installed here" >&2
exit 1
"""


@contextmanager
def on_the_path(folder: Path) -> Iterator[Path]:
    """A folder for the PATH with the programs in it, and the process behind them."""
    programs, address = folder / "programs", str(folder / "socket")
    programs.mkdir()
    for program in ("andante", "python"):
        text = CALLER.format(python=sys.executable, socket=address, program=program)
        (programs / program).write_text(text)
    (programs / "make").write_text(MAKE.format(makefile=HERE.parents[1] / "Makefile"))
    (programs / "pip").write_text(PIP.format(project=HERE.parents[1] / "pyproject.toml"))
    for file in programs.iterdir():
        file.chmod(0o755)
    process = subprocess.Popen((sys.executable, __file__, address), stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield programs
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _serve(address: str) -> None:
    import andante.cli.server
    from andante.cli import COMMANDS

    for room in {room for room, *_ in COMMANDS}:
        __import__(f"andante.cli.{room}")
    import pytest  # noqa: F401

    import andante.testing

    andante.cli.server.run_server = _only_told  # type: ignore[attr-defined]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(16)
        print("ready", flush=True)
        while True:
            line, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _answer(line)
            line.close()


def _only_told(settings: object) -> None:
    """`andante serve` of a document: its options can be, and its examples are there. Other tests run it."""
    print(f"Andante is ready at http://{settings.host}:{settings.port}")  # type: ignore[attr-defined]


def _answer(line: socket.socket) -> None:
    """In the child: carry the call out, say with which exit code it ended, and end."""
    code = 70
    try:
        data, files, _, _ = socket.recv_fds(line, 1 << 20, 3)
        while not data.endswith(b"\n"):
            data += line.recv(1 << 20)
        program, arguments, folder, environment = json.loads(data)
        for number, file in enumerate(files):
            os.dup2(file, number)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        code = _run(program, arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as fault:
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        line.sendall(bytes([code]))
        os._exit(0)


def _run(program: str, arguments: list[str]) -> int:
    if program == "andante":
        from andante.cli import run

        return run(arguments)
    sys.argv = arguments
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        if arguments[1] == "pytest":
            import pytest

            return int(pytest.main(["-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:asyncio", *arguments[2:]]))
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return 0
    sys.path.insert(0, str(Path(arguments[0]).parent))
    _globals: dict[str, Any] = runpy.run_path(arguments[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
