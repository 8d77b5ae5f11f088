"""Somebody who reads a document from its beginning and does what each block says."""

import configparser
import email
import email.policy
import json
import os
import re
import shutil
import subprocess
import threading
import tomllib
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import httpx
import yaml
from aiosmtpd.handlers import Message
from lxml import etree
from pages import Block

from andante.bpmn import read_json, read_xml
from andante.client import Client, Worker
from andante.connectors.sources import read_sources
from andante.settings import from_environment

ROOT: Final = Path(__file__).parents[2]
WRITTEN: Final = "http://127.0.0.1:8080"
BASE: Final = "/u-route/baas/bp/v2.0"
NAME, SECRET = "admin", "andante-demo"
LIMIT: Final = 60  # seconds for a block
SPACES: Final = {
    "": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "andante": "http://andante.dev/schema/bpmn/1.0",
    "camunda": "http://camunda.org/schema/1.0/bpmn",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "flowable": "http://flowable.org/bpmn",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
DECLARED: Final = " ".join(f'xmlns{":" if prefix else ""}{prefix}="{space}"' for prefix, space in SPACES.items())
FOLDERS: Final = re.compile(r"(?<=[ /:])/(?:var/lib/andante|backups)/")  # ours stand in the reader's folder
# What differs from one run to the next: ids, moments, durations.
CHANGES: Final = (
    re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?"),
    re.compile(r"\b0\d[\dA-Z][\dA-Za-z]{16,17}(?:-\d+)?\b"),
    re.compile(r"\b\d+\.\d+s\b"),
    re.compile(r"\b(?:batch|view)-[\w-]+\b"),
)


class Mails(Message):
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self._came: Final[list[EmailMessage]] = []
        self._more = threading.Condition()

    def handle_message(self, message: Any) -> None:
        """Keep it. It comes in a thread of its own."""
        with self._more:
            self._came.append(email.message_from_bytes(message.as_bytes(), policy=email.policy.default))
            self._more.notify_all()

    def last_to(self, name: str) -> str:
        """Its headers and its text. One that is still on its way is waited for."""
        address = f"{name}@example.org"
        with self._more:
            found = self._more.wait_for(lambda: [each for each in self._came if address in each["To"]], LIMIT)
            assert found, f"no mail to {address}"
            text = found[-1].get_body(("plain",))
            assert text is not None
            headers = "\n".join(f"{key}: {value}" for key, value in found[-1].items())
            return f"{headers}\n\n{text.get_content()}"


class Reader:
    """Keeps the folder, the variables of the shell and the names of Python from block to block."""

    def __init__(self, folder: Path, programs: Path, client: Client, db: str, mails: Mails) -> None:
        self._folder = folder
        self._url = url = client.session.url
        self._client = client
        self._mails = mails
        self._said = ""
        self._names: dict[str, Any] = {"client": client, "__name__": "__main__"}
        for name in ("examples", "docs"):
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv/bin").mkdir(parents=True)
        (folder / ".venv/bin/activate").touch()
        (folder / ".venv/bin/python").symlink_to(programs / "python")
        (folder / "state").touch()
        (folder / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n")
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANDANTE_", "PYTEST_"))
        } | {
            "PATH": f"{programs}:{os.environ['PATH']}", "ANDANTE_URL": url, "ANDANTE_CLIENT_SECRET": SECRET,
            "XDG_CACHE_HOME": str(folder / "cache"), "TOKEN": client.session.token, "SERVER_DB": db,
            "CURL_HOME": str(folder),
        }  # fmt: skip

    def do(self, block: Block) -> None:
        """Carry the block out. AssertionError, or what Python raises, where it does not go as it says."""
        text = block.text.replace(WRITTEN, self._url)
        if block.language == "sh":
            text = FOLDERS.sub(f"{self._folder}\\g<0>", text)
        marks = block.marks
        if "first" in marks:
            self._sh(marks["first"], 0)
        if "file" in marks:
            target = self._folder / marks["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        if "body" in marks:
            method, path = marks["body"].split()
            headers = {"access-token": self._client.session.token, "content-type": "application/json"}
            answer = httpx.request(method, self._url + BASE + path, content=text, headers=headers)
            assert answer.is_success, answer.text
        if "mail" in marks:
            self._said = self._mails.last_to(marks["mail"])
        if block.language == "python" and "file" in marks:
            compile(text, marks["file"], "exec")  # the page says how it is run
            return
        getattr(self, f"_{block.language or 'answer'}")(text, int(marks.get("exit", "0")))

    def _sh(self, text: str, code: int) -> None:
        script = (
            f". ./state; set -a -o pipefail; trap '[ $? = {code} ] || exit $?' ERR\n{text}\n"
            "trap - ERR; { export -p; } >state; exit 0"
        )
        done = subprocess.run(
            ("bash", "-c", script), cwd=self._folder, env=self._environment, capture_output=True, text=True,
            timeout=LIMIT, check=False, input="what is typed when a password is asked for\n",
        )  # fmt: skip
        assert done.returncode in (0, code), f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        self._said = done.stdout + done.stderr

    def _console(self, text: str, code: int) -> None:
        """Lines after `$ ` are typed, the others are what is answered."""
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            self._sh(command, code)
            self._answer(answer, 0)

    def _answer(self, text: str, _: int) -> None:
        """The lines that the page shows came, in this order; the page may leave some out."""
        came = iter([plain(line) for line in self._said.replace(self._url, WRITTEN).splitlines()])
        for line in text.replace(self._url, WRITTEN).splitlines():
            if line == "...":
                continue
            wanted = re.escape(plain(line)).replace(r"\.\.\.", ".*")
            found = not wanted or any(re.fullmatch(wanted, each) for each in came)
            assert found, f"the page shows\n  {line}\nwhat came is\n{self._said}"

    _text = _answer

    def _python(self, text: str, _: int) -> None:
        """In the folder, with the names of the page's blocks before; functions that are tests are called."""
        here = Path.cwd()
        os.chdir(self._folder)
        own = {name: self._environment[name] for name in ("ANDANTE_URL", "ANDANTE_CLIENT_SECRET")}
        before = {name: os.environ.get(name) for name in own}
        os.environ.update(own)
        said: list[str] = []
        self._names["print"] = lambda *words: said.append(" ".join(map(str, words)))
        known = set(self._names)
        try:
            exec(compile(text, "block", "exec"), self._names)
            for name in set(self._names) - known:
                if name.startswith("test_"):
                    self._names[name]()
        finally:
            os.chdir(here)
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
        self._said = "\n".join(said)

    def _json(self, text: str, _: int) -> None:
        body = json.loads(text)
        if isinstance(body, dict) and "startEvents" in body:
            assert read_json(body).warnings == ()
            self._client.deploy_json({**body, "name": f"{body['name']}InJson"})  # others are called the same
        elif isinstance(body, dict) and "hours" in body:
            self._client.save_calendar("of-a-page", body)

    def _xml(self, text: str, _: int) -> None:
        """A whole model is deployed; flow nodes are read as a model with them; what is ours stands in such a one."""
        if "definitions" in text:
            assert not self._client.deploy_xml(text.encode()).warnings
            return
        etree.fromstring(f"<all {DECLARED}>{text}</all>")
        node = re.match(r"<(?:bpmn:)?(\w*[tT]ask|subProcess|callActivity)\b.*? id=\"(\w+)\"", text, re.DOTALL)
        if node:
            whole = (
                f'<definitions {DECLARED} targetNamespace="urn:page"><process id="Page" isExecutable="true">'
                '<startEvent id="begun"/><sequenceFlow id="first" sourceRef="begun" targetRef="Write"/>'
                f'<userTask id="Write"/><sequenceFlow id="then" sourceRef="Write" targetRef="{node[2]}"/>'
                f'{text}<sequenceFlow id="last" sourceRef="{node[2]}" targetRef="over"/><endEvent id="over"/>'
                "</process></definitions>"
            )
            read_xml(whole.encode())

    def _yaml(self, text: str, _: int) -> None:
        body = yaml.safe_load(text)
        if isinstance(body, dict) and "tests" in body:
            path = self._folder / "page.test.yaml"
            body["process"] = f"examples/{body['process']}"
            path.write_text(yaml.safe_dump(body))
            self._sh(f"andante test {path}", 0)

    def _js(self, text: str, _: int) -> None:
        assert shutil.which("node"), "node is missing"
        checked = subprocess.run(
            ("node", "--input-type=module", "--check"), input=text, text=True, capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stderr

    def _ini(self, text: str, _: int) -> None:
        configparser.ConfigParser(interpolation=None).read_string(text if text.startswith("[") else f"[all]\n{text}")

    def _toml(self, text: str, _: int) -> None:
        """A file of settings, or of databases for service tasks: each can be."""
        found = tomllib.loads(text)
        if all(isinstance(value, dict) for value in found.values()):
            path = self._folder / "sources.toml"
            path.write_text(text)
            assert set(read_sources(str(path))) == set(found)
        else:
            from_environment({}, **found)


def plain(line: str) -> str:
    """The line without what differs from run to run, and with single spaces."""
    for change in CHANGES:
        line = change.sub("#", line)
    return " ".join(line.split())


def run_worker(worker: Worker) -> None:
    """`Worker.run` of a document: once, and without waiting."""
    worker._wait = "PT0S"
    worker.run_once()


def ready(url: str) -> Client:
    """An administrator's client with a token."""
    client = Client(url, NAME, SECRET)
    client.definitions()
    return client
