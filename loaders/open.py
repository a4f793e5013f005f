"""The one factory of sources, found by the entry point `spine.loaders` under the name `files`.

    open_source(path: Path, mapping: Mapping | dict | str | Path | None = None, source: str | None = None,
                sparse: bool = False) -> spine.ports.RecordSource

GLEIF's golden copies and Open Ownership's statements are known by their content too, or asked for by the mapping's name
(`gleif`, `bods`). `mapping` may be a Mapping, its plain data or JSON text (as the store keeps it), or the path of its
file; none is needed for Senzing JSON. The same group's entry point `map` is `loaders.inference:infer`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from loaders.bods import BodsSource, is_bods
from loaders.files import FileSource, files_in
from loaders.gleif import GleifSource, is_gleif
from loaders.mapping import Mapping
from loaders.senzing import SenzingSource, is_senzing
from spine.errors import MappingError
from spine.ports import RecordSource

REGISTERS: dict[str, Callable[[Path], RecordSource]] = {"gleif": GleifSource, "bods": BodsSource}
"""Names of mappings that ask for the formats of registers, whose meaning is known."""
SENZING = "senzing"
"""The name of a mapping, or the text given for one, that asks for Senzing's format."""


def open_source(
    path: Path | str,
    mapping: Mapping | dict[str, Any] | str | Path | None = None,
    source: str | None = None,
    sparse: bool = False,
) -> RecordSource:
    """The records of a file, or of a directory's files, chosen by content; FileError, MappingError.

    `source` names the source of Senzing records that name none; a mapping says its own. `sparse` as for `FileSource`.
    """
    place = Path(path)
    if mapping is None:
        return _without_mapping(place, source)
    if isinstance(mapping, str) and mapping in REGISTERS:
        return REGISTERS[mapping](place)
    if mapping == SENZING or (isinstance(mapping, Mapping) and mapping.name == SENZING):
        return SenzingSource(place, source)
    chosen = _mapping(mapping)
    return SenzingSource(place, source) if chosen.name == SENZING else FileSource(place, chosen, sparse=sparse)


def _mapping(mapping: Mapping | dict[str, Any] | str | Path) -> Mapping:
    if isinstance(mapping, Mapping):
        return mapping
    if isinstance(mapping, dict):
        return Mapping.of(mapping)
    if isinstance(mapping, str) and mapping.lstrip().startswith("{"):
        return Mapping.from_json(mapping)
    return Mapping.read(mapping)


def _without_mapping(place: Path, source: str | None) -> RecordSource:
    if is_gleif(place):
        return GleifSource(place)
    if is_bods(place):
        return BodsSource(place)
    for file in files_in(place):
        if not is_senzing(file):
            raise MappingError(
                f"{file}: needs a mapping, for it is neither Senzing JSON nor GLEIF's nor Open Ownership's.",
                remedy=f"Write one with `spine map {file} -o mapping.yaml`, and load with `--mapping mapping.yaml`.",
            )
    return SenzingSource(place, source)
