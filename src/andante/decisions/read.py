"""A DMN file: its types, and its elements with what they require (DMN 1.5, sections 6.3 and 13)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, final

from andante.decisions.boxed import read_expression, read_function
from andante.decisions.graph import Graph
from andante.decisions.imports import NOTHING, Models, read_imports
from andante.decisions.items import read_items
from andante.decisions.logic import FunctionLogic, Typed
from andante.decisions.model import DecisionModel
from andante.decisions.nodes import DecisionNode, InputNode, Invocable, KnowledgeNode, ServiceNode
from andante.decisions.reading import CAMUNDA, Reading, name_of, normal
from andante.decisions.table import DecisionTable
from andante.decisions.types import ItemType
from andante.markup.element import Element, parse
from andante.markup.findings import refuse

_DMN: Final = ("http://www.omg.org/spec/DMN/", "https://www.omg.org/spec/DMN/")
_VERSIONS: Final = frozenset(("20151101", "20180521", "20191111", "20211108", "20230324", "20240513"))  # 1.1 to 1.6
_HEAD: Final = 50_000  # bytes, in which the namespace of the root element is to be found
_DRAWING: Final = frozenset(
    f"{scheme}://www.omg.org/spec/DMN/{version}/DMNDI/" for scheme in ("http", "https") for version in _VERSIONS
)
_ELEMENTS: Final = frozenset(("inputData", "decision", "businessKnowledgeModel", "decisionService"))
_PARTS: Final = frozenset(("variable", "column", "output", "itemComponent"))
_LOCAL: Final = {
    "formalParameter": "name", "for": "iteratorVariable", "some": "iteratorVariable", "every": "iteratorVariable",
}  # fmt: skip

Head = tuple[str, str, ItemType | None]


def is_dmn(data: bytes) -> bool:
    """Whether the root element of a file is DMN's. Raises ModelRefused where it seems so, but is no XML."""
    if b"omg.org/spec/DMN/" not in data[:_HEAD].replace(b"\0", b""):  # without the zeros of UTF-16
        return False
    root = parse(data)
    return root.name == "definitions" and root.space.startswith(_DMN)


def read_dmn(data: bytes, zone: str = "UTC", imports: Models = NOTHING, *, lenient: bool = False) -> DecisionModel:
    """The decisions of a DMN file, 1.1 to 1.6. `zone` is that of now() and today(), `imports` are the models that it
    may import, by their namespace.

    Raises ModelRefused with every fault. When `lenient`, an expression that cannot be read, such as a call of no
    function, is no fault but null, as the test suite of DMN has it; what is deployed is not read so.
    """
    root = parse(data, skipped=_DRAWING)
    if root.name != "definitions" or not root.space.startswith(_DMN):
        raise refuse("notDmn", f"The file is no DMN: its root is {root.origin}. Export it as DMN XML.",
                     root.line, root.name)  # fmt: skip
    if not any(f"/{version}/" in root.space for version in _VERSIONS):
        what = f"This version of DMN, {root.space}, is not supported. Export the file as DMN 1.3 or later."
        raise refuse("dmnVersion", what, root.line, root.name)
    reading = Reading(root.space, root.take("namespace"), zone, lenient)
    reading.is_feel(root)
    imported = read_imports(root, reading, imports)
    others = set(reading.types)
    own, _ = _names(root)
    shared = own.union(imported, *(model.names for model in imported.values()))
    reading.share(shared)
    read_items(root.take_all("itemDefinition"), reading)
    reading.share(shared)
    graph = _graph(root, reading, imported)
    version = _tag(root)
    model_id, name = root.id, name_of(root)
    reading.leftovers(root)
    if not graph.decisions and not graph.knowledge:
        reading.fault("noDecision", root, "The file has no decision. Add one.")
    if not reading.findings.faults:
        _check_cycles(graph, reading)
    types = {each: kind for each, kind in reading.types.items() if each not in others}
    warnings = reading.findings.close()
    return DecisionModel(
        model_id, name, graph, warnings, version, namespace=reading.space.strip(), types=types, names=own
    )


def _names(root: Element) -> tuple[set[str], set[str]]:
    """The names that expressions within an element may use everywhere in the file, and those of its own parameters.

    A name with a dot in it might as well be a path, so it is shared only where it names an element.
    """
    shared: set[str] = set()
    local: set[str] = set()
    stack = [root]
    while stack:
        element = stack.pop()
        stack.extend(element.children)
        if element.space != root.home:
            continue
        for child in element.children:
            name = normal(child.attributes.get(_LOCAL.get(child.name, "name"), ""))
            if not name:
                continue
            if child.name in _LOCAL:
                local.add(name)
            elif child.name in _ELEMENTS or ("." not in name and child.name in _PARTS):
                shared.add(name)
    return shared, local


