"""The factory of sources, and the file of rejects."""

import csv
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from loaders.files import FileSource
from loaders.inference import infer
from loaders.mapping import Mapping
from loaders.open import open_source
from loaders.rejects import RejectsFile
from loaders.senzing import SenzingSource
from spine.errors import FileError, MappingError
from spine.ports import Reject

TEXT = "name: crm\nsource: crm\nkind: person\nattributes: {full_name: name}"


def test_a_mapping_may_come_in_any_of_its_forms(tmp_path: Path) -> None:
    data = tmp_path / "d.csv"
    data.write_text("name\nAnn Bo\n")
    file = tmp_path / "m.yaml"
    file.write_text(TEXT)
    mapping = Mapping.parse(TEXT)
    for form in (mapping, mapping.plain(), mapping.to_json(), file, str(file)):
        source = open_source(data, form)
        assert isinstance(source, FileSource)
        assert source.mapping.plain() == mapping.plain()


def test_senzing_needs_no_mapping_and_others_do(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"DATA_SOURCE": "S", "NAME_FULL": "Ann"}')
    assert isinstance(open_source(tmp_path), SenzingSource)
    assert isinstance(open_source(tmp_path, "senzing"), SenzingSource)
    assert isinstance(open_source(tmp_path, Mapping.parse("name: senzing\nsource: x")), SenzingSource)
    (tmp_path / "t.csv").write_text("name\nAnn\n")
    with pytest.raises(
        MappingError,
        match=r"t\.csv: needs a mapping, for it is neither Senzing JSON nor .* Write one with `spine",
    ):
        open_source(tmp_path)
    with pytest.raises(FileError, match="there is no such file"):
        open_source(tmp_path / "none")


def test_the_entry_points_name_the_factory_and_the_inference() -> None:
    found = {point.name: point.load() for point in entry_points(group="spine.loaders")}
    assert found["files"] is open_source
    assert found["map"] is infer


def test_rejects_are_written_when_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "out" / "rejects.csv"
    with RejectsFile(path) as rejects:
        assert rejects.write([]) == 0
    assert not path.exists()
    with RejectsFile(path) as rejects:
        rejects.write([Reject("f", 3, "c", "why", 'a "row",\nof two lines')])
        rejects.write([Reject("f", 4, "", "why not")])
        assert rejects.count == 2
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "line", "column", "reason", "row"],
            ["f", "3", "c", "why", 'a "row",\nof two lines'],
            ["f", "4", "", "why not", ""],
        ]
    with pytest.raises(FileError, match="can't be written"), RejectsFile(tmp_path) as rejects:
        rejects.write([Reject("f", 1, "", "x")])
