"""Item definitions as XML (DMN 1.5, section 7.3.2)."""

from andante.decisions.reading import Reading, name_of, normal
from andante.decisions.types import ItemType
from andante.expressions import Part
from andante.markup.element import Element


def read_items(definitions: list[Element], reading: Reading) -> None:
    """All item definitions of a file, which may name each other in any order."""
    for element in definitions:
        name = normal(element.attributes.get("name", ""))
        if name in reading.types:
            reading.fault("duplicateName", element, f"There are two item definitions '{name}'. Rename one.")
        reading.types[name] = ItemType(name)
    for element in definitions:
        _fill(reading.types[name_of(element)], element, reading)
    for name, item in reading.types.items():
        _no_cycle(name, item, definitions, reading)


def _no_cycle(name: str, item: ItemType, definitions: list[Element], reading: Reading) -> None:
    """A fault where a definition is made of itself alone."""
    seen: set[int] = set()
    step: ItemType | None = item
    while step is not None:
        if id(step) in seen:
            reading.fault("cycle", definitions[0], f"The item definition '{name}' refers to itself. Name another type.")
            item.base = None
            return
        seen.add(id(step))
        step = step.base or step.item


def _fill(item: ItemType, element: Element, reading: Reading) -> None:
    """What a definition, or a component, says of its type."""
    collection = element.take("isCollection").strip() in ("true", "1")
    single = ItemType(item.name) if collection else item
    reference = reading.type(element)
    if reference is not None:
        single.base = reference
        single.kind = reference.kind
        single.choices = reference.choices
    for component in element.take_all("itemComponent"):
        name = name_of(component)
        single.kind = "context"
        single.components = single.components if single.components is not None else {}
        if name in single.components:
            reading.fault("duplicateName", component, f"'{item.name}' has two components '{name}'. Rename one.")
        single.components[name] = ItemType(f"{item.name}.{name}")
        _fill(single.components[name], component, reading)
    for function in element.take_all("functionItem"):
        single.kind = "function"
        single.parameters = []
        for parameter in function.take_all("parameters"):
            name_of(parameter)
            single.parameters.append(reading.type(parameter))
            reading.leftovers(parameter)
        reading.type(function, attribute="outputTypeRef")
        reading.leftovers(function)
    single.allowed, choices = _tests(element, "allowedValues", reading)
    single.choices = choices or single.choices
    constraint, _ = _tests(element, "typeConstraint", reading)
    if collection:
        item.kind, item.item, item.constraint = "list", single, constraint
        item.choices = single.choices
    elif constraint is not None:
        single.constraint = constraint
    reading.leftovers(element, "typeLanguage")


def _tests(element: Element, name: str, reading: Reading) -> tuple[Part | None, str]:
    """What must be true of a value, with its text."""
    found = element.take_one(name)
    if found is None:
        return None, ""
    text = reading.text(found)
    part = reading.part(text, found, f"{name} of '{element.label}'", tests=True) if text else None
    for attribute in [each for each in found.attributes if each.endswith("constraintsType")]:
        found.take(attribute)
    reading.leftovers(found, "typeRef")
    return part, text