def _graph(root: Element, reading: Reading, imported: Mapping[str, DecisionModel]) -> Graph:
    graph = Graph()
    graph.imports = {name: model.graph for name, model in imported.items()}
    elements: dict[str, Element] = {}
    for element in root.take_all("inputData"):
        name, variable, kind = _head(element, reading)
        id = _id(element, name, elements, reading)
        graph.inputs[id] = InputNode(id, name, variable, kind)
        reading.leftovers(element)
    for element in root.take_all("decision"):
        tag = _tag(element)
        name, variable, kind = _head(element, reading)
        id = _id(element, name, elements, reading)
        graph.decisions[id] = DecisionNode(id, name, variable, kind, element.line)
        graph.decisions[id].version = tag
    for element in root.take_all("businessKnowledgeModel"):
        name, variable, kind = _head(element, reading)
        id = _id(element, name, elements, reading)
        graph.knowledge[id] = KnowledgeNode(id, name, variable, kind, element.line)
    for element in root.take_all("decisionService"):
        name, variable, kind = _head(element, reading)
        id = _id(element, name, elements, reading)
        graph.services[id] = ServiceNode(id, name, variable, kind, element.line)
    groups: tuple[Mapping[str, InputNode | Invocable], ...] = (
        graph.inputs, graph.decisions, graph.knowledge, graph.services,
    )  # fmt: skip
    for group in groups:
        graph.names.update(node.variable for node in group.values())
    graph.names.update(graph.imports)
    for decision in graph.decisions.values():
        _decision(decision, elements[decision.id], graph, reading)
    for knowledge in graph.knowledge.values():
        _knowledge(knowledge, elements[knowledge.id], graph, reading)
    for service in graph.services.values():
        _service(service, elements[service.id], graph, reading)
    return graph


def _id(element: Element, name: str, elements: dict[str, Element], reading: Reading) -> str:
    """The id of an element; without one, its name, or that and a number where it is taken."""
    if not element.id:
        element.id = name = name or element.label
        number = 1
        while element.id in elements:
            number += 1
            element.id = f"{name}_{number}"
    if element.id in elements:
        reading.fault("duplicateId", element, f"'{element.id}' is used twice. Give each element an id of its own.")
    elements[element.id] = element
    return element.id


def _tag(element: Element) -> str:
    """The version that an element gives itself, as Camunda 7 or 8 write it."""
    tag = ""
    for space in CAMUNDA:
        tag = element.take(f"{{{space}}}versionTag") or tag
        for extension in element.take_extensions(space, "versionTag"):
            tag = extension.take("value") or tag
    return tag


def _head(element: Element, reading: Reading) -> Head:
    """An element's name, the name of its variable, and its type."""
    name = name_of(element)
    variable = element.take_one("variable")
    if variable is None:
        return name, name, None
    kind = reading.type(variable)
    named = name_of(variable) or name
    reading.leftovers(variable)
    return name, named, kind


def _required(
    element: Element, tag: str, known: Iterable[str], reading: Reading, imported: "_Imported | None" = None
) -> list[str]:
    """The ids that the children of this name refer to; what is of other files is added to `imported`."""
    found: list[str] = []
    for child in element.take_all(tag):
        href = child.take("href")
        space, _, id = href.rpartition("#")
        if imported is not None and imported.take(space, id, tag):
            pass
        elif id in known:
            found.append(id)
        elif space and space != reading.space:
            what = f"{element.name} requires '{href}', which is in no file that is imported. Import its file."
            if imported is None:
                what = f"{element.name} names '{href}' of another file. Name decisions and input data of this file."
            reading.findings.fault("import", element.label, child.line, what)
        else:
            what = f"{element.name} requires '{href}', which is no such element of this file. Name one, or remove it."
            reading.findings.fault("unknownElement", element.label, child.line, what)
        reading.leftovers(child)
    return found


