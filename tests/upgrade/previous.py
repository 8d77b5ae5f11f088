"""The release before this one, out of the repository's own history."""

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
COMMIT: Final = (ROOT / "tests/support/previous_release.txt").read_text().strip()


def unpack(folder: Path) -> Path:
    """Its sources and examples, in `folder`. Raises LookupError where there is no history, or not so much of it."""
    if not (ROOT / ".git").exists():
        raise LookupError("these sources came without the repository's history")
    if _git("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise LookupError("the repository's history is not all there: git fetch --unshallow")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", COMMIT, "src", "examples"))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _git(*words: str) -> bytes:
    # Whoever runs the tests may be another than who owns the files.
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), *words]
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise LookupError("git is not installed") from None
