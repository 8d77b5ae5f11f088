"""Every fenced block of the README and the documentation does what the page says: it is carried out here, on a server.

A block that cannot be is marked in the page, with the reason (pages.py). What a page takes for granted, because its
reader has it, is in given/: a script for the page that goes before its first block.
"""

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import whole_server
from aiosmtpd.controller import Controller
from pages import Block, blocks_of
from quick_programs import on_the_path
from reader import ROOT, SECRET, Mails, Reader, ready, run_worker

from andante.cli.examples import prepare, read
from andante.client import Client, Worker
from andante.settings import Settings

GIVEN = Path(__file__).parent / "given"
PAGES = [
    ROOT / "README.md", *sorted((ROOT / "docs/tutorial").glob("*.md")), ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md",
    ROOT / "examples/README.md",
    *(page for room in ("how-to", "reference", "explanation") for page in sorted((ROOT / "docs" / room).glob("*.md"))),
]  # fmt: skip
WITH_BLOCKS = [page for page in PAGES if blocks_of(page)]
NOT_RUN_AT_MOST = 25  # of all blocks: whoever needs more of them has a page that people cannot follow either

pytestmark = pytest.mark.xdist_group("docs")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT).with_suffix(""))


@pytest.fixture(scope="module")
def db(lasting_url: Callable[[str], str]) -> str:
    return lasting_url("sqlite")


@pytest.fixture(scope="module")
def post() -> Iterator[Controller]:
    """A mail server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Mails(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture(scope="module")
def client(db: str, post: Controller) -> Iterator[Client]:
    """Of an administrator, at a server with the examples, as `make run` starts it."""
    asyncio.run(prepare(Settings(db=db, bootstrap_client_secret=SECRET), read(ROOT / "examples")))
    smtp = f"smtp://127.0.0.1:{post.port}"
    with whole_server.serving(db, bootstrap_client_secret=SECRET, smtp_url=smtp) as url, ready(url) as client:
        yield client


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with on_the_path(tmp_path_factory.mktemp("programs")) as folder:
        yield folder


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=named)
def test_page(
    page: Path,
    programs: Path,
    client: Client,
    db: str,
    post: Controller,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(Worker, "run", run_worker)
    reader = Reader(tmp_path, programs, client, db, post.handler)
    given = GIVEN / f"{page.stem}.sh"
    if given.exists():
        reader.do(Block(0, "sh", given.read_text(), {}))
    for block in blocks_of(page):
        if "not run" in block.marks:
            continue
        try:
            reader.do(block)
        except Exception as fault:
            pytest.fail(f"{named(page)}.md:{block.line}: {type(fault).__name__}: {fault}", pytrace=False)


def test_few_blocks_are_left_out_and_each_says_why() -> None:
    left = [(page, block) for page in WITH_BLOCKS for block in blocks_of(page) if "not run" in block.marks]
    silent = [f"{named(page)}.md:{block.line}" for page, block in left if len(block.marks["not run"]) < 10]
    assert not silent
    assert len(left) <= NOT_RUN_AT_MOST


def test_every_script_that_goes_before_belongs_to_a_page() -> None:
    assert {path.stem for path in GIVEN.glob("*.sh")} <= {page.stem for page in WITH_BLOCKS}


def test_the_site_is_built_and_asks_nobody_else(tmp_path: Path) -> None:
    command = (sys.executable, ROOT / "scripts/site", tmp_path)
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    page = (tmp_path / "docs/tutorial/first-process.html").read_text("utf-8")
    assert "Your first process" in page
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"https?://", page)