@final
class _Imported:
    """What an element requires of other files: `found` are names of imports, each with an id."""

    def __init__(self, graph: Graph, reading: Reading) -> None:
        self._graph = graph
        self._spaces = reading.spaces
        self.found: list[tuple[str, str]] = []

    def take(self, space: str, id: str, tag: str) -> bool:
        """Whether it is the element of an imported file."""
        names = [name for name in self._spaces.get(space, ()) if _has(self._graph.imports[name], id, tag)]
        self.found += [(name, id) for name in names]
        return bool(names)


def _has(graph: Graph, id: str, tag: str) -> bool:
    if tag == "requiredInput":
        return id in graph.inputs
    return id in graph.decisions if tag == "requiredDecision" else id in graph.knowledge or id in graph.services


_Requirements = tuple[list[str], list[str], list[str], list[tuple[str, str]]]


def _requirements(element: Element, graph: Graph, reading: Reading) -> _Requirements:
    """Input data, decisions and knowledge that an element requires, and what of other files."""
    imported = _Imported(graph, reading)
    inputs: list[str] = []
    decisions: list[str] = []
    knowledge: list[str] = []
    for requirement in element.take_all("informationRequirement"):
        inputs += _required(requirement, "requiredInput", graph.inputs, reading, imported)
        decisions += _required(requirement, "requiredDecision", graph.decisions, reading, imported)
        reading.leftovers(requirement)
    for requirement in element.take_all("knowledgeRequirement"):
        functions = {*graph.knowledge, *graph.services}
        knowledge += _required(requirement, "requiredKnowledge", functions, reading, imported)
        reading.leftovers(requirement)
    return inputs, decisions, knowledge, imported.found


def _decision(node: DecisionNode, element: Element, graph: Graph, reading: Reading) -> None:
    node.inputs, node.decisions, node.knowledge, node.imported = _requirements(element, graph, reading)
    reading.use(_names(element)[1])
    node.logic = read_expression(element, reading, "")
    if isinstance(node.logic, DecisionTable):
        for output in node.logic.outputs:
            output.name = output.name or node.variable
        node.outputs = [output.name for output in node.logic.outputs]
    elif node.logic is None:
        what = (
            "The decision has no logic: its value is to be given. Add a decision table or an expression to compute it."
        )
        reading.findings.warn("noLogic", element.label, element.line, what)
    reading.leftovers(element)


def _knowledge(node: KnowledgeNode, element: Element, graph: Graph, reading: Reading) -> None:
    _, _, node.knowledge, node.imported = _requirements(element, graph, reading)
    reading.use(_names(element)[1])
    encapsulated = element.take_one("encapsulatedLogic")
    if encapsulated is not None:
        node.function = read_function(encapsulated, reading, "", node.name)
    if node.function is not None and node.kind is not None and node.kind.kind != "function":
        function = node.function
        node.function = FunctionLogic(function.parameters, Typed(function.body, node.kind, "the result"), node.name)
    reading.leftovers(element)


def _service(node: ServiceNode, element: Element, graph: Graph, reading: Reading) -> None:
    node.outputs = _required(element, "outputDecision", graph.decisions, reading)
    _required(element, "encapsulatedDecision", graph.decisions, reading)
    node.input_decisions = _required(element, "inputDecision", graph.decisions, reading)
    node.input_data = _required(element, "inputData", graph.inputs, reading)
    if not node.outputs:
        reading.fault("noOutput", element, "The decision service has no output decision. Add one.")
    if node.kind is not None and node.kind.kind == "function":
        node.kind = None
    reading.leftovers(element)


def _check_cycles(graph: Graph, reading: Reading) -> None:
    """A fault for each element that requires itself by way of others."""
    edges: dict[str, Sequence[str]] = {
        **{node.id: (*node.decisions, *node.knowledge) for node in graph.decisions.values()},
        **{node.id: node.knowledge for node in graph.knowledge.values()},
        **{node.id: node.outputs for node in graph.services.values()},
    }
    nodes: dict[str, Invocable] = {**graph.decisions, **graph.knowledge, **graph.services}
    done: set[str] = set()
    for start in edges:
        path = [start]
        pending = [iter(edges[start])]
        open_ids = {start}
        while path and start not in done:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                finished = path.pop()
                open_ids.discard(finished)
                done.add(finished)
            elif following in open_ids:
                names = " → ".join(f"'{nodes[each].name}'" for each in [*path[path.index(following) :], following])
                node = nodes[following]
                what = f"The requirements go round in a circle: {names}. Remove one of them."
                reading.findings.fault("cycle", node.id, node.line, what)
                return
            elif following not in done:
                path.append(following)
                open_ids.add(following)
                pending.append(iter(edges[following]))
