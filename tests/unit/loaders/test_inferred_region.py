"""Whose local telephone numbers a file has: by numbers with a country's code, e-mail domains, names of columns."""

import json
from pathlib import Path

import pytest

from loaders.files import FileSource
from loaders.inference import infer
from loaders.inferred_region import region_of
from loaders.mapping import Mapping
from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.errors import MappingError
from spine.explore.identities import identity
from spine.pipeline.load import load
from spine.settings import Settings

GERMAN = "Kundennr;Vorname;Nachname;PLZ;Ort;Telefon;Mail\n" + "".join(
    f"K{at};Ann{at};Quist;80331;Berg;{phone};a{at}@firma.de\n"
    for at, phone in enumerate(["089 1234567", "0221/998877", "+49 89 7654321", "0371 555012"])
)


def learn(folder: Path, text: str, name: str = "f.csv") -> Mapping:
    (folder / name).write_text(text, encoding="utf-8")
    return infer(folder / name)


@pytest.mark.parametrize(
    ("columns", "phones", "emails", "region"),
    [
        (["id"], ["020 7946 0958", "0161 496 0123"], ["a@shop.co.uk", "b@mail.com"], "GB"),
        (["id"], ["020 7946 0958", "+44 20 7946 0958"], [], "GB"),
        (["prenom", "nom"], ["01 42 68 53 00", "06 12 34 56 78"], [], "FR"),
        (["id"], ["(412) 555-0188", "412-268-3000", "212 736 5000"], ["a@b.de"], ""),
        (["vorname"], ["+49 89 1234567"], ["a@b.de"], ""),
        (["id"], ["089 1234567"], ["a@b.com"], ""),
        (["id"], ["089 1234567"], ["a@b.io", "c@d.io"], ""),
        ([], [], [], ""),
    ],
)
def test_what_speaks_for_a_region(columns: list[str], phones: list[str], emails: list[str], region: str) -> None:
    assert region_of(columns, phones, emails)[0] == region


def test_the_inferred_mapping_says_whose_numbers_they_are_and_why(tmp_path: Path) -> None:
    mapping = learn(tmp_path, GERMAN)
    assert mapping.region == "DE"
    assert "Local telephone numbers are read as of DE" in mapping.dump()
    told = learn(tmp_path, "id,country,phone,email\n1,DE,089 1234567,a@b.de\n2,DE,089 7654321,c@d.de\n", "g.csv")
    assert told.region == "", "rows that name their country need none"


def test_a_region_that_is_no_country_is_refused() -> None:
    with pytest.raises(MappingError, match="region: there is no country 'Germany'"):
        Mapping.of({"source": "crm", "region": "Germany"})
    assert Mapping.of({"source": "crm", "region": "de"}).region == "DE"


def test_a_mapping_that_is_corrected_is_read_by_for_every_row(tmp_path: Path) -> None:
    """The same rows through another mapping are read anew: all of them, and none is kept as a version of before."""
    inferred = learn(tmp_path, GERMAN).plain()
    with open_store("memory:", Settings()) as store:
        for mapping, phone in (
            ({**inferred, "region": "US"}, "+10221998877"),
            (inferred, "+49221998877"),
            ({**inferred, "region": "AT"}, "+43221998877"),
        ):
            source = FileSource(tmp_path / "f.csv", Mapping.of(mapping))
            report = load(store, LOCAL, source, "crm", json.dumps(mapping))
            assert report.records_added + report.records_changed == 4
            assert load(store, LOCAL, source, "crm").records_changed == 0
            with store.reading(LOCAL) as reader:
                open_ends = [row["end"] for row in reader.scan("carries").to_pylist() if row["valid_to"] is None]
                values = {row["value"] for row in reader.get("identifier", "id", open_ends)}
                assert phone in values
                assert reader.count("record_version") == 0
                found = identity(reader, LOCAL, None, "0221 998877", 0.95)
                (one,) = found.candidates
                assert one.identifier is not None
                assert (one.identifier["value"], one.current) == (phone, True)
