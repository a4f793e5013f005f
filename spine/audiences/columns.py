"""What audiences are made of, as it lies in the graph: whole tables, or the rows about the nodes that were touched."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.vocabulary import Kind
from spine.errors import ModelError
from spine.explore.facts import BELIEVED, Facts, declared
from spine.explore.golden import rules_of
from spine.matching.model import Model
from spine.memberships import Forest, forests_of, read_forests, read_model
from spine.ports import Reader, arrow_schema
from spine.resolution.golden_rules import Rules
from spine.resolution.written import NUMBER_BEFORE

CONTACTS = ("email", "phone", "address")
"""Namespaces through which somebody can be reached."""
ADDRESS = ("house_number", "street", "unit", "po_box")
WRITTEN = ("given_name", "surname", "full_name", "street_address", "street", "house_number", "unit", "po_box", "city",
           "region", "postcode", "country", "address")  # fmt: skip
"""The attributes out of which names and places are shown."""
_STREET = f"""coalesce(a.street_address, nullif(concat_ws(', ', nullif(CASE
    WHEN country IS NULL OR country IN {NUMBER_BEFORE}
    THEN concat_ws(' ', a.house_number, a.street) ELSE concat_ws(' ', a.street, a.house_number) END, ''), a.unit), ''),
    a.po_box)"""
"""The line of the street as an envelope has it: with the number before its name or behind it, as the country has it."""
LOG_PAGE = 500

SCANS: Mapping[str, tuple[str, ...]] = {
    "record": ("id", "key", "source", "kind", "observed_at", "live", "fields", "attributes"),
    "carries": ("start", "end", "namespace", "last_seen", "verified", "valid_from", "valid_to"),
    "identifier": ("id", "namespace", "value"),
    "event": ("id", "source", "kind", "at", "value", "currency", "channel", "status", "attributes"),
    "event_of": ("start", "end"),
    "consent": ("id", "source", "reference", "purpose", "status", "at"),
    "consent_of": ("start", "end"),
    "household": ("id", "region", "postcode", "cohesion"),
    "member_of": ("start", "end", "weight", "role", "valid_from", "valid_to"),
    "resides_in": ("start", "end", "weight", "valid_from", "valid_to"),
    "organisation": ("id", "ultimate"),
}
"""What is read of each table."""
TOLD_BY: Mapping[str, tuple[tuple[str, str], ...]] = {
    "record": (("record", "id"),),
    "carries": (("record", "start"),),
    "event": (("event", "id"),),
    "event_of": (("event", "start"),),
    "consent": (("consent", "id"),),
    "consent_of": (("consent", "start"),),
    "household": (("household", "id"),),
    "member_of": (("person", "start"), ("household", "end")),
    "resides_in": (("record", "start"), ("household", "end")),
    "organisation": (("organisation", "id"),),
}
"""Which touched nodes tell that rows of a table moved, and the column that names them."""
_COMPONENT = ("id", "kind", "members", "value")


@dataclass(frozen=True)
class Columns:
    """What is not in tables, at a log position: trees and models by kind, facts, survivorship rules."""

    position: int
    forests: Mapping[Kind, Forest]
    models: Mapping[Kind, Model]
    facts: Facts
    rules: Rules


@dataclass(frozen=True)
class Moved:
    """What entries of the log say: the tables they changed, and which nodes they touched, None where not all say so."""

    tables: frozenset[str]
    touched: Mapping[str, frozenset[int]] | None


def position(reader: Reader) -> int:
    """The position of the change log."""
    last = reader.select("log", descending=True, limit=1)
    return int(last[0]["id"]) if last else 0


def moved_since(reader: Reader, since: int) -> Moved | None:
    """What the entries after a position say; None where there are too many to look at."""
    entries = reader.select("log", after=(since, since), limit=LOG_PAGE)
    if len(entries) == LOG_PAGE:
        return None
    said = [json.loads(row["entry"]) for row in entries]
    tables = frozenset(name for one in said for name in one["tables"])
    relevant = [one for one in said if not tables_of(one["tables"]).isdisjoint({*SCANS, "component"})]
    if not all("touched" in one for one in relevant):
        return Moved(tables, None)
    touched: defaultdict[str, set[int]] = defaultdict(set)
    for one in relevant:
        for node, numbers in one["touched"].items():
            touched[node].update(numbers)
    return Moved(tables, {node: frozenset(numbers) for node, numbers in touched.items()})


def tables_of(names: Iterable[str]) -> set[str]:
    """The names of tables, as a set."""
    return set(names)


def read_columns(reader: Reader, at: int) -> Columns:
    """What is not in tables, as of now, which is position `at`."""
    return settled(reader, at, read_forests(reader))


def settled(reader: Reader, at: int, forests: Mapping[Kind, Forest]) -> Columns:
    """The same with trees that are known already."""
    models = {kind: _model(reader, kind) for kind in Kind if len(forests[kind].records)}
    return Columns(at, forests, models, declared(reader), rules_of(reader))


def scanned(reader: Reader, name: str) -> pa.Table:
    """A whole table, as far as it is asked of."""
    return _asked(name, reader.scan(name, SCANS[name]))


def fetched(reader: Reader, name: str, column: str, numbers: Sequence[int]) -> pa.Table:
    """The rows of a table whose column is one of these numbers, as `scanned` has them."""
    schema = pa.schema([arrow_schema(name).field(one) for one in SCANS[name]])
    rows = reader.get(name, column, numbers) if numbers else []
    return _asked(name, pa.Table.from_pylist([{one: row[one] for one in schema.names} for row in rows], schema))


def trees_of(reader: Reader, components: Sequence[int]) -> tuple[dict[Kind, Forest], set[int]]:
    """The trees of these components as they are now, and all records that are in them."""
    rows = reader.get("component", "id", components) if components else []
    schema = pa.schema([arrow_schema("component").field(one) for one in _COMPONENT])
    table = pa.Table.from_pylist([{one: row[one] for one in _COMPONENT} for row in rows], schema)
    return forests_of(table), {number for row in rows for number in row["members"] or ()}


def _model(reader: Reader, kind: Kind) -> Model:
    try:
        return read_model(reader, kind)
    except ModelError as error:
        raise ModelError(error.message, remedy="Run `spine resolve` first.") from error


def _asked(name: str, table: pa.Table) -> pa.Table:
    if name == "record":
        return _unfolded(table.filter(table["live"], null_selection_behavior="drop"))
    if name == "identifier":
        return table.filter(pc.is_in(table["namespace"], pa.array(CONTACTS)))
    return table


def _unfolded(records: pa.Table) -> pa.Table:
    """The records with the fields and attributes that are filtered on or shown as columns of their own."""
    wanted = dict.fromkeys((*BELIEVED, *ADDRESS), "VARCHAR")
    shown = dict.fromkeys(WRITTEN, "VARCHAR")
    with duckdb.connect() as connection:
        connection.register("records", records)
        found: Any = connection.sql(
            f"""SELECT * EXCLUDE a, a.given_name AS as_given, a.surname AS as_surname, a.full_name AS as_full,
                {_STREET} AS as_street, a.city AS as_city, a.region AS as_region, a.postcode AS as_postcode,
                a.country AS as_country, CASE WHEN a.city IS NULL OR a.postcode IS NULL THEN a.address END AS as_address
            FROM (SELECT id, key, source, kind, observed_at, from_json(attributes, $a) AS a,
                unnest(coalesce(from_json(fields, $f), from_json('{{}}', $f))) FROM records)""",
            params={"f": json.dumps(wanted), "a": json.dumps(shown)},
        ).to_arrow_table()
    table: pa.Table = found
    return table
