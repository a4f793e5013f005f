"""Mappings: what is accepted, what is refused and in which words, and that writing and reading agree."""

import json
from pathlib import Path

import pytest
import yaml

from loaders import mapping as module
from loaders.mapping import Mapping, json_schema
from spine.errors import FileError, MappingError

WHOLE = """
name: crm
source: {column: system, values: {1: one}}
kind: {column: kind, values: {P: person, B: organisation}}
record_id: [system, id]
observed_at: {column: updated_at, format: "%d.%m.%Y"}
attributes: {given_name: first_name, street_address: [line1, line2], country: {value: GB}}
identifiers:
  - {namespace: email, column: email, verified: email_verified, first_seen: since, split: ";"}
  - {namespace: x_own, column: own, verified: true, prefix: "own:"}
relations:
  - {kind: employed_by, namespace: register, column: employer_no, role: job, valid_from: hired, share: pct}
  - {kind: {column: rel}, namespace: record, prefix: erp/, column: parent}
events:
  - {kind: order, reference: order_no, at: ordered_at, namespace: email, column: email, value: total,
     channel: {value: web}, attributes: {basket: items}}
consents:
  - {namespace: email, column: email, purpose: {value: marketing}, status: opted_in, proof: {notice: version}}
"""


def test_writing_and_reading_agree() -> None:
    mapping = Mapping.parse(WHOLE).noted(["left: why", "two\nlines"])
    assert Mapping.parse(mapping.dump()).plain() == mapping.plain()
    assert Mapping.from_json(mapping.to_json()) == Mapping.parse(WHOLE)
    assert mapping.dump().endswith("# left: why\n# two\n# lines\n")
    assert mapping.plain()["attributes"]["street_address"] == ["line1", "line2"]


def test_it_knows_every_column_that_it_needs() -> None:
    assert set(Mapping.parse(WHOLE).columns()) == {
        *("system", "id", "kind", "updated_at", "first_name", "line1", "line2", "email", "email_verified", "since"),
        *("own", "employer_no", "job", "hired", "pct", "rel", "parent", "order_no", "ordered_at", "total", "items"),
        *("opted_in", "version"),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("just words", "m.yaml: is not a mapping but str. Begin with `source: …`."),
        ("source: [a", "m.yaml: is not YAML"),
        ("name: x", "m.yaml: source: is missing"),
        ("source: confirmation", "source: the source 'confirmation' keeps proofs of identities: choose another name"),
        ("sorce: x", "unknown key 'sorce'; did you mean source?"),
        ("source: x\nkind: persn", "kind: unknown kind 'persn'; did you mean person?"),
        ("source: x\nkind: {column: k, values: {P: auto}}", "kind: unknown kind 'auto'; known are"),
        (
            "source: x\nkind: {column: k, values: {yes: person}}",
            "YAML reads a word of it as true; put quotes around it",
        ),
        ("source: x\nattributes: {surnme: a}", "attributes: unknown attribute 'surnme'; did you mean surname?"),
        ("source: x\nattributes: {surname: 3}", "attributes.surname: give a column, a list of columns"),
        ("source: x\nattributes: {surname: {value: a, column: b}}", "attributes.surname: give one of: a column"),
        ("source: x\nidentifiers: [{namespace: email, colum: y}]", "identifiers.0: unknown key 'colum'"),
        ("source: x\nidentifiers: [{namespace: emial, column: y}]", "unknown namespace 'emial'; did you mean email?"),
        ("source: x\nidentifiers: [{namespace: record, column: y}]", "unknown namespace 'record'"),
        ("source: x\nidentifiers: [{namespace: email, column: y, verified: 3}]", "give true, false or a column, not 3"),
        ("source: x\nidentifiers: [{namespace: email}]", "identifiers.0.column: is missing"),
        (
            "source: x\nrelations: [{kind: employd_by, namespace: lei, column: y}]",
            "unknown kind of relation 'employd_by'",
        ),
        (
            "source: x\nevents: [{kind: ordr, namespace: email, column: y}]",
            "events.0.kind: unknown kind of event 'ordr'",
        ),
        ("source: {colum: x}", "source: unknown key 'colum'; did you mean column?"),
        ("source: 3", "source: give a constant, or {column: name}, not 3"),
        ("source: x\nobserved_at: {column: b, format: dmy}", "format 'dmy' has no % field; write it like %d/%m/%Y"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, says: str) -> None:
    with pytest.raises(MappingError) as raised:
        Mapping.parse(text, "m.yaml")
    assert says in str(raised.value)
    assert str(raised.value).startswith("m.yaml: ")


def test_a_column_that_the_file_has_not_is_named_beside_those_it_has() -> None:
    mapping = Mapping.parse("name: crm\nsource: x\nattributes: {surname: last_nam}")
    mapping.require(["last_nam"], "f.csv")
    with pytest.raises(MappingError) as raised:
        mapping.require(["id", "last_name"], "f.csv")
    assert str(raised.value) == (
        "f.csv: the mapping 'crm' names a column 'last_nam' that the file has not. "
        "Did you mean last_name? Its columns are: id, last_name."
    )


def test_a_file_gives_the_name_unless_it_says_its_own(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("source: x")
    (tmp_path / "b.json").write_text(json.dumps({"name": "own", "source": "x"}))
    assert Mapping.read(tmp_path / "shop.yaml").name == "shop"
    assert Mapping.read(tmp_path / "b.json").name == "own"
    with pytest.raises(FileError, match=r"none\.yaml: can't be read as a mapping"):
        Mapping.read(tmp_path / "none.yaml")


def test_the_published_schema_is_that_of_the_code() -> None:
    published = Path(module.__file__).with_name("mapping.schema.json").read_text()
    assert published == json_schema(), "write json_schema() to loaders/mapping.schema.json"
    assert set(json.loads(published)["properties"]) == set(Mapping.model_fields)
    assert yaml.safe_load(WHOLE).keys() <= json.loads(published)["properties"].keys()
