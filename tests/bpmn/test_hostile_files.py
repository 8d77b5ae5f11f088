"""Files that mean harm, or are just too big: refused quickly, with a plain word."""

import time

import pytest
from modelling import SPACES, bpmn, codes, flow, path, refused

from andante.bpmn import read_xml

TASK = path('<task id="it"/>').encode()


def with_dtd(dtd: str, body: bytes = TASK) -> bytes:
    return (
        bpmn("")
        .replace(b"<definitions", f"<!DOCTYPE definitions {dtd}><definitions".encode(), 1)
        .replace(b"></process>", b">" + body + b"</process>")
    )


BOMB = "[" + '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{("&" + before + ";") * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
) + "]"  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        with_dtd(""),
        with_dtd('SYSTEM "http://example.org/evil.dtd"'),
        with_dtd("[]"),
        with_dtd('[<!ENTITY x SYSTEM "file:///etc/passwd">]', b'<task id="t">&x;</task>'),
        with_dtd(BOMB, b'<task id="t">&j;</task>'),
        with_dtd(BOMB, b'<task id="t" name="&j;"/>'),
        with_dtd('[<!ENTITY % x SYSTEM "http://example.org/evil"> %x;]'),
        with_dtd("", TASK).decode().encode("utf-16"),
    ],
)
def test_a_dtd_is_refused_whatever_is_in_it(data: bytes) -> None:
    began = time.monotonic()
    assert codes(refused(data))[0] in ("doctype", "notXml")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "data",
    [b"", b"no xml", b"<definitions", b"<a><b></a></b>", b"\xff\xfe\x00", b"<a>\x00</a>", bpmn("")[:-5], b"<a>&x;</a>"],
)
def test_what_is_no_xml_is_refused_with_a_line(data: bytes) -> None:
    (fault,) = refused(data)
    assert fault.code == "notXml"
    assert fault.message.endswith("Export it again.")


def test_nesting_has_a_limit() -> None:
    deep = '<subProcess id="x">' * 5_000 + "</subProcess>" * 5_000
    assert codes(refused(bpmn(deep))) == ["notXml"]


def test_a_file_over_ten_megabytes_is_refused_unread() -> None:
    assert codes(refused(b"<" + b"a" * (10 * 1024 * 1024))) == ["tooBig"]


def test_an_element_of_very_many_attributes_is_refused_at_once() -> None:
    """To read n of them takes n squared steps: minutes for a megabyte."""
    began = time.monotonic()
    many = " ".join(f'a{n}="1"' for n in range(100_000))
    assert codes(refused(f"<definitions {many}/>".encode())) == ["tooManyAttributes"]
    assert time.monotonic() - began < 5


def chain(count: int) -> bytes:
    """A process of `count` elements: tasks in a row with gateways between, half of them flows."""
    tasks = count // 2 - 1
    parts = ['<startEvent id="n0"/>']
    for n in range(1, tasks + 1):
        kind = "exclusiveGateway" if n % 10 == 0 else "inclusiveGateway" if n % 10 == 5 else "userTask"
        parts.append(f'<{kind} id="n{n}"/>')
        parts.append(flow(f"n{n - 1}", f"n{n}", "a = 1" if n % 10 == 1 and n > 1 else ""))
    head = f'<definitions {SPACES}><process id="P">'
    return f"{head}{''.join(parts)}</process></definitions>".encode()


def test_ten_thousand_elements_are_read_in_seconds() -> None:
    data = chain(10_000)
    began = time.monotonic()
    (graph,) = read_xml(data).processes
    assert time.monotonic() - began < 10
    assert len(graph.nodes) + len(graph.flows) > 9_990


def test_a_choice_of_very_many_ways_is_read_in_seconds() -> None:
    ways = "".join(flow("choice", "n1", f"a{n} = 1").replace("choice-n1", f"w{n}", 1) for n in range(2_000))
    began = time.monotonic()
    read_xml(
        bpmn(f'<startEvent id="n0"/>{flow("n0", "choice")}<exclusiveGateway id="choice"/><endEvent id="n1"/>{ways}')
    )
    assert time.monotonic() - began < 5


def test_a_task_of_very_many_inputs_is_read_in_seconds() -> None:
    inputs = "".join(f'<camunda:inputParameter name="a{n}">1</camunda:inputParameter>' for n in range(20_000))
    mapped = f"<camunda:inputOutput>{inputs}</camunda:inputOutput>"
    began = time.monotonic()
    read_xml(bpmn(path(f'<userTask id="it"><extensionElements>{mapped}</extensionElements></userTask>')))
    assert time.monotonic() - began < 4


def test_more_than_twenty_thousand_elements_are_refused() -> None:
    assert codes(refused(chain(20_010))) == ["tooManyElements"]


def test_faults_are_limited_too() -> None:
    many = "".join(f'<choreographyTask id="c{n}"/>' for n in range(1_000))
    assert len(refused(bpmn(many))) == 200
