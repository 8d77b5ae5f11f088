"""What a DMN file imports: elements and types of other files, by the name of the import (DMN 1.5, section 6.3.3)."""

from collections.abc import Iterable, Mapping
from typing import Final, final

from andante.decisions.model import DecisionModel
from andante.decisions.reading import Reading, name_of
from andante.markup.element import Element, parse
from andante.markup.findings import refuse

Models = Mapping[str, DecisionModel]

NOTHING: Final[Models] = {}
_DMN: Final = "omg.org/spec/DMN/"


def imports_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The namespace of a DMN file, and those that it imports. Raises ModelRefused where it is no XML."""
    root = parse(data)
    wanted = dict.fromkeys(each.take("namespace").strip() for each in root.take_all("import") if _is_dmn(each))
    return root.take("namespace").strip(), tuple(wanted)


def _is_dmn(element: Element) -> bool:
    return _DMN in element.attributes.get("importType", _DMN)


def read_imports(root: Element, reading: Reading, models: Models) -> dict[str, DecisionModel]:
    """The imported models by the name of their import; "" stands for names that are used as they are. Their types and
    names are known in the file from here on."""
    found: dict[str, DecisionModel] = {}
    for element in root.take_all("import"):
        name, space, is_dmn = name_of(element), element.take("namespace").strip(), _is_dmn(element)
        element.take("importType")
        reading.leftovers(element, "locationURI")
        model = models.get(space)
        if not is_dmn:
            what = f"The import of '{space}' is no DMN. Write its types as item definitions, and remove the import."
            reading.fault("import", element, what)
        elif model is None:
            reading.fault("import", element, f"No DMN file of the namespace '{space}' is there. Deploy it first.")
        elif name in found:
            reading.fault("duplicateName", element, f"There are two imports '{name}'. Rename one.")
        else:
            found[name] = model
            reading.spaces.setdefault(space, []).append(name)
            prefix = f"{name}." if name else ""
            reading.types.update({prefix + each: kind for each, kind in model.types.items()})
    return found


@final
class DmnFiles:
    """DMN files given together, which may import each other in any order. `lenient` is as in `read_dmn`."""

    def __init__(self, files: Iterable[bytes], zone: str = "UTC", *, lenient: bool = False) -> None:
        self._zone = zone
        self._lenient = lenient
        self._files = {imports_of(each)[0]: each for each in files}
        self._models: dict[bytes, DecisionModel] = {}
        self._open: list[str] = []

    def read(self, data: bytes) -> DecisionModel:
        """One of the files. Raises ModelRefused."""
        from andante.decisions.read import read_dmn  # which reads imports itself

        known = self._models.get(data)
        if known is not None:
            return known
        space, wanted = imports_of(data)
        if space in self._open:
            names = " → ".join(f"'{each}'" for each in [*self._open[self._open.index(space) :], space])
            raise refuse("cycle", f"The imports go round in a circle: {names}. Remove one of them.")
        self._open.append(space)
        try:
            imports = {each: self.read(self._files[each]) for each in wanted if each in self._files}
        finally:
            self._open.pop()
        model = self._models[data] = read_dmn(data, self._zone, imports, lenient=self._lenient)
        return model
